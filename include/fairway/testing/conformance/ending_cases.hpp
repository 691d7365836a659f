// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_ENDING_CASES_HPP
#define FAIRWAY_TESTING_CONFORMANCE_ENDING_CASES_HPP

// How services end: drained, closed, shut down by a handler.

#include <fairway/testing/conformance/actor.hpp>
#include <fairway/testing/conformance/case.hpp>

#include <string>
#include <vector>

namespace fairway::testing::conformance {

namespace detail {

inline behaviour behind(gate& shut) {
    return [&shut](std::uint64_t, delivery const&) { return shut.wait(); };
}
inline actor& worker(scene& play, behaviour what = {}, std::size_t prefetch = limits::prefetch) {
    auto& one = act(play, play.connect(), "stock");
    one.on_jobs(std::move(what), handler_options().prefetch(prefetch));
    one.start();
    return one;
}
inline void order_jobs(scene& play, numbers const& which) {
    auto& shop = act(play, play.connect(), "shop");
    wait_for(play, shop.do_jobs(which), "a range to be sent");
}

inline void drain_waits_for_handlers(stage& on) {
    scene play(on);
    auto& shut = play.make<gate>(play.quiet() / 4);
    auto& stock = worker(play, behind(shut));
    order_jobs(play, count_up(1, 5));
    play.until([&] { return stock.begun().size() == 5; }, "five handlers to run");
    auto draining = stock.drain(play.patience()), again = stock.drain(play.patience());
    play.pause();
    expect(!draining.done(), "a drain to wait for handlers");
    shut.open();
    auto const l = wait_for(play, draining, "a drain to complete");
    wait_for(play, again, "the same drain to complete twice");
    expect_equal(sorted(stock.ended()), count_up(1, 5), "what was handled");
    expect_equal(l.accepted, 5U, "the number of accepted messages");
    expect_equal(l.released, 0U, "the number of released messages");
    expect_balance(l);
    auto& next = worker(play);
    play.pause();
    expect_equal(play.tidy(joined(stock.ended(), next.begun())).size(), 5U, "how often messages were handled");
}

inline void drain_leaves_the_rest(stage& on) {
    scene play(on);
    auto& shut = play.make<gate>(play.quiet() / 4);
    auto& stock = worker(play, behind(shut), 3);
    order_jobs(play, count_up(1, 10));
    play.until([&] { return stock.begun().size() == 3; }, "as many handlers to run as the prefetch allows");
    auto draining = stock.drain(play.patience());
    play.pause();
    shut.open();
    auto const l = wait_for(play, draining, "a drain to complete");
    expect_equal(l.received, 3U, "the number of messages that one took that was drained");
    expect_balance(l);
    auto& next = worker(play);
    until_ended(play, {&stock, &next}, count_up(1, 10), "what both handled");
    if (play.able().counts_attempts)
        for (auto const& one : next.done().begun)
            expect_equal(one.of.attempt(), 1U, "the attempt of what was left by a drain");
}

inline void handlers_may_send_while_draining(stage& on) {
    scene play(on);
    auto& shut = play.make<gate>(play.quiet() / 4);
    auto& oracle = act(play, play.connect(), "oracle");
    oracle.on_questions();
    oracle.start();
    auto& mail = act(play, play.connect(), "mail");
    mail.on_bulletins();
    mail.start();
    auto& at = play.connect();
    auto& stock = act(play, at, "stock");
    auto const ask = stock.self().sender<questions>();
    auto const tell = stock.self().sender<bulletins>();
    stock.on_jobs([&shut, ask, tell](std::uint64_t n, delivery const&) -> task<> {
        co_await shut.wait();
        question const q{n};
        auto const a = co_await ask.request(q);
        bulletin const b{a.number, {}};
        co_await tell.send(b);
    });
    stock.start();
    play.pause();
    order_jobs(play, {1, 2});
    play.until([&] { return stock.begun().size() == 2; }, "two handlers to run");
    auto draining = stock.drain(play.patience());
    play.pause();
    shut.open();
    auto const l = wait_for(play, draining, "a drain to complete");
    expect_equal(l.accepted, 2U, "the number of accepted messages");
    expect_equal(l.requested, 2U, "the number of requests that were made");
    expect_balance(l);
    until_ended(play, {&mail}, {1, 2}, "what handlers sent during a drain");
}

inline void drain_has_a_deadline(stage& on) {
    scene play(on);
    auto& never = play.make<gate>(play.quiet() / 4);
    auto& stock = worker(play, behind(never));
    order_jobs(play, {1, 2});
    play.until([&] { return stock.begun().size() == 2; }, "two handlers to run");
    auto const l = wait_for(play, stock.drain(2 * play.quiet()), "a drain to complete at its deadline");
    expect_equal(l.released, 2U, "the number of released messages");
    expect_equal(l.accepted, 0U, "the number of accepted messages");
    expect_balance(l);
    auto& next = worker(play);
    until_ended(play, {&next}, {1, 2}, "what is handled again after a drain had to give up");
    expect_equal(stock.ended(), numbers{}, "what ended in handlers that were cancelled");
}

inline void close_gives_back(stage& on) {
    scene play(on);
    auto& never = play.make<gate>(play.quiet() / 4);
    auto& first = worker(play, behind(never), 2);
    order_jobs(play, count_up(1, 5));
    play.until([&] { return first.begun().size() == 2; }, "two handlers to run");
    first.self().close();
    auto& second = worker(play);
    until_ended(play, {&second}, count_up(1, 5), "what is handled after an instance closed");
    if (play.able().counts_attempts)
        for (auto const& one : second.done().begun) {
            auto const taken = first.begun();
            bool const again = std::find(taken.begin(), taken.end(), one.number) != taken.end();
            expect_equal(one.of.attempt(), again ? 2U : 1U, "the attempt of message " + std::to_string(one.number));
        }
    expect_balance(first.stats());
}

inline void closed_service_refuses(stage& on) {
    scene play(on);
    auto& shop = act(play, play.connect(), "shop");
    auto const port = shop.self().sender<jobs>();
    wait_for(play, shop.do_job(1), "a message to be accepted");
    shop.self().close();
    job const more{2, {}};
    expect_equal(port.try_send(more), errc::closed, "try_send of a closed service");
    expect_equal(code_of([&] { (void)port.send(more); }), errc::closed, "send of a closed service");
    expect_equal(code_of([&] { (void)shop.self().sender<jobs>(); }), errc::closed, "a port of a closed service");
    expect_equal(code_of([&] { shop.on_jobs(); }), errc::closed, "a handler of a closed service");
    auto& stock = worker(play);
    until_ended(play, {&stock}, {1}, "what was sent before");
}

inline void idle_services_end(stage& on) {
    scene play(on);
    auto& fresh = act(play, play.connect(), "fresh");
    wait_for(play, fresh.drain(play.patience()), "a service that was never started to drain");
    auto& idle = worker(play);
    play.pause();
    auto running = idle.launched(idle.self().run());
    auto const l = wait_for(play, idle.drain(play.patience()), "an idle service to drain");
    expect_equal(l.received, 0U, "what an idle service received");
    wait_for(play, running, "run to complete with its service");
    wait_for(play, idle.drain(play.patience()), "a service that has ended to drain");
}

inline void handler_shuts_down(stage& on) {
    scene play(on);
    auto& at = play.connect();
    auto& stock = act(play, at, "stock");
    auto& self = stock.self();
    stock.on_jobs([&self](std::uint64_t n, delivery const&) -> task<> {
        if (n == 1) self.shutdown();
        co_return;
    });
    auto running = stock.launched(self.run());
    order_jobs(play, {1});
    wait_for(play, running, "run to complete after a handler has shut its service down");
    expect_equal(stock.ended(), numbers{1}, "what was handled");
    expect_equal(stock.stats().accepted, 1U, "the number of accepted messages");
    expect_balance(stock.stats());
}

inline void instances_take_turns(stage& on) {
    scene play(on);
    std::vector<actor*> all;
    std::uint64_t sent = 0;
    auto& shop = act(play, play.connect(), "shop");
    for (int round = 0; round < 4; ++round) {
        all.push_back(&worker(play, {}, 4));
        wait_for(play, shop.do_jobs(count_up(sent + 1, sent + 12)), "a range to be sent");
        sent += 12;
        auto const some = [&] { return all.back()->ended().size() >= 3; };
        play.until(some, "a part to be handled");
        if (round % 2)
            wait_for(play, all.back()->drain(play.patience()), "a drain to complete");
        else
            all.back()->self().close();
    }
    all.push_back(&worker(play));
    auto const found = [&] {
        numbers ended;
        for (auto* one : all) ended = joined(std::move(ended), one->ended());
        return sorted(each_once(ended)); // what was handled as its instance closed may be handled again
    };
    play.until_numbers(found, count_up(1, sent), "what five instances handled, one after another");
}

} // namespace detail

/// How services end.
inline constexpr test_case ending_cases[] = {
    {"a drain waits for handlers", "It ends when they have, and the ledger adds up.", needs::queues,
        detail::drain_waits_for_handlers},
    {"a drain leaves what was not received", "Other instances handle it, as the first attempt.", needs::queues,
        detail::drain_leaves_the_rest},
    {"handlers may send and ask during a drain", "What has begun is finished, with all that it needs.",
        needs::queues | needs::topics | needs::replies, detail::handlers_may_send_while_draining},
    {"a drain has a deadline", "Then it cancels what is left, gives it back, and the ledger adds up.",
        needs::queues | needs::redelivery, detail::drain_has_a_deadline},
    {"a closed service gives back what it held", "Other instances handle it, as a further attempt.",
        needs::queues | needs::redelivery, detail::close_gives_back},
    {"a closed service refuses", "Its ports, and further ones, fail with closed.", needs::queues,
        detail::closed_service_refuses},
    {"idle services end at once", "Whether or not they were started, and more than once.", needs::queues,
        detail::idle_services_end},
    {"a handler may shut its service down", "Its message is accepted, then the service ends.", needs::queues,
        detail::handler_shuts_down},
    {"instances may take turns", "Drained or closed, one after another: every message is handled.",
        needs::queues | needs::redelivery, detail::instances_take_turns},
};

} // namespace fairway::testing::conformance

#endif
