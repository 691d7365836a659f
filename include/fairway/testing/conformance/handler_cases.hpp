// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_HANDLER_CASES_HPP
#define FAIRWAY_TESTING_CONFORMANCE_HANDLER_CASES_HPP

// Services that handle one-way messages: who gets them, when, and what becomes of those that can't be handled.

#include <fairway/testing/conformance/actor.hpp>
#include <fairway/testing/conformance/case.hpp>
#include <fairway/testing/conformance/content_cases.hpp>

#include <string>
#include <vector>

namespace fairway::testing::conformance {

namespace detail {

inline void events_reach_every_service(stage& on) {
    scene play(on);
    auto& mail = act(play, play.connect(), "mail");
    auto& audit_a = act(play, play.connect(), "audit");
    auto& audit_b = act(play, play.connect(), "audit");
    for (auto* one : {&mail, &audit_a, &audit_b}) one->on_bulletins(), one->start();
    play.pause();
    auto& shop = act(play, play.connect(), "shop");
    for (std::uint64_t n = 1; n <= 12; ++n) wait_for(play, shop.publish(n), "an event to be accepted");
    until_ended(play, {&mail}, count_up(1, 12), "what one service handled");
    until_ended(play, {&audit_a, &audit_b}, count_up(1, 12), "what two instances handled");
    play.pause();
    expect_equal(play.tidy(joined(audit_a.begun(), audit_b.begun())).size(), 12U, "how often a group handled events");
}

inline void delivery_tells(stage& on) {
    scene play(on);
    auto& at = play.connect();
    auto& stock = act(play, play.connect(), "stock");
    stock.on_jobs();
    stock.start();
    auto const before = now_of(at);
    auto& shop = act(play, at, "shop");
    auto const o = send_options().header("tenant", "Grüße").time_to_live(std::chrono::hours(1));
    wait_for(play, shop.do_job(1, o), "a message to be accepted");
    until_ended(play, {&stock}, {1}, "what was handled");
    auto const& d = stock.done().begun.front().of;
    expect_equal(d.source(), "shop", "who sent it");
    expect_equal(d.type(), "conformance.job", "its type");
    expect(d.version() == message_version{2, 1}, "its version to be 2.1");
    expect_equal(d.content_type(), "application/json", "its content type");
    expect_equal(d.header("tenant").value_or(""), "Grüße", "its header");
    expect(d.id() != message_id(), "a message to have an id");
    expect(d.time() + on.clock_error() >= before, "the time of sending to be told");
    expect(d.deadline().has_value() && *d.deadline() > d.time(), "its deadline to be told");
    expect_equal(d.attempt(), 1U, "its attempt");
    expect(!d.wants_reply(), "a one-way message to want no reply");
}

inline void messages_wait_for_the_start(stage& on) {
    scene play(on);
    auto& mail = act(play, play.connect(), "mail");
    mail.on_bulletins();
    mail.on_jobs();
    play.pause();
    auto& shop = act(play, play.connect(), "shop");
    for (std::uint64_t n = 1; n <= 5; ++n) wait_for(play, shop.publish(n), "an event to be accepted");
    wait_for(play, shop.do_job(6), "a command to be accepted");
    play.pause();
    expect_equal(mail.begun(), numbers{}, "what was handled before the start");
    mail.start();
    until_ended(play, {&mail}, count_up(1, 6), "what was handled after the start");
}

inline void many_at_a_time(stage& on) {
    scene play(on);
    auto& stock = act(play, play.connect(), "stock");
    stock.on_jobs();
    stock.start();
    auto& shop = act(play, play.connect(), "shop");
    auto const outcomes = wait_for(play, shop.do_jobs(count_up(1, 150)), "a range to be sent");
    expect_equal(outcomes.size(), 150U, "the number of outcomes");
    for (auto const& o : outcomes) expect_equal(o.error, error_code(), "an outcome");
    for (std::uint64_t n = 151; n <= 160; ++n) expect_equal(shop.try_job(n), error_code(), "try_send");
    wait_for(play, shop.flush_jobs(), "flush to complete");
    until_ended(play, {&stock}, count_up(1, 160), "what was handled");
    expect_balance(stock.stats());
}

inline void concurrency_is_a_bound(stage& on) {
    scene play(on);
    auto& shut = play.make<gate>(play.quiet() / 4);
    auto& stock = act(play, play.connect(), "stock");
    stock.on_jobs([&shut](std::uint64_t, delivery const&) { return shut.wait(); }, handler_options().concurrency(3));
    stock.start();
    auto& shop = act(play, play.connect(), "shop");
    wait_for(play, shop.do_jobs(count_up(1, 10)), "a range to be sent");
    play.until([&] { return stock.done().running == 3; }, "as many handlers to run as may");
    play.pause();
    expect_equal(stock.done().running, 3U, "the number of handlers that run");
    shut.open();
    until_ended(play, {&stock}, count_up(1, 10), "what was handled");
    expect_equal(stock.done().most_running, 3U, "the most handlers that ran at a time");
}

inline void the_rest_is_for_others(stage& on) {
    scene play(on);
    if (play.able().settles_prefix) throw inapplicable("a log without shards has one owner");
    auto& shut = play.make<gate>(play.quiet() / 4);
    auto& busy = act(play, play.connect(), "stock");
    busy.on_jobs([&shut](std::uint64_t, delivery const&) { return shut.wait(); }, handler_options().prefetch(2));
    busy.start();
    play.pause();
    auto& shop = act(play, play.connect(), "shop");
    wait_for(play, shop.do_jobs(count_up(1, 8)), "a range to be sent");
    play.until([&] { return busy.begun().size() == 2; }, "one instance to have its prefetch");
    auto& idle = act(play, play.connect(), "stock");
    idle.on_jobs();
    idle.start();
    play.until([&] { return play.tidy(idle.ended()).size() == 6; }, "the other instance to handle the rest");
    shut.open();
    until_ended(play, {&busy, &idle}, count_up(1, 8), "what was handled");
    expect_equal(busy.begun().size(), 2U, "how much one instance took with a prefetch of 2");
}

inline void expired_is_not_handled(stage& on) {
    scene play(on);
    auto& stock = act(play, play.connect(), "stock");
    stock.on_jobs();
    auto& shop = act(play, play.connect(), "shop");
    wait_for(play, shop.do_job(1, send_options().time_to_live(2 * play.quiet())), "a message to be accepted");
    wait_for(play, shop.do_job(2), "a message to be accepted");
    wait_for(play, shop.do_job(3, send_options().time_to_live(std::chrono::hours(1))), "a message to be accepted");
    play.pass(4 * play.quiet());
    stock.start();
    until_ended(play, {&stock}, {2, 3}, "what was handled of messages of which one had expired");
    play.pause();
    expect_equal(sorted(stock.begun()), numbers{2, 3}, "what was handled");
    expect(stock.stats().expired <= 1, "one expired delivery at most");
    expect_balance(stock.stats());
}

inline void life_begins_when_due(stage& on) {
    scene play(on);
    auto& stock = act(play, play.connect(), "stock");
    stock.on_jobs();
    stock.start();
    auto& shop = act(play, play.connect(), "shop");
    auto& when = env::clock::of(shop.self().get_executor());
    auto const due = when.now() + 4 * play.quiet();
    auto const o = send_options().delay(4 * play.quiet()).time_to_live(3 * play.quiet());
    wait_for(play, shop.do_job(1, o), "a message to be accepted");
    play.until([&] { return !stock.begun().empty(); }, "a delayed message whose life begins when it is due");
    expect(when.now() + on.clock_error() >= due, "a delayed message not to come before it is due");
}

inline void accepted_after_its_handler(stage& on) {
    scene play(on);
    auto& shut = play.make<gate>(play.quiet() / 4);
    auto& doomed = play.connect();
    auto& first = act(play, doomed, "stock");
    first.on_jobs([&shut](std::uint64_t n, delivery const&) -> task<> {
        if (n > 1) co_await shut.wait();
    });
    first.start();
    auto& shop = act(play, play.connect(), "shop");
    for (std::uint64_t n = 1; n <= 3; ++n) wait_for(play, shop.do_job(n), "a message to be accepted");
    play.until([&] { return first.begun().size() == 3; }, "three messages to be begun");
    play.until([&] { return first.stats().accepted == 1; }, "one message to be accepted");
    play.pause();
    play.drop(doomed);
    auto& second = act(play, play.connect(), "stock");
    second.on_jobs();
    second.start();
    if (play.able().duplicates)
        play.until([&] { return each_once(second.ended()).size() >= 2; }, "what had not ended to be handled again");
    else
        until_ended(play, {&second}, {2, 3}, "what is handled again after a crash");
    if (play.able().counts_attempts)
        for (auto const& one : second.done().begun)
            expect_equal(one.of.attempt(), 2U, "the attempt of the second instance");
}

// Reads the dead letters of a group.
inline listener& dead_letters_of(scene& play, std::string const& channel, std::string const& group) {
    return play.listen(play.connect(), play.queue(0, channel + "." + group + ".dead"));
}

inline void refused_becomes_a_dead_letter(stage& on) {
    scene play(on);
    auto& stock = act(play, play.connect(), "stock");
    stock.on_jobs([](std::uint64_t n, delivery const&) -> task<> {
        if (n == 1) throw fault("no_such_order", "Grüße");
        co_return;
    });
    stock.start();
    auto& shop = act(play, play.connect(), "shop");
    wait_for(play, shop.do_job(1, send_options().header("tenant", "acme")), "a message to be accepted");
    wait_for(play, shop.do_job(2), "a message to be accepted");
    auto& dead = dead_letters_of(play, "jobs", "stock");
    play.until([&] { return dead.take() > 0; }, "a dead letter");
    auto const& letter = dead.held().front();
    auto const& origin = stock.done().begun.front().of;
    expect(letter.id() == origin.id(), "a dead letter to have the id of its message");
    expect_equal(letter.type(), "conformance.job", "the type of a dead letter");
    expect_equal(letter.source(), "shop", "who had sent it");
    expect_equal(letter.header("tenant").value_or(""), "acme", "a header of a dead letter");
    expect_equal(letter.header("fw-dead-code").value_or(""), "no_such_order", "the code of a dead letter");
    expect_equal(letter.header("fw-dead-text").value_or(""), "Grüße", "the text of a dead letter");
    expect_equal(letter.header("fw-dead-channel").value_or(""), "jobs", "the channel of a dead letter");
    expect_equal(letter.header("fw-dead-group").value_or(""), "stock", "the group of a dead letter");
    expect_equal(letter.body(), origin.body(), "the body of a dead letter");
    dead.accept_all();
    until_ended(play, {&stock}, {2}, "what was handled beside it");
    play.until([&] { return stock.stats().dead_lettered == 1; }, "the dead letter to be counted");
    play.pause();
    expect_equal(stock.begun().size(), 2U, "how often handlers were called");
    expect_balance(stock.stats());
}

inline void unreadable_becomes_a_dead_letter(stage& on) {
    scene play(on);
    auto& stock = act(play, play.connect(), "stock");
    stock.on_jobs();
    stock.start();
    auto& out = play.speak(play.connect(), play.queue(0, "jobs"));
    auto const send = [&](std::uint64_t n, std::string_view type, message_version version, std::string body) {
        draft d = play.number(n);
        d.head.type = type;
        d.head.version = version;
        d.head.content_type = "application/json";
        d.body = std::move(body);
        play.send(out, d);
    };
    send(1, "conformance.job", {2, 0}, "{\"number\": -");
    send(2, "conformance.other", {1, 0}, "{}");
    send(3, "conformance.job", {3, 0}, "{\"number\": 3, \"key\": \"\"}");
    send(4, "conformance.job", {2, 9}, "{\"number\": 4, \"key\": \"\", \"later\": true}");
    auto& dead = dead_letters_of(play, "jobs", "stock");
    until_ended(play, {&stock}, {4}, "what could be read");
    play.until([&] { return dead.take(), dead.held().size() >= 3; }, "three dead letters");
    std::vector<std::string> found(3);
    for (auto const& d : dead.held()) {
        auto const n = static_cast<std::size_t>(d.id().low);
        expect(n >= 1 && n <= 3, "a dead letter of what could not be read only");
        found[n - 1] = std::string(d.header("fw-dead-code").value_or(""));
        if (n == 1) expect_equal(d.body(), "{\"number\": -", "the body of a dead letter, raw");
    }
    expect(dead.held().size() == 3 || play.able().duplicates, "one dead letter for each");
    dead.accept_all();
    expect_equal(found[0], "decode_failed", "the code of a bad body's letter");
    expect_equal(found[1], "unknown_type", "the code of an unknown type's letter");
    expect_equal(found[2], "unknown_version", "the code of an unknown version's letter");
    auto const before = dead.received().size();
    play.linger({&dead});
    expect_equal(dead.received().size(), before, "the number of dead letters, none of which comes round");
}

inline void unknown_event_is_skipped(stage& on) {
    scene play(on);
    auto& mail = act(play, play.connect(), "mail");
    mail.on_bulletins();
    mail.start();
    play.pause();
    auto& at = play.connect();
    draft d = play.number(1);
    d.head.type = "conformance.later";
    d.body = "{}";
    play.send(play.speak(at, play.topic(0, "bulletins")), d);
    auto& shop = act(play, at, "shop");
    wait_for(play, shop.publish(2), "an event to be accepted");
    until_ended(play, {&mail}, {2}, "what was handled");
    play.until([&] { return mail.stats().skipped == 1; }, "an event of an unknown type to be skipped");
    expect_equal(mail.stats().dead_lettered, 0U, "the number of dead letters");
    expect_balance(mail.stats());
}

inline void foreign_message(stage& on) {
    scene play(on);
    auto& mail = act(play, play.connect(), "mail");
    mail.on_bulletins();
    mail.start();
    play.pause();
    draft d;
    d.body = "{\"number\": 7, \"key\": \"\"}";
    play.send(play.speak(play.connect(), play.topic(0, "bulletins")), d);
    until_ended(play, {&mail}, {7}, "what was handled of a sender that does not know Fairway");
}

inline void only_sends(stage& on) {
    scene play(on);
    auto& shop = act(play, play.connect(), "shop");
    shop.start();
    wait_for(play, shop.do_job(1), "a message to be accepted");
    auto& stock = act(play, play.connect(), "stock");
    auto const begin = [&] {
        stock.on_jobs();
        stock.start();
    };
    // Where nobody keeps it in between, a drain needs somebody who receives.
    if (!play.able().central) {
        begin();
        until_ended(play, {&stock}, {1}, "what a service sent that handles nothing");
    }
    auto const l = wait_for(play, shop.drain(play.patience()), "a drain to complete");
    expect_equal(l.sent, 1U, "the number of messages that were sent");
    if (!play.able().central) return;
    begin();
    until_ended(play, {&stock}, {1}, "what a service sent that handles nothing");
}

inline void port_without_room(stage& on) {
    scene play(on);
    auto& shop = act(play, play.connect_narrow(), "shop");
    std::uint64_t sent = 0;
    // What was taken may move on, and make room once more.
    for (auto before = sent + 1; before != sent; play.pause()) {
        before = sent;
        while (sent < 10'000 && !shop.try_job(sent + 1)) ++sent;
    }
    expect(sent >= play.on().narrow_room() && sent < 10'000, "a narrow channel to become full");
    auto const why = end_of(play, shop.do_job(9'999, send_options().patience(2 * play.quiet())), "a send to give up");
    expect_equal(why, errc::queue_full, "the end of a send without room");
    auto waiting = shop.do_job(sent + 1);
    play.pause();
    expect(!waiting.done(), "a send to wait for room");
    auto& stock = act(play, play.connect_narrow(), "stock");
    stock.on_jobs();
    stock.start();
    wait_for(play, waiting, "a send to complete once there is room");
    until_ended(play, {&stock}, count_up(1, sent + 1), "what was handled");
}

} // namespace detail

/// Services that handle one-way messages.
inline constexpr test_case handler_cases[] = {
    {"events reach every service", "Each subscribed service handles an event once, whatever its instances.",
        needs::topics, detail::events_reach_every_service},
    {"a handler learns all about its message", "Sender, type, version, headers, id, times and attempt are told.",
        needs::queues, detail::delivery_tells},
    {"messages wait for a service to start", "From handle on its messages are kept.", needs::queues | needs::topics,
        detail::messages_wait_for_the_start},
    {"ranges and try_send are handled", "send_all has one outcome each, flush completes what try_send took.",
        needs::queues, detail::many_at_a_time},
    {"the concurrency is a bound", "No more handlers run at a time than were asked for.", needs::queues,
        detail::concurrency_is_a_bound},
    {"what one instance does not take is for others", "The prefetch of a busy instance leaves the rest to an idle one.",
        needs::queues, detail::the_rest_is_for_others},
    {"an expired message is not handled", "What has outlived its time to live is dropped, and nothing else.",
        needs::queues, detail::expired_is_not_handled},
    {"the life of a delayed message begins when it is due", "delay and time to live go together.",
        needs::queues | needs::delay, detail::life_begins_when_due},
    {"a message is accepted after its handler has ended", "What a crash interrupts is handled again, the rest is not.",
        needs::queues | needs::redelivery, detail::accepted_after_its_handler},
    {"a refused message becomes a dead letter", "With its id, headers and body, and the reason; then it is accepted.",
        needs::queues, detail::refused_becomes_a_dead_letter},
    {"an unreadable message becomes a dead letter", "At once, raw, and it never comes round.", needs::queues,
        detail::unreadable_becomes_a_dead_letter},
    {"an unknown event is skipped", "On a publish-subscribe channel it is accepted and counted.", needs::topics,
        detail::unknown_event_is_skipped},
    {"a message without Fairway's headers is handled", "A channel of one message decodes it as that message.",
        needs::topics, detail::foreign_message},
    {"a service may only send", "It needs no handler to send and to drain.", needs::queues, detail::only_sends},
    {"a port waits for room", "Up to its patience, then queue_full; a send that waits completes when there is room.",
        needs::queues | needs::narrow, detail::port_without_room},
};

} // namespace fairway::testing::conformance

#endif
