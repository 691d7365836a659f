// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_GUARANTEES_RETRY_HPP
#define FAIRWAY_TESTING_CONFORMANCE_GUARANTEES_RETRY_HPP

// Handlers that fail are called again.

#include <fairway/testing/conformance/actor.hpp>
#include <fairway/testing/conformance/case.hpp>
#include <fairway/testing/conformance/handler_cases.hpp>
#include <fairway/testing/conformance/order_cases.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace fairway::testing::conformance {

namespace detail {

// Without chance, and soon.
inline retry_policy soon(scene const& play, unsigned attempts) {
    return retry_policy().attempts(attempts).delay(play.quiet() / 20).jitter(false);
}
inline behaviour failing_until(std::uint32_t attempt, std::uint64_t number = 1) {
    return [attempt, number](std::uint64_t n, delivery const& d) -> task<> {
        if (n == number && d.attempt() < attempt) throw std::runtime_error("not yet");
        co_return;
    };
}
inline numbers attempts_of(actor& by, std::uint64_t number) {
    numbers all;
    for (auto const& one : by.done().begun)
        if (one.number == number) all.push_back(one.of.attempt());
    return all;
}

inline void failing_handler_is_called_again(stage& on) {
    scene play(on);
    auto& stock = act(play, play.connect(), "stock");
    stock.on_jobs(failing_until(3), handler_options().retry(soon(play, 5)));
    stock.start();
    auto& shop = act(play, play.connect(), "shop");
    wait_for(play, shop.do_job(1, send_options().header("tenant", "acme")), "a message to be accepted");
    wait_for(play, shop.do_job(2), "a message to be accepted");
    until_ended(play, {&stock}, {1, 2}, "what was handled in the end");
    expect_equal(attempts_of(stock, 1), numbers{1, 2, 3}, "the attempts of a message that failed twice");
    expect_equal(attempts_of(stock, 2), numbers{1}, "the attempts of the other one");
    for (auto const& one : stock.done().begun) {
        if (one.number != 1) continue;
        expect_equal(one.of.headers().size(), 1U, "the number of headers of each attempt");
        expect_equal(one.of.header("tenant").value_or(""), "acme", "the header of each attempt");
    }
    auto const l = wait_for(play, stock.drain(play.patience()), "a drain to complete");
    expect_equal(l.retried, 2U, "the number of retries");
    expect_equal(l.accepted, 2U, "the number of accepted messages");
    expect_balance(l);
}

inline void attempts_are_used_up(stage& on) {
    scene play(on);
    auto& stock = act(play, play.connect(), "stock");
    stock.on_jobs(failing_until(1'000), handler_options().retry(soon(play, 3)));
    stock.start();
    auto& shop = act(play, play.connect(), "shop");
    for (std::uint64_t n = 1; n <= 2; ++n) wait_for(play, shop.do_job(n), "a message to be accepted");
    auto& dead = dead_letters_of(play, "jobs", "stock");
    play.until([&] { return dead.take() > 0; }, "a dead letter");
    auto const& letter = dead.held().front();
    expect_equal(letter.header("fw-dead-code").value_or(""), "handler_failed", "the code of a dead letter");
    expect_equal(letter.header("fw-dead-attempts").value_or(""), "3", "the attempts of a dead letter");
    dead.accept_all();
    until_ended(play, {&stock}, {2}, "what was handled beside it");
    expect_equal(attempts_of(stock, 1), numbers{1, 2, 3}, "the attempts of a message that always fails");
    auto const l = wait_for(play, stock.drain(play.patience()), "a drain to complete");
    expect_equal(l.dead_lettered, 1U, "the number of dead letters");
    expect_balance(l);
}

inline void some_failures_are_permanent(stage& on) {
    scene play(on);
    auto& stock = act(play, play.connect(), "stock");
    auto const policy = soon(play, 4).permanent<std::out_of_range>().transient<fault>();
    auto const fails = [](std::uint64_t n, delivery const& d) -> task<> {
        if (n == 1) throw std::out_of_range("never");
        if (n == 2 && d.attempt() == 1) throw fault("busy", "later");
        if (n == 3 && d.attempt() == 1) throw transient("later");
        co_return;
    };
    stock.on_jobs(fails, handler_options().retry(policy));
    stock.start();
    auto& shop = act(play, play.connect(), "shop");
    for (std::uint64_t n = 1; n <= 3; ++n) wait_for(play, shop.do_job(n), "a message to be accepted");
    until_ended(play, {&stock}, {2, 3}, "what was handled in the end");
    play.until([&] { return stock.stats().dead_lettered == 1; }, "a permanent failure to become a dead letter");
    expect_equal(attempts_of(stock, 1), numbers{1}, "the attempts of a permanent failure");
}

inline void request_is_tried_again(stage& on) {
    scene play(on);
    auto& stock = act(play, play.connect(), "stock");
    auto const fails = [](std::uint64_t n, delivery const& d) -> task<> {
        if (n == 2 || d.attempt() < 3) throw std::runtime_error("secret");
        co_return;
    };
    stock.on_questions(fails, handler_options().retry(soon(play, 4)));
    stock.start();
    auto& shop = act(play, play.connect(), "shop");
    expect_equal(wait_for(play, shop.ask(1, play.patience()), "an answer").number, 1U, "the number of the answer");
    try {
        wait_for(play, shop.ask(2, play.patience()), "a fault");
        throw unmet("expected a fault, found an answer");
    } catch (fault const& f) {
        expect_equal(f.code(), "handler_failed", "the code of the fault");
        expect(f.text().find("secret") == std::string_view::npos, "the text of an exception to stay where it was");
    }
    expect_equal(attempts_of(stock, 1), numbers{1, 2, 3}, "the attempts of a request that failed twice");
    expect_equal(attempts_of(stock, 2), numbers{1, 2, 3, 4}, "the attempts of a request that always fails");
    play.pause();
    expect_equal(stock.stats().replied, 2U, "the number of replies");
}

inline void failing_key_waits_alone(stage& on) {
    scene play(on);
    auto& record = play.make<key_record>();
    auto& stock = act(play, play.connect(), "stock");
    auto const handle = record.during(play.quiet() / 50);
    auto const fails = [handle](std::uint64_t n, delivery const& d) -> task<> {
        if (n == 1 && d.shard_key() == nth_key(0) && d.attempt() < 4) throw std::runtime_error("not yet");
        co_await handle(n, d);
    };
    stock.on_job_lines(fails, handler_options().retry(soon(play, 5).delay(play.quiet())));
    stock.start();
    auto& shop = act(play, play.connect(), "shop");
    for (int k = 0; k < 5; ++k) wait_for(play, shop.line_up(nth_key(k), count_up(1, 5)), "a range to be sent");
    play.until([&] { return record.total >= 20; }, "other keys to be handled while one fails");
    expect(!record.ended.contains(nth_key(0)), "a key that fails to wait");
    play.until([&] { return record.complete(5, 5); }, "the key that failed to be handled");
    record.check(play, 5, count_up(1, 5));
}

inline void crash_between_attempts(stage& on) {
    scene play(on);
    auto& doomed = play.connect();
    auto& first = act(play, doomed, "stock");
    first.on_jobs(failing_until(1'000), handler_options().retry(soon(play, 50)));
    first.start();
    auto& shop = act(play, play.connect(), "shop");
    wait_for(play, shop.do_job(1), "a message to be accepted");
    play.until([&] { return attempts_of(first, 1).size() >= 2; }, "a handler to be called again");
    play.drop(doomed);
    auto& second = act(play, play.connect(), "stock");
    second.on_jobs();
    second.start();
    until_ended(play, {&second}, {1}, "what is handled by another instance");
}

inline void drain_ends_retries(stage& on) {
    scene play(on);
    auto& stock = act(play, play.connect(), "stock");
    stock.on_jobs(failing_until(3), handler_options().retry(soon(play, 5).delay(play.quiet())));
    stock.start();
    auto& shop = act(play, play.connect(), "shop");
    wait_for(play, shop.do_job(1), "a message to be accepted");
    play.until([&] { return stock.begun().size() == 1; }, "a handler to fail");
    auto const l = wait_for(play, stock.drain(play.patience()), "a drain to complete");
    expect_balance(l);
    // Where its shard moves on when its owner pauses, what waits moves on too.
    if (play.able().settles_prefix && l.released == 1) return;
    expect_equal(stock.ended(), numbers{1}, "what was handled during a drain");
    expect_equal(l.accepted, 1U, "the number of accepted messages");
    expect_equal(l.released, 0U, "the number of released messages");
}

} // namespace detail

/// Handlers that fail are called again.
inline constexpr test_case retry_cases[] = {
    {"a failing handler is called again", "Until it succeeds, each time with the message as it came, and counted.",
        needs::queues, detail::failing_handler_is_called_again},
    {"attempts that are used up end in a dead letter", "With the number of attempts; then the message is accepted.",
        needs::queues, detail::attempts_are_used_up},
    {"a policy says which failures are permanent", "Those become dead letters at once, others are tried again.",
        needs::queues, detail::some_failures_are_permanent},
    {"a request is tried again", "Until it is answered, or its attempts are used up: then it gets the fault.",
        needs::queues | needs::replies, detail::request_is_tried_again},
    {"a failing key waits alone", "Other keys go on, and its own order stays.", needs::queues | needs::shards,
        detail::failing_key_waits_alone},
    {"a crash between two attempts loses nothing", "Another instance handles the message.",
        needs::queues | needs::redelivery, detail::crash_between_attempts},
    {"a drain waits for the last attempt", "What was received ends, also what waits for its next attempt.",
        needs::queues, detail::drain_ends_retries},
};

} // namespace fairway::testing::conformance

#endif
