// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_GUARANTEES_DEAD_LETTERS_HPP
#define FAIRWAY_TESTING_CONFORMANCE_GUARANTEES_DEAD_LETTERS_HPP

// What dead letters tell, and how they come back.

#include <fairway/testing/conformance/actor.hpp>
#include <fairway/testing/conformance/case.hpp>
#include <fairway/testing/conformance/content_cases.hpp>
#include <fairway/testing/conformance/handler_cases.hpp>

#include <charconv>
#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace fairway::testing::conformance {

namespace detail {

inline std::int64_t whole_number(std::string_view text) {
    std::int64_t n = -1;
    auto const read = std::from_chars(text.data(), text.data() + text.size(), n);
    return read.ec == std::errc() && read.ptr == text.data() + text.size() ? n : -1;
}

inline void letter_tells_all(stage& on) {
    scene play(on);
    auto& at = play.connect();
    auto& mail = act(play, at, "mail");
    auto const policy = retry_policy().attempts(2).delay(2 * play.quiet()).jitter(false);
    auto const fails = [](std::uint64_t, delivery const&) -> task<> {
        throw std::runtime_error("secret");
        co_return;
    };
    mail.on_bulletins(fails, handler_options().retry(policy));
    mail.start();
    play.pause();
    auto const begun = now_of(at).time_since_epoch() / std::chrono::seconds(1);
    auto& shop = act(play, play.connect(), "shop");
    auto const o = send_options().header("tenant", "acme").time_to_live(std::chrono::hours(1));
    wait_for(play, shop.publish(1, o), "an event to be accepted");
    auto& dead = dead_letters_of(play, "bulletins", "mail");
    play.until([&] { return dead.take() > 0; }, "a dead letter");
    auto const& letter = dead.held().front();
    auto const& origin = mail.done().begun.front().of;
    auto const told = [&](std::string_view name) { return letter.header(name).value_or(""); };
    expect_equal(told("fw-dead-channel"), "bulletins", "the channel");
    expect_equal(told("fw-dead-group"), "mail", "the group");
    expect_equal(told("fw-dead-code"), "handler_failed", "the code");
    expect_equal(told("fw-dead-attempts"), "2", "the attempts");
    auto const first = whole_number(told("fw-dead-first-time")), last = whole_number(told("fw-dead-time"));
    expect(first >= begun && last >= first, "the times of the first attempt and of the letter, in whole seconds");
    expect(std::chrono::seconds(last - first) >= 2 * play.quiet() - std::chrono::seconds(1),
        "the time between the attempts to be told");
    expect_equal(told("tenant"), "acme", "the message's own header");
    expect(letter.id() == origin.id() && letter.conversation() == origin.conversation(), "the message's own ids");
    expect_equal(letter.source(), "shop", "who had sent it");
    expect(letter.time() == origin.time(), "when it had been sent");
    expect(!letter.deadline() && !letter.wants_reply(), "a dead letter to expire never, and to want no reply");
    expect_equal(letter.body(), origin.body(), "the message's own body");
    dead.accept_all();
}

inline void expired_may_be_kept(stage& on) {
    scene play(on);
    auto& stock = act(play, play.connect(), "stock");
    stock.on_jobs({}, handler_options().keep_expired(true));
    auto& dead = dead_letters_of(play, "jobs", "stock");
    auto& shop = act(play, play.connect(), "shop");
    wait_for(play, shop.do_job(1, send_options().time_to_live(2 * play.quiet())), "a message to be accepted");
    wait_for(play, shop.do_job(2), "a message to be accepted");
    play.pass(4 * play.quiet());
    stock.start();
    until_ended(play, {&stock}, {2}, "what was handled");
    play.linger({&dead});
    // The transport may have dropped it itself.
    expect(dead.held().size() <= 1, "one dead letter at most");
    if (!dead.held().empty())
        expect_equal(dead.held().front().header("fw-dead-code").value_or(""), "expired", "the code of a dead letter");
    dead.accept_all();
    expect_equal(stock.begun(), numbers{2}, "what was handled");
    auto const l = wait_for(play, stock.drain(play.patience()), "a drain to complete");
    expect_equal(l.expired, 0U, "what was dropped though it is to be kept");
    expect_equal(l.dead_lettered, dead.received().size(), "the number of dead letters");
    expect_balance(l);
}

inline void replayed_to_one_group(stage& on) {
    scene play(on);
    auto& mail = act(play, play.connect(), "mail");
    auto& audit = act(play, play.connect(), "audit");
    for (auto* one : {&mail, &audit}) one->on_bulletins(), one->start();
    play.pause();
    draft d = play.number(1);
    d.head.type = "conformance.bulletin";
    d.head.content_type = "application/json";
    d.more.set_reserved("fw-replay-group", "mail");
    d.body = "{\"number\":1,\"key\":\"\"}";
    auto& at = play.connect();
    play.send(play.speak(at, play.topic(0, "bulletins")), d);
    auto& shop = act(play, at, "shop");
    wait_for(play, shop.publish(2), "an event to be accepted");
    until_ended(play, {&mail}, {1, 2}, "what the named group handled");
    until_ended(play, {&audit}, {2}, "what the other group handled");
    play.until([&] { return audit.stats().skipped == 1; }, "the other group to skip what is not for it");
    expect_balance(audit.stats());
}

inline void letters_wait_for_their_reader(stage& on) {
    scene play(on);
    if (!play.able().central) throw inapplicable("says that what was accepted may go with its sender");
    auto& at = play.connect();
    auto& stock = act(play, at, "stock");
    stock.on_jobs([](std::uint64_t n, delivery const&) -> task<> {
        if (n <= 3) throw fault("refused", "no");
        co_return;
    });
    stock.start();
    auto& shop = act(play, play.connect(), "shop");
    for (std::uint64_t n = 1; n <= 4; ++n) wait_for(play, shop.do_job(n), "a message to be accepted");
    play.until([&] { return stock.stats().dead_lettered == 3; }, "three dead letters");
    until_ended(play, {&stock}, {4}, "what was handled");
    wait_for(play, stock.drain(play.patience()), "a drain to complete");
    play.drop(at);
    play.pause();
    auto& dead = dead_letters_of(play, "jobs", "stock");
    play.until([&] { return dead.take(), dead.held().size() >= 3; }, "three dead letters of a service that has gone");
    dead.accept_all();
    play.linger({&dead});
    if (!play.able().duplicates) expect_equal(dead.received().size(), 3U, "the number of dead letters");
}

} // namespace detail

/// What dead letters tell.
inline constexpr test_case dead_letter_cases[] = {
    {"a dead letter tells all", "What the message was, who failed, why, how often, and from when to when.",
        needs::queues | needs::topics, detail::letter_tells_all},
    {"an expired message may be kept", "Where the service asks for it, what came too late is a dead letter.",
        needs::queues, detail::expired_may_be_kept},
    {"a replayed message is for one group", "The others accept and skip it.", needs::topics,
        detail::replayed_to_one_group},
    {"dead letters wait for who reads them", "Their channel keeps them, also when the service has gone.", needs::queues,
        detail::letters_wait_for_their_reader},
};

} // namespace fairway::testing::conformance

#endif
