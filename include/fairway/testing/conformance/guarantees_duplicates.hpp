// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_GUARANTEES_DUPLICATES_HPP
#define FAIRWAY_TESTING_CONFORMANCE_GUARANTEES_DUPLICATES_HPP

// Where a transport may deliver a message twice, services handle it once.

#include <fairway/testing/conformance/actor.hpp>
#include <fairway/testing/conformance/case.hpp>
#include <fairway/testing/conformance/reply_cases.hpp>

#include <string>
#include <vector>

namespace fairway::testing::conformance {

namespace detail {

// A job as a sender writes it that sends it again: the same id.
inline envelope written_job(scene const& play, std::uint64_t n) {
    draft d = play.number(n);
    d.head.type = "conformance.job";
    d.head.version = {2, 1};
    d.head.content_type = "application/json";
    d.body = "{\"number\":" + std::to_string(n) + ",\"key\":\"\"}";
    return d.done();
}
inline void need_a_window(scene const& play) {
    if (!play.able().duplicates) throw inapplicable("says that no duplicates come, so that there is no window");
}

inline void duplicate_is_suppressed(stage& on) {
    scene play(on);
    need_a_window(play);
    auto& stock = act(play, play.connect(), "stock");
    stock.on_jobs();
    stock.start();
    auto& out = play.speak(play.connect(), play.queue(0, "jobs"));
    for (int i = 0; i < 3; ++i) play.send(out, {written_job(play, 1)});
    play.send(out, {written_job(play, 2)});
    play.until([&] { return stock.ended().size() >= 2; }, "two messages to be handled");
    play.pause();
    expect_equal(sorted(stock.begun()), numbers{1, 2}, "what was handled of messages that came several times");
    auto const l = wait_for(play, stock.drain(play.patience()), "a drain to complete");
    expect_equal(l.accepted, 2U, "the number of accepted messages");
    expect_balance(l);
}

inline void duplicate_waits_for_the_first(stage& on) {
    scene play(on);
    need_a_window(play);
    auto& shut = play.make<gate>(play.quiet() / 4);
    auto& stock = act(play, play.connect(), "stock");
    stock.on_jobs([&shut](std::uint64_t, delivery const&) { return shut.wait(); });
    stock.start();
    auto& out = play.speak(play.connect(), play.queue(0, "jobs"));
    for (int i = 0; i < 2; ++i) play.send(out, {written_job(play, 1)});
    play.until([&] { return !stock.begun().empty(); }, "a handler to run");
    play.pause();
    expect_equal(stock.begun(), numbers{1}, "how often a message in progress was handled");
    shut.open();
    play.until([&] { return stock.stats().accepted == 1; }, "the message to be accepted");
    play.pause();
    expect_equal(stock.begun(), numbers{1}, "how often a message was handled that came twice");
}

inline void window_can_be_left_out(stage& on) {
    scene play(on);
    need_a_window(play);
    auto& stock = act(play, play.connect(), "stock");
    stock.on_jobs({}, handler_options().window(0));
    stock.start();
    auto& out = play.speak(play.connect(), play.queue(0, "jobs"));
    for (int i = 0; i < 2; ++i) play.send(out, {written_job(play, 1)});
    play.until([&] { return !stock.ended().empty(); }, "a message to be handled");
    play.pause();
    auto const l = wait_for(play, stock.drain(play.patience()), "a drain to complete");
    expect_equal(l.duplicates, 0U, "the number of duplicates that were suppressed without a window");
    expect_equal(l.accepted, stock.begun().size(), "the number of accepted messages, each of which was handled");
    expect_balance(l);
}

inline void duplicated_request(stage& on) {
    scene play(on);
    need_a_window(play);
    auto& stock = act(play, play.connect(), "stock");
    stock.on_questions();
    stock.start();
    auto& asking = play.connect();
    auto& me = play.give<requester>(asking, asking.net);
    auto& out = play.speak(asking, play.queue(0, "questions"));
    play.pause();
    draft d = play.number(1);
    d.head.type = "conformance.question";
    d.head.content_type = "application/json";
    d.head.reply_to = me.address();
    d.body = "{\"number\":7}";
    for (int i = 0; i < 2; ++i) play.send(out, d);
    play.until([&] { return !me.replies().empty(); }, "a reply");
    play.pause();
    expect_equal(stock.begun(), numbers{7}, "how often a question was handled that came twice");
    for (auto const& reply : me.replies()) {
        expect_equal(reply.type(), "conformance.answer", "the type of each reply");
        expect_equal(reply.body(), me.replies().front().body(), "the body of each reply");
        expect(reply.correlation() == d.head.id, "the id of the request in each reply");
    }
}

inline void failure_is_not_remembered(stage& on) {
    scene play(on);
    auto& broken = play.make<bool>(true);
    auto& stock = act(play, play.connect(), "stock");
    stock.on_jobs([&broken](std::uint64_t, delivery const&) -> task<> {
        if (broken) throw fault("broken", "for now");
        co_return;
    });
    stock.start();
    auto& out = play.speak(play.connect(), play.queue(0, "jobs"));
    play.send(out, {written_job(play, 1)});
    play.until([&] { return stock.stats().dead_lettered == 1; }, "a dead letter");
    broken = false;
    play.send(out, {written_job(play, 1)});
    until_ended(play, {&stock}, {1}, "what is handled when it comes again after a failure");
}

} // namespace detail

/// Where a transport may deliver a message twice, services handle it once.
inline constexpr test_case duplicate_cases[] = {
    {"a message that comes again is handled once", "The window suppresses it, and counts it.", needs::queues,
        detail::duplicate_is_suppressed},
    {"a duplicate waits for the first one's end", "It is not handled beside it.", needs::queues,
        detail::duplicate_waits_for_the_first},
    {"the window can be left out", "Then nothing is suppressed.", needs::queues, detail::window_can_be_left_out},
    {"a duplicated request is answered and not handled twice", "The kept reply is sent again.",
        needs::queues | needs::replies, detail::duplicated_request},
    {"a failure is not remembered as handled", "A message that failed and comes again is handled.", needs::queues,
        detail::failure_is_not_remembered},
};

} // namespace fairway::testing::conformance

#endif
