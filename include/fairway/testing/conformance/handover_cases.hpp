// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_HANDOVER_CASES_HPP
#define FAIRWAY_TESTING_CONFORMANCE_HANDOVER_CASES_HPP

// Shards that move: nothing lost, nothing overlaps, order stays.

#include <fairway/testing/conformance/shard_cases.hpp>

#include <cstdint>
#include <random>
#include <vector>

namespace fairway::testing::conformance {

namespace detail {

// A group of consumers whose accepted messages are on one record.
class crew {
public:
    crew(scene& play, address to, std::size_t prefetch = 8)
        : play_(play),
          to_(std::move(to)),
          prefetch_(prefetch),
          record_(play.make<shard_record>()),
          sender_(play.speak(play.connect(), to_)) {}

    listener& join() { return join(play_.connect()); }
    listener& join(participant& at) {
        auto& one = play_.listen(at, to_, "crew", prefetch_);
        one.note_in(record_);
        members_.push_back(&one);
        return one;
    }
    void leave(listener& one) {
        one.close();
        std::erase(members_, &one);
    }
    // Its participant is gone, and with it the listener.
    void lost(listener& one) {
        record_.gone(&one);
        std::erase(members_, &one);
    }
    void send(std::uint64_t n) {
        play_.send(sender_, spread(play_, to_.shards, sent_ + 1, sent_ + n));
        sent_ += n;
    }
    // All work until all that was sent is accepted, or `enough` messages are.
    void work(std::size_t enough) {
        auto const done = [&] {
            // One at a time, so that a case can stop in the middle.
            scene::repeat([&] {
                std::size_t n = 0;
                for (auto* one : members_) {
                    if (record_.size() >= enough) break;
                    n += one->take(2);
                    one->accept_all();
                }
                return n;
            });
            return record_.size() >= enough;
        };
        play_.until(done, std::to_string(enough) + " messages to be accepted");
    }
    void finish() {
        work(sent_);
        play_.linger(members_);
        expect_order(play_, record_, sent_);
    }
    shard_record& record() noexcept { return record_; }
    std::vector<listener*> const& members() const noexcept { return members_; }

private:
    scene& play_;
    address to_;
    std::size_t prefetch_;
    shard_record& record_;
    speaker& sender_;
    std::vector<listener*> members_;
    std::uint64_t sent_ = 0;
};

inline void join_moves_shards(stage& on) {
    scene play(on);
    crew all(play, play.queue(4));
    auto& first = all.join();
    play.pause();
    all.send(40);
    all.work(15);
    auto& second = all.join();
    play.pause();
    all.send(40);
    all.finish();
    expect(!second.received().empty() && !first.received().empty(), "both to own a shard after one has joined");
}

inline void leave_moves_shards(stage& on) {
    scene play(on);
    crew all(play, play.topic(4));
    auto& first = all.join();
    all.join();
    play.pause();
    all.send(40);
    all.work(15);
    all.leave(first);
    all.send(40);
    all.finish();
}

inline void pause_moves_shards(stage& on) {
    scene play(on);
    crew all(play, play.queue(4));
    auto& first = all.join();
    all.join();
    play.pause();
    all.send(40);
    all.work(15);
    first.pause();
    play.pause();
    std::size_t const before = first.received().size();
    all.send(40);
    all.finish();
    expect_equal(first.received().size(), before, "the number that a paused owner received");
}

inline void owner_settles_first(stage& on) {
    scene play(on);
    auto const to = play.queue(2);
    crew all(play, to, 2);
    auto& first = all.join();
    play.pause();
    all.send(8);
    auto const full = [&] {
        first.take();
        return first.held().size() == 2;
    };
    play.until(full, "the owner to receive its prefetch");
    auto& second = all.join();
    play.linger({&second});
    for (auto const& d : second.held())
        for (auto const& mine : first.held())
            expect(d.shard() != mine.shard(), "a shard to stay while its owner has not settled what it received");
    first.accept_all();
    all.finish();
    // Where it takes a while to join, the first one has done all of that.
    for (int i = 0; i < 8 && second.received().empty(); ++i) {
        play.pause();
        all.send(8);
        all.finish();
    }
    expect(!second.received().empty(), "the one that joined to own a shard");
}

inline void vanished_owner(stage& on) {
    scene play(on);
    crew all(play, play.queue(2));
    auto& doomed = play.connect();
    auto& first = all.join(doomed);
    play.pause();
    all.send(12);
    auto const begun = [&] {
        first.take();
        return first.held().size() >= 4;
    };
    play.until(begun, "the owner to receive some of its messages");
    auto const one = first.held_numbers().front();
    first.accept(one);
    play.pause(); // the settlement is on its way
    play.drop(doomed);
    all.lost(first);
    auto& second = all.join();
    all.finish();
    expect(play.able().duplicates || second.attempts_of(one).empty(), "what was accepted not to come again");
}

inline void come_and_go(stage& on) {
    scene play(on);
    std::mt19937 random(7);
    auto const pick = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    crew all(play, play.topic(4), 4);
    all.join();
    play.pause();
    for (int step = 0; step < 60; ++step) {
        auto const& members = all.members();
        switch (pick(5)) {
        case 0: all.send(4); break;
        case 1:
            if (members.size() < 4) all.join();
            break;
        case 2:
            if (members.size() > 1) all.leave(*members[pick(members.size())]);
            break;
        case 3: members[pick(members.size())]->take(1 + pick(3)); break;
        default: members[pick(members.size())]->accept_all(); break;
        }
    }
    for (auto* one : all.members()) one->accept_all();
    all.send(4);
    all.finish();
}

inline void come_and_vanish(stage& on) {
    scene play(on);
    std::mt19937 random(11);
    auto const pick = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    crew all(play, play.queue(4), 4);
    all.join();
    play.pause();
    for (int round = 0; round < 6; ++round) {
        all.send(8);
        auto& doomed = play.connect();
        auto& shortly = all.join(doomed);
        for (int step = 0; step < 8; ++step) {
            auto& one = *all.members()[pick(all.members().size())];
            one.take(1 + pick(3));
            if (pick(2) == 0) one.accept_all();
        }
        play.pause();
        play.drop(doomed);
        all.lost(shortly);
    }
    for (auto* one : all.members()) one->accept_all();
    all.finish();
}

} // namespace detail

/// Shards that move.
inline constexpr test_case handover_cases[] = {
    {"shards move to one who joins", "A new member gets shards; nothing is lost, overlaps or loses its order.",
        needs::queues | needs::shards, detail::join_moves_shards},
    {"shards move from one who leaves", "A leaving member's shards go on with others, in order.",
        needs::topics | needs::shards | needs::redelivery, detail::leave_moves_shards},
    {"shards move from one who pauses", "A paused member's shards go on with others, in order.",
        needs::queues | needs::shards | needs::redelivery, detail::pause_moves_shards},
    {"a shard moves when its owner has settled", "A clean move causes no duplicate: what has begun is finished first.",
        needs::queues | needs::shards, detail::owner_settles_first},
    {"after a crash a shard's unaccepted tail comes again", "In order, at its place, and nothing that was accepted.",
        needs::queues | needs::shards | needs::redelivery, detail::vanished_owner},
    {"members come and go at random", "Whatever joins and leaves, each message is accepted once, in its shard's order.",
        needs::topics | needs::shards | needs::redelivery, detail::come_and_go},
    {"members come and vanish at random", "Whoever crashes, each message is accepted once, in its shard's order.",
        needs::queues | needs::shards | needs::redelivery, detail::come_and_vanish},
};

} // namespace fairway::testing::conformance

#endif
