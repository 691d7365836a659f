// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_SENDING_CASES_HPP
#define FAIRWAY_TESTING_CONFORMANCE_SENDING_CASES_HPP

// How a send ends, and what happens where there is no room.

#include <fairway/testing/conformance/case.hpp>
#include <fairway/testing/conformance/scene.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace fairway::testing::conformance {

namespace detail {

inline void one_outcome_each(stage& on) {
    scene play(on);
    auto const to = play.queue();
    auto& sender = play.speak(play.connect(), to);
    // Where a send is over when a consumer has the message, there must be one.
    bool const first = play.able().level == acceptance::peer;
    auto* there = first ? &play.listen(play.connect(), to) : nullptr;
    auto const s = sender.send(play.all_numbers(count_up(1, 30)), play.patience());
    play.until([&] { return (first ? scene::work({there}) : void()), s->done; }, "a send to complete");
    expect_equal(s->outcomes.size(), 30U, "the number of outcomes");
    for (auto const& o : s->outcomes) {
        expect_equal(o.error, error_code(), "an outcome");
        expect(o.level == play.able().level, "each outcome to tell the level of acceptance that is claimed");
    }
    if (!first) there = &play.listen(play.connect(), to);
    play.until_accepted({there}, count_up(1, 30), "what was sent in one batch");
}

inline void empty_batch(stage& on) {
    scene play(on);
    auto const to = play.queue();
    auto& sender = play.speak(play.connect(), to);
    auto const s = sender.send({}, play.patience());
    play.until([&] { return s->done; }, "an empty send to complete");
    expect_equal(s->outcomes.size(), 0U, "the number of outcomes");
    error_code why;
    expect_equal(sender.try_send({}, why), 0U, "the number that try_send took of nothing");
}

inline void try_send_and_flush(stage& on) {
    scene play(on);
    auto const to = play.queue();
    auto& sender = play.speak(play.connect(), to);
    error_code why = errc::closed; // what the caller had there before means nothing
    expect_equal(sender.try_send(play.all_numbers(count_up(1, 10)), why), 10U, "the number that try_send took");
    auto const s = sender.flush();
    play.until([&] { return s->done; }, "flush to complete");
    // Where nobody in between keeps them, it needs somebody who receives.
    auto const expected = play.able().central ? error_code() : make_error_code(errc::not_connected);
    expect_equal(s->flushed, expected, "the outcome of flush");
    auto const again = sender.flush();
    play.until([&] { return again->done; }, "flush to complete where nothing is on its way");
    auto& there = play.listen(play.connect(), to);
    play.until_accepted({&there}, count_up(1, 10), "what try_send took");
}

inline void batches_of_all_sizes(stage& on) {
    scene play(on);
    auto const to = play.queue();
    auto& there = play.listen(play.connect(), to);
    play.pause();
    auto& sender = play.speak(play.connect(), to);
    std::vector<std::shared_ptr<sending>> all;
    std::uint64_t sent = 0;
    for (std::uint64_t const size : {1U, 2U, 7U, 50U, 130U}) {
        all.push_back(sender.send(play.all_numbers(count_up(sent + 1, sent + size)), play.patience()));
        sent += size;
    }
    auto const done = [&] { return std::all_of(all.begin(), all.end(), [](auto const& s) { return s->done; }); };
    play.until(done, "several sends at a time to complete");
    play.until_accepted({&there}, count_up(1, sent), "what several sends at a time sent");
}

// A narrow channel that is full, with `waiting` further senders.
struct crowd {
    explicit crowd(scene& p, unsigned shards = 0) : play(p), to(p.queue(shards)) {
        first = &play.speak(play.connect_narrow(), to);
        // What was taken may move on, and make room once more.
        for (auto before = last + 1; before != last; play.pause()) {
            before = last;
            while (last < 10'000 && !first->try_one(next())) {}
            --last;
        }
        expect(last >= play.on().narrow_room() && last < 9'999, "a narrow channel to become full");
    }
    envelope next() {
        ++last;
        return to.shards ? play.keyed(last, scene::key_of(0, to.shards), to.shards).done() : play.number(last).done();
    }
    std::shared_ptr<sending> wait(speaker& by, std::size_t n, duration patience) {
        std::vector<envelope> all;
        while (n-- > 0) all.push_back(next());
        return by.send(std::move(all), patience);
    }
    listener& drain_by(participant& at) { return play.listen(at, to, "group", 2); }

    scene& play;
    address to;
    std::uint64_t last = 0;
    speaker* first = nullptr;
};

inline void claims_back_pressure(stage& on) {
    scene play(on);
    if (!play.able().back_pressure) throw inapplicable("does not claim back-pressure");
    expect(on.narrow_room() > 1, "the stage to have a narrow place, where one sees what is claimed");
    if (!play.able().point_to_point) throw inapplicable("needs point-to-point channels");
    crowd all(play);
    auto& there = all.drain_by(play.connect_narrow());
    play.until_accepted({&there}, count_up(1, all.last), "what found room");
}

inline void full_queue_suspends(stage& on) {
    scene play(on);
    crowd all(play);
    auto const s = all.wait(*all.first, 3, play.patience());
    play.pause();
    expect(!s->done, "a send to wait while there is no room");
    auto& there = all.drain_by(play.connect_narrow());
    play.until_accepted({&there}, count_up(1, all.last), "what a full queue and its waiting sender sent");
    play.until([&] { return s->done; }, "a send to complete once there is room");
    for (auto const& o : s->outcomes) expect_equal(o.error, error_code(), "the outcome of a send that waited");
}

inline void deadline_of_a_wait(stage& on) {
    scene play(on);
    if (play.able().level == acceptance::peer) throw inapplicable("says that a send waits for more than room");
    crowd all(play);
    auto const before = all.last;
    auto const s = all.wait(*all.first, 2, 3 * play.quiet());
    play.pass(play.quiet());
    expect(!s->done, "a send to wait until its deadline");
    play.until([&] { return s->done; }, "a send to give up at its deadline");
    expect_equal(s->outcomes.size(), 2U, "the number of outcomes");
    for (auto const& o : s->outcomes) expect_equal(o.error, errc::queue_full, "the outcome of a send without room");
    auto& there = all.drain_by(play.connect_narrow());
    play.until_accepted({&there}, count_up(1, before), "what is in the queue after a send gave up");
    play.linger({&there});
    expect_equal(play.tidy(there.received()).size(), before, "the number of deliveries after a send gave up");
}

inline void part_of_a_batch(stage& on) {
    scene play(on);
    crowd all(play);
    numbers certain = count_up(1, all.last), possible = certain;
    auto& there = play.listen(play.connect_narrow(), all.to, "group", 1);
    auto const s = all.wait(*all.first, 4, 3 * play.quiet());
    // Makes room for some, not for all.
    play.until([&] { return there.take(1) == 1; }, "a message to arrive");
    there.accept_all();
    play.until([&] { return there.take(1) == 1; }, "a message to arrive");
    play.until([&] { return s->done; }, "a send to give up at its deadline");
    expect_equal(s->outcomes.size(), 4U, "the number of outcomes");
    std::size_t accepted = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        auto const why = s->outcomes[i].error;
        std::uint64_t const n = all.last - 3 + i;
        if (why && why != errc::outcome_unknown) {
            expect_equal(why, errc::queue_full, "outcome " + std::to_string(i) + " of a batch without room for all");
            continue;
        }
        possible.push_back(n);
        if (why) continue;
        expect_equal(accepted++, i, "the place of an accepted message among those of its batch");
        certain.push_back(n);
    }
    expect(accepted < 4, "a batch without room for all to be refused in part");
    auto const found = [&] {
        scene::work({&there});
        numbers come;
        for (auto const n : certain)
            if (!there.attempts_of(n).empty()) come.push_back(n);
        return come;
    };
    play.until_numbers(found, certain, "what was accepted");
    play.linger({&there});
    for (auto const n : there.received())
        expect(std::find(possible.begin(), possible.end(), n) != possible.end(), "what was refused not to arrive");
    if (!play.able().duplicates) expect(there.received().size() <= possible.size(), "nothing to arrive twice");
}

inline void try_send_never_waits(stage& on) {
    scene play(on);
    crowd all(play);
    auto const refused = play.number(9'999).done();
    for (int i = 0; i < 3; ++i) expect_equal(all.first->try_one(refused), errc::queue_full, "try_send without room");
    auto& there = all.drain_by(play.connect_narrow());
    play.until_accepted({&there}, count_up(1, all.last), "what found room");
    play.linger({&there});
    expect_equal(play.tidy(there.received()).size(), all.last, "the number of deliveries");
}

inline void cancelled_wait(stage& on) {
    scene play(on);
    crowd all(play);
    auto const before = all.last;
    auto const s = all.wait(*all.first, 2, play.patience());
    play.pause();
    expect(!s->done, "a send to wait while there is no room");
    s->cancel();
    play.until([&] { return s->done; }, "a cancelled send to complete");
    expect_equal(s->outcomes.size(), 2U, "the number of outcomes");
    for (auto const& o : s->outcomes) expect_equal(o.error, errc::cancelled, "the outcome of a cancelled send");
    s->cancel(); // too late to matter
    auto& there = all.drain_by(play.connect_narrow());
    play.until_accepted({&there}, count_up(1, before), "what is in the queue after a send was cancelled");
    play.linger({&there});
    expect_equal(play.tidy(there.received()).size(), before, "the number of deliveries after a send was cancelled");
}

inline void waiting_sends_keep_their_order(stage& on) {
    scene play(on);
    crowd all(play, 1);
    std::vector<std::shared_ptr<sending>> waiting;
    for (std::size_t i = 0; i < 5; ++i) waiting.push_back(all.wait(*all.first, 1 + i % 3, play.patience()));
    play.pause();
    auto& there = all.drain_by(play.connect_narrow());
    auto const found = [&] {
        scene::work({&there});
        return there.accepted();
    };
    play.until_numbers(found, count_up(1, all.last), "the order of sends that waited for room");
    for (auto const& s : waiting) play.until([&] { return s->done; }, "a send that waited to complete");
}

inline void no_overtaking(stage& on) {
    scene play(on);
    crowd all(play, 1);
    auto const s = all.wait(*all.first, 3, play.patience());
    auto& there = all.drain_by(play.connect_narrow());
    // try_send goes in behind the one that waits, or not at all.
    auto const more = all.last + 20;
    auto const arrived = [&] {
        there.take(1);
        if (all.last < more && all.first->try_one(all.next())) --all.last;
        there.accept_all();
        scene::work({&there});
        return s->done && play.tidy(there.accepted()).size() >= all.last;
    };
    play.until(arrived, "all that was taken to arrive");
    auto const order = play.tidy(there.accepted());
    expect_equal(order, each_once(sorted(order)), "the order of one that waits and one that does not");
}

inline void slow_group_loses_nothing(stage& on) {
    scene play(on);
    auto const to = play.topic();
    auto& quick = play.listen(play.connect_narrow(), to, "quick", 2);
    auto& slow = play.listen(play.connect_narrow(), to, "slow", 2);
    play.pause();
    auto const total = 6 * play.on().narrow_room();
    auto& sender = play.speak(play.connect_narrow(), to);
    auto const s = sender.send(play.all_numbers(count_up(1, total)), play.patience());
    play.linger({&quick});
    for (std::uint64_t n = 1; n <= total; ++n) {
        auto const more = [&] {
            quick.work();
            if (slow.held().empty()) slow.take(1);
            return !slow.held().empty();
        };
        play.until(more, "the slow group to get its next message");
        slow.accept_all();
    }
    expect_equal(play.tidy(sorted(slow.accepted())).size(), total, "the number that the slow group accepted");
    play.until_accepted({&quick}, count_up(1, total), "what the quick group accepted");
    play.until([&] { return s->done; }, "the publisher to complete");
    for (auto const& o : s->outcomes) expect_equal(o.error, error_code(), "the outcome of publishing");
}

inline void batch_larger_than_the_room(stage& on) {
    scene play(on);
    auto const to = play.queue();
    auto const total = 10 * play.on().narrow_room();
    auto& sender = play.speak(play.connect_narrow(), to);
    auto const s = sender.send(play.all_numbers(count_up(1, total)), play.patience());
    auto& there = play.listen(play.connect_narrow(), to, "stock", 2);
    play.until_accepted({&there}, count_up(1, total), "what came of a batch larger than the queue");
    play.until([&] { return s->done; }, "a batch larger than the queue to complete");
}

inline void waiting_sender_crashes(stage& on) {
    scene play(on);
    crowd all(play);
    auto const before = all.last;
    auto& doomed = play.connect_narrow();
    auto& sender = play.speak(doomed, all.to);
    all.wait(sender, 2, play.patience());
    play.pause();
    play.drop(doomed);
    auto& there = all.drain_by(play.connect_narrow());
    auto const found = [&] {
        scene::work({&there});
        auto some = there.accepted();
        std::erase_if(some, [&](auto const n) { return n > before; });
        return sorted(some);
    };
    play.until_numbers(found, count_up(1, before), "what had found room before another sender crashed");
    play.send(play.connect_narrow(), all.to, {9'999});
    play.until([&] { return scene::work({&there}), !there.attempts_of(9'999).empty(); }, "the next sender's message");
}

} // namespace detail

/// How a send ends.
inline constexpr test_case sending_cases[] = {
    {"a batch has one outcome each", "Every envelope of a send is accepted, and the outcome tells by whom.",
        needs::queues, detail::one_outcome_each},
    {"an empty batch completes", "Nothing to send is sent, and that is told.", needs::queues, detail::empty_batch},
    {"flush completes what try_send took", "After flush all is accepted, or the error says that it is not.",
        needs::queues, detail::try_send_and_flush},
    {"sends overlap", "Several sends of one sink may be on their way at a time.", needs::queues,
        detail::batches_of_all_sizes},
    {"back-pressure as claimed", "Where nobody takes, a channel becomes full; what found room is there.",
        needs::nothing, detail::claims_back_pressure},
    {"a full queue suspends its sender", "No room: the send waits, and completes when there is room. Nothing is lost.",
        needs::queues | needs::narrow, detail::full_queue_suspends},
    {"a send without room ends at its deadline", "With queue_full, and it certainly did not happen.",
        needs::queues | needs::narrow, detail::deadline_of_a_wait},
    {"a batch may find room in part", "The outcomes tell which envelopes were accepted, from the front.",
        needs::queues | needs::narrow, detail::part_of_a_batch},
    {"try_send never waits", "Without room it says queue_full at once, and takes nothing.",
        needs::queues | needs::narrow, detail::try_send_never_waits},
    {"a cancelled send that waits takes nothing", "It completes with cancelled, and none of it arrives.",
        needs::queues | needs::narrow, detail::cancelled_wait},
    {"sends that wait keep their order", "What waits first goes in first.",
        needs::queues | needs::shards | needs::narrow, detail::waiting_sends_keep_their_order},
    {"try_send does not overtake a sender that waits", "Room goes to those who wait, in their order.",
        needs::queues | needs::shards | needs::narrow, detail::no_overtaking},
    {"a slow group slows its publishers", "The slowest group gets everything; no group loses a message.",
        needs::topics | needs::narrow, detail::slow_group_loses_nothing},
    {"a batch may be larger than the room", "It goes in by and by.", needs::queues | needs::narrow,
        detail::batch_larger_than_the_room},
    {"a sender that waits may crash", "What others sent is not lost, and others go on.", needs::queues | needs::narrow,
        detail::waiting_sender_crashes},
};

} // namespace fairway::testing::conformance

#endif
