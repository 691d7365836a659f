// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_INTAKE_CASES_HPP
#define FAIRWAY_TESTING_CONFORMANCE_INTAKE_CASES_HPP

// How consumers and transports pause, end and begin again.

#include <fairway/testing/conformance/case.hpp>
#include <fairway/testing/conformance/scene.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace fairway::testing::conformance {

namespace detail {

inline void paused_takes_no_more(stage& on) {
    scene play(on);
    auto const to = play.queue();
    auto& there = play.listen(play.connect(), to, "stock", 2);
    play.pause();
    auto& sender = play.speak(play.connect(), to);
    play.send(sender, play.all_numbers({1, 2}));
    play.until_received({&there}, {1, 2}, "what was received");
    there.pause();
    play.send(sender, play.all_numbers({3, 4}));
    there.accept_all(); // makes room, and is done
    play.linger({&there});
    expect_equal(sorted(there.received()), numbers{1, 2}, "what a paused consumer received");
    there.close();
    auto& next = play.listen(play.connect(), to);
    play.until_accepted({&next}, {3, 4}, "what was left for the next consumer");
    play.linger({&next});
    if (!play.able().duplicates) expect_equal(next.received().size(), 2U, "the number of deliveries to the next one");
}

inline void paused_gives_back(stage& on) {
    scene play(on);
    auto const to = play.queue();
    auto& first = play.listen(play.connect(), to, "stock", 8);
    play.pause();
    play.send(play.connect(), to, count_up(1, 8));
    auto const two = [&] {
        if (first.held().size() < 2) first.take(2 - first.held().size());
        return first.held().size() == 2;
    };
    play.until(two, "two messages to arrive");
    first.pause();
    auto const begun = first.held_numbers();
    auto& second = play.listen(play.connect(), to, "stock", 8);
    // A log's owner goes on by settling what it has begun.
    if (play.able().settles_prefix) first.accept_all();
    numbers rest;
    for (auto const n : count_up(1, 8))
        if (n != begun[0] && n != begun[1]) rest.push_back(n);
    play.until_accepted({&second}, rest, "what a paused consumer had not received");
    if (play.able().counts_attempts)
        for (auto const& one : second.history())
            expect_equal(one.attempt, 1U, "the attempt of what a paused consumer had not received");
    first.accept_all();
    play.linger({&second});
    expect_equal(play.tidy(sorted(second.received())), rest, "what the other one received in all");
}

inline void paused_may_release(stage& on) {
    scene play(on);
    auto const to = play.queue();
    auto& first = play.listen(play.connect(), to);
    play.pause();
    play.send(play.connect(), to, {1, 2});
    play.until_received({&first}, {1, 2}, "what was received");
    first.pause();
    first.pause();
    first.release_all();
    play.linger({&first});
    expect_equal(first.held().size(), 0U, "the deliveries that a paused consumer got of its releases");
    auto& second = play.listen(play.connect(), to);
    play.until_accepted({&second}, {1, 2}, "what a paused consumer released");
}

inline void closed_is_silent(stage& on) {
    scene play(on);
    auto const to = play.queue();
    auto& first = play.listen(play.connect(), to);
    play.pause();
    auto& sender = play.speak(play.connect(), to);
    play.send(sender, play.all_numbers({1}));
    play.until_received({&first}, {1}, "what was received");
    first.close();
    play.send(sender, play.all_numbers({2, 3}));
    play.pause();
    expect(!first.told_late(), "a receiver not to be told of anything once close has returned");
    std::vector<delivery> late;
    first.raw().receive(late, 10);
    expect_equal(late.size(), 0U, "the number of deliveries of a closed source");
    first.raw().close(); // again
    first.raw().pause();
    auto& second = play.listen(play.connect(), to);
    auto const left = [&] {
        scene::work({&second});
        auto all = second.accepted();
        if (!play.able().redelivers) std::erase(all, 1); // may come, need not
        return sorted(all);
    };
    play.until_numbers(
        left, play.able().redelivers ? numbers{1, 2, 3} : numbers{2, 3}, "what is left of a closed consumer");
}

inline void listening_again(stage& on) {
    scene play(on);
    auto const to = play.queue();
    auto& there = play.connect();
    auto& sender = play.speak(play.connect(), to);
    numbers all;
    for (std::uint64_t round = 0; round < 4; ++round) {
        auto& one = play.listen(there, to, "stock", 3);
        play.pause();
        play.send(sender, play.all_numbers(count_up(round * 10 + 1, round * 10 + 10)));
        auto const some = [&] {
            one.take(3);
            one.accept_all();
            return one.accepted().size() >= 6;
        };
        play.until(some, "a part of the messages to arrive");
        one.close();
        all = joined(std::move(all), one.accepted());
    }
    auto& last = play.listen(there, to);
    auto const found = [&] {
        scene::work({&last});
        return sorted(play.tidy(joined(all, last.accepted())));
    };
    play.until_numbers(found, count_up(1, 40), "what five consumers accepted, one after another");
}

inline void closing_at_once(stage& on) {
    scene play(on);
    auto const to = play.queue();
    std::vector<listener*> all;
    for (int i = 0; i < 6; ++i) all.push_back(&play.listen(play.connect(), to, "stock", 4));
    play.pause();
    play.send(play.connect(), to, count_up(1, 50));
    auto const some = [&] {
        std::size_t n = 0;
        for (auto* one : all) n += (one->take(1), one->received().size());
        return n >= (play.able().settles_prefix ? 2U : 6U); // a log without shards has one owner
    };
    play.until(some, "a part of the messages to arrive");
    numbers done;
    for (auto* one : all) {
        if (one != all.front()) one->accept_all();
        done = joined(std::move(done), one->accepted());
        one->close();
    }
    auto const without_held = [&](numbers which) {
        // May come again, need not.
        if (!play.able().redelivers)
            for (auto const n : all.front()->held_numbers()) std::erase(which, n);
        return which;
    };
    auto& last = play.listen(play.connect(), to);
    auto const found = [&] {
        scene::work({&last});
        return without_held(sorted(play.tidy(joined(done, last.accepted()))));
    };
    play.until_numbers(found, without_held(count_up(1, 50)), "what was accepted before and after six closed at once");
}

inline void closed_transport_refuses(stage& on) {
    scene play(on);
    auto const to = play.queue();
    auto& here = play.connect();
    auto& other = play.connect();
    auto& sender = play.speak(here, to);
    play.send(sender, play.all_numbers({1}));
    here.net.close();
    here.net.close();
    expect_equal(sender.try_one(play.number(2).done()), errc::closed, "try_send through a closed transport");
    auto const s = sender.send(play.all_numbers({3, 4}), play.patience());
    play.until([&] { return s->done; }, "a send through a closed transport to complete");
    expect_equal(s->outcomes.size(), 2U, "the number of outcomes");
    for (auto const& o : s->outcomes) expect_equal(o.error, errc::closed, "a send through a closed transport");
    play.send(other, to, {5});
    auto& there = play.listen(other, to);
    // What the closed one had accepted has gone with it, unless somebody else keeps it.
    play.until_accepted(
        {&there}, play.able().central ? numbers{1, 5} : numbers{5}, "what others send while one transport is closed");
}

inline void told_when_there_is_more(stage& on) {
    scene play(on);
    auto const to = play.queue();
    auto& there = play.listen(play.connect(), to);
    play.pause();
    auto& sender = play.speak(play.connect(), to);
    // A listener receives only when it was told to: it would miss what it was not told of.
    for (std::uint64_t n = 1; n <= 5; ++n) {
        play.send(sender, play.all_numbers({n}));
        play.until_received({&there}, count_up(1, n), "what was told of");
        there.accept_all();
        play.linger({&there});
    }
    play.send(sender, play.all_numbers(count_up(6, 15)));
    auto const bit_by_bit = [&] {
        scene::repeat([&] { return there.take(3); });
        return sorted(play.tidy(there.received()));
    };
    play.until_numbers(bit_by_bit, count_up(1, 15), "what was received three at a time");
    there.accept_all();
}

inline void ends_in_any_order(stage& on) {
    scene play(on);
    auto const to = play.queue(), other = play.topic();
    numbers sent;
    for (std::uint64_t round = 0; round < 6; ++round) {
        auto& at = play.connect();
        auto out = at.net.open(to);
        auto unused = at.net.open(other);
        auto in = std::make_unique<listener>(at.net, play.subscribed(to, "stock"));
        auto more = std::make_unique<listener>(at.net, play.subscribed(other, "mail"));
        speaker by(at.net, out);
        play.send(by, play.all_numbers({round + 1}));
        sent.push_back(round + 1);
        play.until([&] { return in->take() > 0; }, "a message to arrive");
        switch (round) {
        case 0: in.reset(), at.net.close(), out.reset(); break;
        case 1: at.net.close(), out.reset(), in.reset(); break;
        case 2: out.reset(), in.reset(), at.net.close(); break;
        case 3: play.drop(at), more.reset(), in.reset(); break;
        case 4: in->close(), at.net.close(), unused.reset(); break;
        default: more.reset(), play.drop(at); break;
        }
    }
    play.pause();
    auto& last = play.listen(play.connect(), to);
    if (play.able().redelivers && play.able().central)
        play.until_accepted({&last}, sent, "what was left by participants that ended in different orders");
}

} // namespace detail

/// How consumers and transports pause, end and begin again.
inline constexpr test_case intake_cases[] = {
    {"a paused consumer takes no more", "pause stops intake, what was received can still be settled.", needs::queues,
        detail::paused_takes_no_more},
    {"a paused consumer gives back what it had not received", "Others get it, and it does not count as an attempt.",
        needs::queues | needs::redelivery, detail::paused_gives_back},
    {"a paused consumer may release", "What it releases comes to others, not to itself.",
        needs::queues | needs::redelivery, detail::paused_may_release},
    {"a closed source is silent", "Once close has returned nobody is told of anything, and closing again is harmless.",
        needs::queues, detail::closed_is_silent},
    {"a consumer may leave and listen again", "Over many comings and goings every message is accepted, none lost.",
        needs::queues | needs::redelivery, detail::listening_again},
    {"consumers may close at once", "Several that close with messages in hand lose nothing.", needs::queues,
        detail::closing_at_once},
    {"a closed transport refuses", "Sends fail with closed, and other participants go on.", needs::queues,
        detail::closed_transport_refuses},
    {"a receiver is told when there is more",
        "Whenever a source was found empty and then is not, its receiver is told.", needs::queues,
        detail::told_when_there_is_more},
    {"parts end in any order", "Sinks, sources and transports may be closed and destroyed in any order.",
        needs::queues | needs::topics, detail::ends_in_any_order},
};

} // namespace fairway::testing::conformance

#endif
