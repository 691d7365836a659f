// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_DELAY_CASES_HPP
#define FAIRWAY_TESTING_CONFORMANCE_DELAY_CASES_HPP

// Messages that are not to be delivered before their time.

#include <fairway/testing/conformance/case.hpp>
#include <fairway/testing/conformance/scene.hpp>

#include <map>
#include <string>
#include <vector>

namespace fairway::testing::conformance {

namespace detail {

// When messages come, on the clock of the one that sent them.
class timed {
public:
    timed(scene& play, participant const& sender)
        : clock_(env::clock::of(sender.net.get_executor())), error_(play.on().clock_error()) {}
    time_point now() const { return clock_.now(); }
    // Receives what there is, and notes when.
    void take(listener& from) {
        std::size_t const before = from.held().size();
        from.take();
        for (std::size_t i = before; i < from.held().size(); ++i) came_.emplace(number_of(from.held()[i]), now());
    }
    bool has(std::uint64_t number) const { return came_.contains(number); }
    void expect_not_before(std::uint64_t number, time_point due) const {
        expect(has(number), "message " + std::to_string(number) + " to come");
        expect(came_.at(number) + error_ >= due, "message " + std::to_string(number) + " not to come before it is due");
    }

private:
    env::clock& clock_;
    duration error_;
    std::map<std::uint64_t, time_point> came_;
};

inline void delayed_until_due(stage& on) {
    scene play(on);
    auto const to = play.queue();
    auto& here = play.connect();
    auto& there = play.listen(play.connect(), to);
    play.pause();
    timed when(play, here);
    auto& sender = play.speak(here, to);
    std::map<std::uint64_t, time_point> due;
    std::vector<envelope> all;
    for (std::uint64_t const n : {3U, 1U, 2U}) {
        draft d = play.number(n);
        due[n] = d.head.due = when.now() + 3 * n * play.quiet();
        all.push_back(d.done());
    }
    play.send(sender, std::move(all));
    play.send(sender, play.number(4)); // is not held up by them
    auto const four = [&] { return when.take(there), when.has(4); };
    play.until(four, "a message that is not delayed to come");
    auto const rest = [&] { return when.take(there), there.held().size() >= 4; };
    play.until(rest, "delayed messages to come");
    for (auto const& [n, time] : due) when.expect_not_before(n, time);
    there.accept_all();
    play.linger({&there});
    expect_equal(sorted(play.tidy(there.received())), count_up(1, 4), "what came in all");
}

inline void delayed_by_one_that_goes(stage& on) {
    scene play(on);
    if (!play.able().central) throw inapplicable("says that what was accepted may go with its sender");
    auto const to = play.topic();
    auto& there = play.listen(play.connect(), to);
    play.pause();
    auto& here = play.connect();
    timed when(play, play.connect());
    draft d = play.number(1);
    d.more.set("tenant", "acme");
    d.head.due = when.now() + 4 * play.quiet();
    play.send(play.speak(here, to), d);
    play.drop(here);
    play.until([&] { return when.take(there), when.has(1); }, "a delayed message to come whose sender has gone");
    when.expect_not_before(1, d.head.due);
    expect_equal(there.held().front().header("tenant").value_or(""), "acme", "a header of a delayed message");
    there.accept_all();
}

inline void delay_in_the_past(stage& on) {
    scene play(on);
    auto const to = play.queue();
    auto& here = play.connect();
    auto& there = play.listen(play.connect(), to);
    play.pause();
    timed when(play, here);
    draft d = play.number(1);
    d.head.due = when.now() - std::chrono::hours(1);
    play.send(play.speak(here, to), d);
    play.until_accepted({&there}, {1}, "a message whose time has come already");
}

inline void delayed_keeps_its_shard(stage& on) {
    scene play(on);
    auto const to = play.queue(4);
    auto& here = play.connect();
    auto& there = play.listen(play.connect(), to);
    play.pause();
    timed when(play, here);
    draft d = play.keyed(1, scene::key_of(3, 4), 4);
    d.head.due = when.now() + 2 * play.quiet();
    play.send(play.speak(here, to), d);
    play.until([&] { return when.take(there), when.has(1); }, "a delayed message to come");
    when.expect_not_before(1, d.head.due);
    expect_equal(there.held().front().shard().value_or(no_shard), 3U, "the shard of a delayed message");
    expect_equal(there.held().front().shard_key(), d.key, "the shard key of a delayed message");
    there.accept_all();
}

} // namespace detail

/// Messages that are not to be delivered before their time.
inline constexpr test_case delay_cases[] = {
    {"a delayed message comes when it is due", "Not before, but then, in the order of time and beside other messages.",
        needs::queues | needs::delay, detail::delayed_until_due},
    {"a delayed message survives its sender", "The transport keeps it, not the process that sent it.",
        needs::topics | needs::delay, detail::delayed_by_one_that_goes},
    {"what is due already comes at once", "A time in the past is no delay.", needs::queues | needs::delay,
        detail::delay_in_the_past},
    {"a delayed message keeps its shard", "It comes to the owner of the shard that its key picks.",
        needs::queues | needs::shards | needs::delay, detail::delayed_keeps_its_shard},
};

} // namespace fairway::testing::conformance

#endif
