// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_GUARANTEES_CAUSALITY_HPP
#define FAIRWAY_TESTING_CONFORMANCE_GUARANTEES_CAUSALITY_HPP

// What a message inherits from the one whose handler sends it.

#include <fairway/testing/conformance/actor.hpp>
#include <fairway/testing/conformance/case.hpp>

#include <string>
#include <vector>

namespace fairway::testing::conformance {

namespace detail {

inline void conversation_goes_on(stage& on) {
    scene play(on);
    auto& mail = act(play, play.connect(), "mail");
    mail.on_bulletins();
    mail.start();
    auto& oracle = act(play, play.connect(), "oracle");
    oracle.on_questions();
    oracle.start();
    auto& stock = act(play, play.connect(), "stock");
    auto const tell = stock.self().sender<bulletins>();
    auto const ask = stock.self().sender<questions>();
    stock.on_jobs([tell, ask, step = play.quiet() / 10](std::uint64_t n, delivery const&) -> task<> {
        co_await sleep_for(step); // the cause is not forgotten meanwhile
        question const q{n};
        (void)co_await ask.request(q);
        bulletin const b{n, {}};
        co_await tell.send(b);
    });
    stock.start();
    play.pause();
    auto& shop = act(play, play.connect(), "shop");
    for (std::uint64_t n = 1; n <= 3; ++n) wait_for(play, shop.do_job(n), "a message to be accepted");
    until_ended(play, {&mail}, {1, 2, 3}, "what was heard in the end");
    for (auto const& cause : stock.done().begun) {
        expect(cause.of.conversation() == cause.of.id(), "the first message to begin a conversation");
        expect(cause.of.causation() == message_id(), "the first message to have no cause");
        for (auto* one : {&mail, &oracle})
            for (auto const& heard : one->done().begun) {
                if (heard.number != cause.number) continue;
                expect(heard.of.conversation() == cause.of.id(), "the conversation to go on");
                expect(heard.of.causation() == cause.of.id(), "the cause to be told");
                expect(heard.of.id() != cause.of.id(), "an id of its own");
            }
    }
}

inline void trace_goes_on(stage& on) {
    scene play(on);
    auto& mail = act(play, play.connect(), "mail");
    mail.on_bulletins();
    mail.start();
    auto& stock = act(play, play.connect(), "stock");
    auto const tell = stock.self().sender<bulletins>();
    stock.on_jobs([tell](std::uint64_t n, delivery const&) -> task<> {
        bulletin const b{n, {}};
        co_await tell.send(b);
    });
    stock.start();
    play.pause();
    auto& shop = act(play, play.connect(), "shop");
    std::string const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    send_options o;
    o.header("traceparent", parent).header("tracestate", "vendor=1").header("baggage", "tenant=acme");
    o.header("private", "stays here");
    wait_for(play, shop.do_job(1, o), "a message to be accepted");
    wait_for(play, shop.do_job(2), "a message to be accepted");
    until_ended(play, {&mail}, {1, 2}, "what was heard");
    for (auto const& heard : mail.done().begun) {
        bool const traced = heard.number == 1;
        expect_equal(heard.of.header("traceparent").value_or(""), traced ? parent : "", "the trace");
        expect_equal(heard.of.header("tracestate").value_or(""), traced ? "vendor=1" : "", "the state of the trace");
        expect_equal(heard.of.header("baggage").value_or(""), traced ? "tenant=acme" : "", "the baggage");
        expect(!heard.of.header("private"), "no other header to be inherited");
    }
}

inline void deadline_is_inherited(stage& on) {
    scene play(on);
    auto& ended = play.make<std::vector<error_code>>();
    auto& stock = act(play, play.connect(), "stock");
    auto const ask = stock.self().sender<questions>(); // which nobody answers
    stock.on_jobs([ask, &ended, most = play.patience()](std::uint64_t n, delivery const&) -> task<> {
        question const q{n};
        try {
            (void)co_await ask.request(q, most);
        } catch (system_error const& e) {
            ended.push_back(e.code());
        }
    });
    stock.start();
    auto& shop = act(play, play.connect(), "shop");
    auto& when = env::clock::of(stock.self().get_executor());
    auto const begun = when.steady_now();
    wait_for(play, shop.do_job(1, send_options().time_to_live(4 * play.quiet())), "a message to be accepted");
    play.until([&] { return !ended.empty(); }, "a handler's request to end");
    expect(ended.front() == errc::timed_out || ended.front() == errc::no_responder,
        "a handler's request to time out, found " + text_of(ended.front()));
    expect(when.steady_now() - begun < play.patience() / 2, "a handler's request to end with its message's life");
}

} // namespace detail

/// What a message inherits from its cause.
inline constexpr test_case causality_cases[] = {
    {"a conversation goes on", "What a handler sends belongs to its message's conversation, and names it as its cause.",
        needs::queues | needs::topics | needs::replies, detail::conversation_goes_on},
    {"a trace goes on", "traceparent, tracestate and baggage are inherited, other headers are not.",
        needs::queues | needs::topics, detail::trace_goes_on},
    {"a deadline is inherited", "A handler's requests end with the life of its message.",
        needs::queues | needs::replies, detail::deadline_is_inherited},
};

} // namespace fairway::testing::conformance

#endif
