// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_SETTLEMENT_CASES_HPP
#define FAIRWAY_TESTING_CONFORMANCE_SETTLEMENT_CASES_HPP

// What becomes of a delivery that was accepted, released, or neither.

#include <fairway/testing/conformance/case.hpp>
#include <fairway/testing/conformance/scene.hpp>

#include <limits>
#include <vector>

namespace fairway::testing::conformance {

namespace detail {

inline void prefetch_is_a_bound(stage& on) {
    scene play(on);
    auto const to = play.queue();
    auto& there = play.listen(play.connect(), to, "stock", 3);
    play.pause();
    play.send(play.connect(), to, count_up(1, 20));
    auto const full = [&] {
        there.take();
        return there.held().size() == 3;
    };
    play.until(full, "as many deliveries as the prefetch");
    play.linger({&there});
    expect_equal(there.held().size(), 3U, "the number of unsettled deliveries with a prefetch of 3");
    there.accept(there.held_numbers().front());
    play.until(full, "another delivery in the place of the settled one");
    play.linger({&there});
    expect_equal(there.held().size(), 3U, "the number of unsettled deliveries with a prefetch of 3");
    play.until_accepted({&there}, count_up(1, 20), "what was accepted in all");
    expect_equal(there.most_held(), 3U, "the most unsettled deliveries at a time");
}

inline void prefetch_of_one(stage& on) {
    scene play(on);
    auto const to = play.topic();
    auto& there = play.listen(play.connect(), to, "mail", 1);
    play.pause();
    play.send(play.connect(), to, count_up(1, 10));
    play.until_accepted({&there}, count_up(1, 10), "what was accepted in all");
    expect_equal(there.most_held(), 1U, "the most unsettled deliveries at a time");
}

inline void unsettled_does_not_come_again(stage& on) {
    scene play(on);
    auto const to = play.queue();
    auto& there = play.listen(play.connect(), to, "stock");
    auto& other = play.listen(play.connect(), to, "stock");
    play.pause();
    play.send(play.connect(), to, {1, 2});
    play.until_received({&there, &other}, {1, 2}, "what both received");
    for (int i = 0; i < 5; ++i) play.linger({&there, &other});
    expect_equal(play.tidy(joined(there.received(), other.received())).size(), 2U,
        "the number of deliveries while both are unsettled");
    there.accept_all();
    other.accept_all();
}

inline void accepted_is_gone(stage& on) {
    scene play(on);
    auto const to = play.queue();
    auto& there = play.connect();
    auto& first = play.listen(there, to);
    play.pause();
    play.send(play.connect(), to, count_up(1, 6));
    play.until_accepted({&first}, count_up(1, 6), "what was accepted");
    first.close();
    play.pause();
    play.drop(there);
    auto& second = play.listen(play.connect(), to);
    play.linger({&second});
    if (!play.able().duplicates) expect_equal(second.received(), numbers{}, "what came again although it was accepted");
}

inline void released_comes_again(stage& on) {
    scene play(on);
    auto const to = play.queue();
    auto& there = play.listen(play.connect(), to);
    play.pause();
    play.send(play.connect(), to, {1});
    play.until_received({&there}, {1}, "what was received");
    there.release(1);
    play.until([&] { return there.take() > 0; }, "a released message to come again");
    expect_equal(there.held_numbers(), numbers{1}, "what came after a release");
    there.accept(1);
    play.linger({&there});
    if (!play.able().duplicates) expect_equal(there.held().size(), 0U, "the deliveries after the message was accepted");
}

inline void released_comes_to_anyone(stage& on) {
    scene play(on);
    auto const to = play.queue();
    auto& first = play.listen(play.connect(), to, "stock", 1);
    play.pause();
    play.send(play.connect(), to, {1});
    play.until_received({&first}, {1}, "what the first one received");
    first.pause(); // it takes no more, so that the other one gets it
    auto& second = play.listen(play.connect(), to, "stock", 1);
    play.pause();
    first.release(1);
    play.until_accepted({&second}, {1}, "what another consumer received of a release");
}

inline void attempts_of_releases(stage& on) {
    scene play(on);
    auto const to = play.queue();
    auto& there = play.listen(play.connect(), to);
    play.pause();
    play.send(play.connect(), to, {1, 2});
    for (std::uint64_t attempt = 1; attempt <= 4; ++attempt) {
        auto const come = [&] {
            there.take();
            return there.attempts_of(1).size() >= attempt;
        };
        play.until(come, "a released message to come again");
        there.release(1);
    }
    play.until_numbers(
        [&] {
            there.take();
            return there.attempts_of(1);
        },
        {1, 2, 3, 4, 5}, "the attempts of a message that was released four times");
    expect_equal(there.attempts_of(2), numbers{1}, "the attempts of the other message");
    there.accept_all();
}

inline void attempts_of_crashes(stage& on) {
    scene play(on);
    auto const to = play.queue();
    play.send(play.connect(), to, {1});
    for (std::uint64_t attempt = 1; attempt <= 3; ++attempt) {
        auto& doomed = play.connect();
        auto& one = play.listen(doomed, to);
        play.until([&] { return one.take() > 0; }, "a message to come again after a crash");
        expect_equal(one.attempts_of(1), numbers{attempt}, "the attempt of a message that was lost with its consumer");
        if (attempt < 3)
            play.drop(doomed);
        else
            one.accept_all();
    }
}

inline void unsettled_at_close(stage& on) {
    scene play(on);
    auto const to = play.queue();
    auto& first = play.listen(play.connect(), to);
    play.pause();
    play.send(play.connect(), to, count_up(1, 6));
    play.until_received({&first}, count_up(1, 6), "what the first one received");
    auto const head = first.held_numbers();
    first.settle(true, [&](delivery const& d) { return number_of(d) == head[0] || number_of(d) == head[1]; });
    first.close();
    auto& second = play.listen(play.connect(), to);
    play.until_accepted({&second}, sorted({head.begin() + 2, head.end()}), "what comes again of one that has left");
}

inline void unsettled_at_crash(stage& on) {
    scene play(on);
    auto const to = play.topic();
    auto& doomed = play.connect();
    auto& first = play.listen(doomed, to, "mail");
    play.pause();
    play.send(play.connect(), to, count_up(1, 4));
    play.until_received({&first}, count_up(1, 4), "what the first instance received");
    play.drop(doomed);
    auto& second = play.listen(play.connect(), to, "mail");
    play.until_accepted({&second}, count_up(1, 4), "what comes again of one that has crashed");
}

inline void crash_while_others_work(stage& on) {
    scene play(on);
    auto const to = play.queue();
    auto& doomed = play.connect();
    auto& first = play.listen(doomed, to, "stock", 4);
    auto& second = play.listen(play.connect(), to, "stock", 4);
    play.pause();
    play.send(play.connect(), to, count_up(1, 30));
    auto const begun = [&] {
        first.take();
        second.work();
        bool const both = !first.held().empty() && !second.accepted().empty();
        // A log without shards has one owner at a time.
        return both || (play.able().settles_prefix && !(first.held().empty() && second.accepted().empty()));
    };
    play.until(begun, "both to receive something");
    play.drop(doomed);
    play.until_accepted({&second}, count_up(1, 30), "what the other one accepted after a crash");
}

inline void settled_once(stage& on) {
    scene play(on);
    auto const to = play.queue();
    auto& there = play.listen(play.connect(), to, "stock", 2);
    play.pause();
    play.send(play.connect(), to, {1, 2});
    play.until_received({&there}, {1, 2}, "what was received");
    auto const tag = there.held().front().tag();
    auto const first = there.held_numbers().front();
    there.accept(first);
    settlement const again[] = {{tag, false}, {tag, true}};
    there.raw().settle(again);
    settlement const unknown[] = {{~tag, true}, {std::numeric_limits<std::uint64_t>::max(), false}};
    there.raw().settle(unknown);
    there.raw().settle({});
    play.linger({&there});
    if (!play.able().duplicates)
        expect_equal(there.attempts_of(first), numbers{1}, "the attempts of what was settled three times");
    there.accept_all();
}

inline void settle_after_close(stage& on) {
    scene play(on);
    auto const to = play.queue();
    auto& first = play.listen(play.connect(), to);
    play.pause();
    play.send(play.connect(), to, {1, 2});
    play.until_received({&first}, {1, 2}, "what was received");
    first.close();
    std::vector<settlement> late;
    for (auto const& d : first.held()) late.push_back({d.tag(), true});
    first.raw().settle(late);
    auto& second = play.listen(play.connect(), to);
    play.until_accepted({&second}, {1, 2}, "what comes again though it was accepted after its source had closed");
}

inline void mixed_batch(stage& on) {
    scene play(on);
    if (play.able().settles_prefix) throw inapplicable("a log accepts whole prefixes");
    auto const to = play.queue();
    auto& there = play.listen(play.connect(), to, "stock", 20);
    play.pause();
    play.send(play.connect(), to, count_up(1, 20));
    play.until_received({&there}, count_up(1, 20), "what was received");
    std::vector<settlement> batch;
    numbers released;
    for (auto const& d : there.held()) {
        bool const accept = number_of(d) % 3 != 0;
        batch.push_back({d.tag(), accept});
        if (!accept) released.push_back(number_of(d));
    }
    there.raw().settle(batch);
    std::size_t const before = there.received().size();
    auto const again = [&] {
        there.take();
        numbers all = there.received();
        all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(before));
        return sorted(all);
    };
    play.until_numbers(again, sorted(released), "what comes again of a mixed batch");
    there.settle(true, [&](delivery const& d) { return number_of(d) % 3 == 0; });
    play.linger({&there});
    expect_equal(again(), sorted(released), "what has come again of a mixed batch");
}

inline void one_bad_message(stage& on) {
    scene play(on);
    if (play.able().settles_prefix) throw inapplicable("a log accepts whole prefixes");
    auto const to = play.queue();
    auto& there = play.listen(play.connect(), to, "stock", 2);
    play.pause();
    play.send(play.connect(), to, count_up(1, 10));
    auto const others = [&] {
        scene::repeat([&] {
            if (there.accepted().size() >= 9) return std::size_t{0};
            auto const n = there.take(1);
            there.settle(true, [](delivery const& d) { return number_of(d) != 3; });
            there.release(3);
            return n;
        });
        return sorted(there.accepted());
    };
    play.until_numbers(others, {1, 2, 4, 5, 6, 7, 8, 9, 10}, "what is accepted beside a message that always fails");
    play.until_accepted({&there}, count_up(1, 10), "what is accepted once it no longer fails");
}

inline void after_many_failures(stage& on) {
    scene play(on);
    auto const to = play.queue();
    play.send(play.connect(), to, count_up(1, 20));
    for (int consumer = 0; consumer < 3; ++consumer) {
        auto& failing = play.listen(play.connect(), to, "stock", 5);
        auto const enough = [&] {
            scene::repeat([&] {
                auto const n = failing.history().size() < 30 ? failing.take() : 0;
                failing.release_all();
                return n;
            });
            return failing.history().size() >= 30;
        };
        play.until(enough, "released messages to come again and again");
        failing.close();
    }
    auto& there = play.listen(play.connect(), to);
    play.until_accepted({&there}, count_up(1, 20), "what is left after many failures");
}

} // namespace detail

/// What becomes of a delivery.
inline constexpr test_case settlement_cases[] = {
    {"the prefetch is a bound", "No more deliveries than the prefetch are unsettled, and each settlement makes room.",
        needs::queues, detail::prefetch_is_a_bound},
    {"a prefetch of one is one at a time", "The smallest prefetch works, on a publish-subscribe channel too.",
        needs::topics, detail::prefetch_of_one},
    {"an unsettled delivery does not come again", "While it is held, no other consumer and no second time.",
        needs::queues, detail::unsettled_does_not_come_again},
    {"an accepted message is gone", "It comes again neither when its consumer leaves nor when that crashes.",
        needs::queues, detail::accepted_is_gone},
    {"a released message comes again", "Until it is accepted, and not after.", needs::queues | needs::redelivery,
        detail::released_comes_again},
    {"a released message comes to anyone", "Another consumer may get what one has released.",
        needs::queues | needs::redelivery, detail::released_comes_to_anyone},
    {"releases are counted", "Each release counts as an attempt of that message, and of no other.",
        needs::queues | needs::redelivery | needs::attempts, detail::attempts_of_releases},
    {"crashes are counted", "A delivery that is lost with its consumer counts as an attempt.",
        needs::queues | needs::redelivery | needs::attempts, detail::attempts_of_crashes},
    {"what is unsettled at close comes again", "The rest, and nothing that was accepted before.",
        needs::queues | needs::redelivery, detail::unsettled_at_close},
    {"what is unsettled at a crash comes again", "At-least-once: a group's messages survive its instance.",
        needs::topics | needs::redelivery, detail::unsettled_at_crash},
    {"a crash is made up for by others", "Consumers that are there take over what a crashed one held.",
        needs::queues | needs::redelivery, detail::crash_while_others_work},
    {"a settlement counts once", "Repeated settlements, unknown tags and empty batches change nothing.", needs::queues,
        detail::settled_once},
    {"a settlement after close is void", "What was not settled before a source closed comes again.",
        needs::queues | needs::redelivery, detail::settle_after_close},
    {"a batch may accept and release", "Every settlement of a batch is carried out for itself.",
        needs::queues | needs::redelivery, detail::mixed_batch},
    {"one bad message holds up no other", "On a channel without shards others go on while one fails again and again.",
        needs::queues | needs::redelivery, detail::one_bad_message},
    {"nothing is lost by many failures", "Messages that were released by several consumers are all still there.",
        needs::queues | needs::redelivery, detail::after_many_failures},
};

} // namespace fairway::testing::conformance

#endif
