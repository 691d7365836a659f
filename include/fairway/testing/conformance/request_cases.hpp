// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_REQUEST_CASES_HPP
#define FAIRWAY_TESTING_CONFORMANCE_REQUEST_CASES_HPP

// Services that ask each other: a request ends exactly once.

#include <fairway/testing/conformance/actor.hpp>
#include <fairway/testing/conformance/case.hpp>
#include <fairway/testing/conformance/reply_cases.hpp>

#include <string>
#include <vector>

namespace fairway::testing::conformance {

namespace detail {

// Takes the answers to questions that were asked in this order.
inline void expect_answers(scene& play, std::vector<pending<answer>> asked, numbers const& which) {
    for (std::size_t i = 0; i < asked.size(); ++i) {
        auto const got = wait_for(play, asked[i], "an answer to question " + std::to_string(which[i]));
        expect_equal(got.number, which[i], "the number of the answer");
    }
}

inline void request_is_answered(stage& on) {
    scene play(on);
    auto& stock = act(play, play.connect(), "stock");
    stock.on_questions();
    stock.start();
    auto& shop = act(play, play.connect(), "shop");
    auto const got = wait_for(play, shop.ask(1, play.patience()), "an answer");
    expect_equal(got.number, 1U, "the number of the answer");
    expect_equal(got.by, "stock", "who answered");
    expect_equal(stock.done().begun.front().of.source(), "shop", "who asked");
    expect_equal(stock.begun().size(), 1U, "how often the question was handled");
}

inline void each_its_own_answer(stage& on) {
    scene play(on);
    auto const slower_for_low = [step = play.quiet() / 20](std::uint64_t n, delivery const&) -> task<> {
        co_await sleep_for(step * (10 - static_cast<int>(n % 10)));
    };
    auto& at = play.connect();
    auto& a = act(play, at, "stock");
    auto& b = act(play, play.connect(), "stock");
    for (auto* one : {&a, &b}) one->on_questions(slower_for_low), one->start();
    auto& shop = act(play, play.connect(), "shop");
    auto& kiosk = act(play, play.connect(), "kiosk");
    std::vector<pending<answer>> of_shop, of_kiosk;
    for (std::uint64_t n = 1; n <= 20; ++n) {
        of_shop.push_back(shop.ask(n, play.patience()));
        of_kiosk.push_back(kiosk.ask(100 + n, play.patience()));
    }
    expect_answers(play, of_shop, count_up(1, 20));
    expect_answers(play, of_kiosk, count_up(101, 120));
    expect_equal(play.tidy(joined(a.begun(), b.begun())).size(), 40U, "how often questions were handled");
}

inline void question_waits_for_a_responder(stage& on) {
    scene play(on);
    auto& shop = act(play, play.connect(), "shop");
    auto asked = shop.ask(1, play.patience());
    play.pause();
    expect(!asked.done(), "a request to wait while nobody is there");
    auto& stock = act(play, play.connect(), "stock");
    stock.on_questions();
    stock.start();
    expect_equal(wait_for(play, asked, "an answer").number, 1U, "the number of the answer");
}

inline void refused_with_a_fault(stage& on) {
    scene play(on);
    auto& stock = act(play, play.connect(), "stock");
    stock.on_questions([](std::uint64_t n, delivery const&) -> task<> {
        if (n == 1) throw fault("sold_out", "no more Grüße");
        co_return;
    });
    stock.start();
    auto& shop = act(play, play.connect(), "shop");
    try {
        wait_for(play, shop.ask(1, play.patience()), "a fault");
        throw unmet("expected a fault, found an answer");
    } catch (fault const& f) {
        expect_equal(f.code(), "sold_out", "the code of the fault");
        expect_equal(f.text(), "no more Grüße", "the text of the fault");
        expect_equal(f.responder(), "stock", "who refused");
    }
    expect_equal(wait_for(play, shop.ask(2, play.patience()), "an answer").number, 2U, "the next answer");
}

inline void failure_keeps_its_secret(stage& on) {
    scene play(on);
    auto& stock = act(play, play.connect(), "stock");
    stock.on_questions([](std::uint64_t, delivery const&) -> task<> {
        throw std::runtime_error("secret");
        co_return;
    });
    stock.start();
    auto& shop = act(play, play.connect(), "shop");
    try {
        wait_for(play, shop.ask(1, play.patience()), "a fault");
        throw unmet("expected a fault, found an answer");
    } catch (fault const& f) {
        expect_equal(f.code(), "handler_failed", "the code of the fault");
        expect(f.text().find("secret") == std::string_view::npos, "the text of an exception to stay where it was");
    }
}

inline void nobody_answers(stage& on) {
    scene play(on);
    auto& shop = act(play, play.connect(), "shop");
    auto asked = shop.ask(1, 3 * play.quiet());
    auto const why = end_of(play, asked, "a request that nobody answers to end");
    expect(why == errc::timed_out || why == errc::no_responder,
        "a request that nobody answers to time out, found " + text_of(why));
    expect_equal(shop.stats().requested, 1U, "the number of requests");
}

inline void cancelled_request(stage& on) {
    scene play(on);
    auto& shut = play.make<gate>(play.quiet() / 4);
    auto& stock = act(play, play.connect(), "stock");
    stock.on_questions([&shut](std::uint64_t, delivery const&) { return shut.wait(); });
    stock.start();
    auto& shop = act(play, play.connect(), "shop");
    auto asked = shop.ask(1, play.patience());
    play.until([&] { return stock.begun().size() == 1; }, "a question to arrive");
    asked.cancel();
    expect_equal(end_of(play, asked, "a cancelled request to end"), errc::cancelled, "the end of a cancelled request");
    shut.open();
    play.until([&] { return shop.stats().late_replies == 1; }, "the late reply to be counted");
    expect_equal(wait_for(play, shop.ask(2, play.patience()), "an answer").number, 2U, "the next answer");
}

inline void requester_closes(stage& on) {
    scene play(on);
    auto& shut = play.make<gate>(play.quiet() / 4);
    auto& stock = act(play, play.connect(), "stock");
    stock.on_questions([&shut](std::uint64_t n, delivery const&) -> task<> {
        if (n < 3) co_await shut.wait();
    });
    stock.start();
    auto& shop = act(play, play.connect(), "shop");
    auto first = shop.ask(1, play.patience()), second = shop.ask(2, play.patience());
    play.until([&] { return stock.begun().size() == 2; }, "both questions to arrive");
    shop.self().close();
    for (auto& one : {first, second})
        expect_equal(end_of(play, one, "a request to end with its service"), errc::closed, "the end of a request");
    shut.open();
    until_ended(play, {&stock}, {1, 2}, "what is handled though its requester has gone");
    auto& kiosk = act(play, play.connect(), "kiosk");
    expect_equal(wait_for(play, kiosk.ask(3, play.patience()), "an answer").number, 3U, "the next one's answer");
    expect_equal(stock.stats().accepted, 3U, "the number of accepted requests");
}

inline void requester_crashes(stage& on) {
    scene play(on);
    auto& shut = play.make<gate>(play.quiet() / 4);
    auto& stock = act(play, play.connect(), "stock");
    stock.on_questions([&shut](std::uint64_t n, delivery const&) -> task<> {
        if (n == 1) co_await shut.wait();
    });
    stock.start();
    auto& doomed = play.connect();
    auto& shop = act(play, doomed, "shop");
    auto asked = shop.ask(1, play.patience());
    play.until([&] { return stock.begun().size() == 1; }, "a question to arrive");
    play.drop(doomed);
    shut.open();
    auto& kiosk = act(play, play.connect(), "kiosk");
    expect_equal(wait_for(play, kiosk.ask(2, play.patience()), "an answer").number, 2U, "the next one's answer");
    play.until([&] { return stock.stats().accepted == 2; }, "both requests to be accepted");
}

inline void late_reply(stage& on) {
    scene play(on);
    auto& shut = play.make<gate>(play.quiet() / 4);
    auto& stock = act(play, play.connect(), "stock");
    stock.on_questions([&shut](std::uint64_t n, delivery const&) -> task<> {
        if (n == 1) co_await shut.wait();
    });
    stock.start();
    play.pause();
    auto& shop = act(play, play.connect(), "shop");
    auto asked = shop.ask(1, 4 * play.quiet());
    play.until([&] { return stock.begun().size() == 1; }, "a question to arrive");
    expect_equal(end_of(play, asked, "a request to time out"), errc::timed_out, "the end of a request");
    shut.open();
    expect_equal(wait_for(play, shop.ask(2, play.patience()), "an answer").number, 2U, "the next answer");
    until_ended(play, {&stock}, {1, 2}, "what was handled");
    // Its reply expires with the question: it comes late, or not at all.
    play.pause();
    expect(shop.stats().late_replies <= 1, "a late reply to be counted at most once");
}

inline void too_late_to_handle(stage& on) {
    scene play(on);
    auto& stock = act(play, play.connect(), "stock");
    stock.on_questions();
    auto& shop = act(play, play.connect(), "shop");
    auto asked = shop.ask(1, 2 * play.quiet());
    auto const why = end_of(play, asked, "a request to time out");
    expect(why == errc::timed_out || why == errc::no_responder, "a request to time out, found " + text_of(why));
    play.pause();
    stock.start();
    expect_equal(wait_for(play, shop.ask(2, play.patience()), "an answer").number, 2U, "the next answer");
    expect_equal(stock.begun(), numbers{2}, "what was handled after a request had timed out");
}

inline void answered_later(stage& on) {
    scene play(on);
    auto& stock = act(play, play.connect(), "stock");
    stock.on_questions_later();
    stock.start();
    auto& shop = act(play, play.connect(), "shop");
    std::vector<pending<answer>> asked;
    for (std::uint64_t n = 1; n <= 3; ++n) asked.push_back(shop.ask(n, play.patience()));
    play.until([&] { return stock.done().tokens.size() == 3; }, "three questions to arrive");
    play.pause();
    for (auto& one : asked) expect(!one.done(), "a request to wait for who answers later");
    auto& tokens = stock.done().tokens;
    std::uint64_t const third = stock.begun()[2];
    answer const late{third, "stock"};
    tokens[2].send(late);
    expect_equal(wait_for(play, asked[third - 1], "an answer").number, third, "the answer that was given first");
    tokens.erase(tokens.begin() + 1);
    auto const second = stock.begun()[1];
    try {
        wait_for(play, asked[second - 1], "a fault");
        throw unmet("expected a fault, found an answer");
    } catch (fault const& f) {
        expect_equal(f.code(), "no_reply", "the code of the fault of a dropped reply token");
    }
    auto const first = stock.begun()[0];
    tokens.front().fail(fault("refused", "not today"));
    try {
        wait_for(play, asked[first - 1], "a fault");
        throw unmet("expected a fault, found an answer");
    } catch (fault const& f) {
        expect_equal(f.code(), "refused", "the code of the fault that was sent later");
    }
}

inline void responder_crashes(stage& on) {
    scene play(on);
    auto& shut = play.make<gate>(play.quiet() / 4);
    auto& doomed = play.connect();
    auto& first = act(play, doomed, "stock");
    first.on_questions([&shut](std::uint64_t, delivery const&) { return shut.wait(); });
    first.start();
    auto& shop = act(play, play.connect(), "shop");
    auto asked = shop.ask(1, play.patience());
    play.until([&] { return first.begun().size() == 1; }, "a question to arrive");
    play.drop(doomed);
    auto& second = act(play, play.connect(), "stock");
    second.on_questions();
    second.start();
    expect_equal(wait_for(play, asked, "an answer of another instance").number, 1U, "the number of the answer");
    if (play.able().counts_attempts)
        expect_equal(second.done().begun.front().of.attempt(), 2U, "the attempt of the second instance");
    play.pause();
    expect_equal(shop.stats().late_replies, 0U, "the number of further replies");
}

inline void asks_while_it_answers(stage& on) {
    scene play(on);
    auto& shop = act(play, play.connect(), "shop");
    auto& stock = act(play, play.connect(), "stock");
    stock.on_questions();
    auto& front = act(play, play.connect(), "front");
    auto& heard = play.make<numbers>();
    auto const asking = front.self().sender<questions>();
    front.on_surveys([asking, &heard](std::uint64_t n, delivery const&) -> task<> {
        question const more{10 * n};
        auto const got = co_await asking.request(more);
        heard.push_back(got.number);
    });
    stock.start();
    front.start();
    play.pause();
    auto const all = wait_for(play, shop.survey(7, gather_options<answer>(play.patience()).maximum(1)), "an answer");
    expect_equal(all.replies.size(), 1U, "the number of answers");
    expect_equal(heard, numbers{70}, "what was heard on the way");
}

inline void unreadable_question(stage& on) {
    scene play(on);
    auto& stock = act(play, play.connect(), "stock");
    stock.on_questions();
    stock.start();
    auto& asking = play.connect();
    auto& me = play.give<requester>(asking, asking.net);
    auto& out = play.speak(asking, play.queue(0, "questions"));
    play.pause();
    auto const ask = [&](std::string_view type, message_version version, std::string body) {
        draft d = play.number(1 + me.replies().size());
        d.head.type = type;
        d.head.version = version;
        d.head.content_type = "application/json";
        d.head.reply_to = me.address();
        d.body = std::move(body);
        auto const before = me.replies().size();
        play.send(out, d);
        play.until([&] { return me.replies().size() > before; }, "a fault to arrive");
        auto const& got = me.replies().back();
        expect(got.correlation() == d.head.id, "the id of the request in the fault");
        return std::string(got.header("fw-fault-code").value_or("an answer"));
    };
    expect_equal(ask("conformance.question", {1, 0}, "not JSON"), "decode_failed", "the fault of a bad body");
    expect_equal(ask("conformance.other", {1, 0}, "{}"), "unknown_type", "the fault of an unknown type");
    expect_equal(ask("conformance.question", {9, 0}, "{}"), "unknown_version", "the fault of an unknown version");
    expect_equal(stock.begun(), numbers{}, "what was handled");
    auto& shop = act(play, play.connect(), "shop");
    expect_equal(wait_for(play, shop.ask(2, play.patience()), "an answer").number, 2U, "the next answer");
}

} // namespace detail

/// Services that ask each other.
inline constexpr test_case request_cases[] = {
    {"a request is answered", "By one responder, once; both know who the other one is.", needs::queues | needs::replies,
        detail::request_is_answered},
    {"each request gets its own answer", "Many requests of two services at two instances do not mix.",
        needs::queues | needs::replies, detail::each_its_own_answer},
    {"a request waits for a responder", "One that is sent before its responder starts is answered when it does.",
        needs::queues | needs::replies, detail::question_waits_for_a_responder},
    {"a fault refuses a request", "Code, text and responder reach the requester, and nothing else suffers.",
        needs::queues | needs::replies, detail::refused_with_a_fault},
    {"a failure answers without its text", "Any other exception is handler_failed at the requester.",
        needs::queues | needs::replies, detail::failure_keeps_its_secret},
    {"a request that nobody answers times out", "At its timeout, or sooner where the transport can tell.",
        needs::queues | needs::replies, detail::nobody_answers},
    {"a request can be cancelled", "It ends with cancelled, and its late reply is counted and dropped.",
        needs::queues | needs::replies, detail::cancelled_request},
    {"a requester may close", "Its requests end with closed; the responder does not care.",
        needs::queues | needs::replies, detail::requester_closes},
    {"a requester may crash", "Its responder accepts the request and goes on with others'.",
        needs::queues | needs::replies, detail::requester_crashes},
    {"a late reply is dropped", "The request has timed out once and for all; the next one gets its own answer.",
        needs::queues | needs::replies, detail::late_reply},
    {"what is too late is not handled", "A request carries its timeout as time to live.",
        needs::queues | needs::replies, detail::too_late_to_handle},
    {"a request may be answered later", "A kept reply token answers, refuses, or answers no_reply when dropped.",
        needs::queues | needs::replies, detail::answered_later},
    {"a responder may crash", "Another instance answers, once.", needs::queues | needs::replies | needs::redelivery,
        detail::responder_crashes},
    {"a handler may ask", "A responder requests from another service before it answers.",
        needs::queues | needs::topics | needs::replies, detail::asks_while_it_answers},
    {"a question that cannot be read is refused", "decode_failed, unknown_type and unknown_version come as faults.",
        needs::queues | needs::replies, detail::unreadable_question},
};

} // namespace fairway::testing::conformance

#endif
