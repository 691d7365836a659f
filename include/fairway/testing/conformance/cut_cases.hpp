// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_CUT_CASES_HPP
#define FAIRWAY_TESTING_CONFORMANCE_CUT_CASES_HPP

// Connections that break and come back: nothing that was accepted is lost, and all goes on by itself.

#include <fairway/testing/conformance/actor.hpp>
#include <fairway/testing/conformance/case.hpp>
#include <fairway/testing/conformance/order_cases.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace fairway::testing::conformance {

namespace detail {

// What a send over a broken connection may end with: it did not happen, or nobody knows.
inline bool may_be_sent_again(error_code why) {
    return why == errc::not_connected || why == errc::queue_full || why == errc::timed_out ||
           why == errc::outcome_unknown;
}

inline void sends_survive_a_cut(stage& on) {
    scene play(on);
    auto const to = play.queue();
    auto& here = play.connect();
    auto& sender = play.speak(here, to);
    play.send(sender, play.all_numbers({1}));
    on.cut(here);
    auto const first = sender.send(play.all_numbers(count_up(2, 11)), play.patience());
    auto const second = sender.send(play.all_numbers(count_up(12, 21)), 2 * play.quiet());
    play.pass(3 * play.quiet());
    on.restore(here);
    auto& there = play.listen(play.connect(), to);
    numbers missing;
    for (auto const& [s, lowest] : {std::pair(first, 2U), std::pair(second, 12U)}) {
        auto const& one = s;
        play.until([&one] { return one->done; }, "a send over a broken connection to complete");
        expect_equal(one->outcomes.size(), 10U, "the number of outcomes");
        for (std::size_t i = 0; i < 10; ++i) {
            auto const why = one->outcomes[i].error;
            if (!why) continue;
            expect(may_be_sent_again(why), "a send over a broken connection to be accepted, refused for now or "
                                           "unknown, found " +
                                               text_of(why));
            missing.push_back(lowest + i);
        }
    }
    // The caller may send these again: the ids are the same.
    if (!missing.empty()) play.send(sender, play.all_numbers(missing));
    auto const found = [&] {
        scene::work({&there});
        return sorted(each_once(there.accepted()));
    };
    play.until_numbers(found, count_up(1, 21), "what was sent before, during and after a cut");
}

inline void flush_after_a_cut(stage& on) {
    scene play(on);
    auto const to = play.queue();
    auto& here = play.connect();
    auto& sender = play.speak(here, to);
    play.send(sender, play.all_numbers({1}));
    on.cut(here);
    numbers taken = {1};
    for (std::uint64_t n = 2; n <= 10; ++n) {
        auto const why = sender.try_one(play.number(n).done());
        expect(!why || may_be_sent_again(why), "try_send over a broken connection to take it or refuse it for now");
        if (!why) taken.push_back(n);
    }
    auto const flushed = sender.flush();
    play.pass(2 * play.quiet());
    on.restore(here);
    play.until([&] { return flushed->done; }, "flush to complete once the connection is back");
    auto& there = play.listen(play.connect(), to);
    auto const found = [&] {
        scene::work({&there});
        return sorted(each_once(there.accepted()));
    };
    if (!flushed->flushed) play.until_numbers(found, taken, "what try_send took and flush completed");
}

inline void cut_consumer_is_replaced(stage& on) {
    scene play(on);
    auto const to = play.queue();
    auto& there = play.connect();
    auto& first = play.listen(there, to, "stock", 4);
    play.pause();
    auto& sender = play.speak(play.connect(), to);
    play.send(sender, play.all_numbers(count_up(1, 8)));
    play.until([&] { return first.take(), first.held().size() == 4; }, "one consumer to have its prefetch");
    on.cut(there);
    auto& second = play.listen(play.connect(), to, "stock");
    auto const found = [&] {
        scene::work({&second});
        return sorted(each_once(second.accepted()));
    };
    play.until_numbers(found, count_up(1, 8), "what another one accepted after a connection broke");
    on.restore(there);
    first.accept_all(); // too late: it was handled elsewhere
    auto const back = [&] {
        first.work();
        auto const& all = first.notices();
        auto const broke = [](notice const& n) { return n.what == notice_kind::disconnected; };
        return std::any_of(all.begin(), all.end(), broke) && !broke(all.back());
    };
    play.until(back, "a consumer to be told that its connection broke and is back");
    second.close();
    play.send(sender, play.all_numbers(count_up(9, 12)));
    auto const more = [&] {
        scene::work({&first});
        numbers fresh;
        for (auto const n : each_once(first.received()))
            if (n > 8) fresh.push_back(n);
        return sorted(fresh);
    };
    play.until_numbers(more, count_up(9, 12), "what a consumer receives once its connection is back");
}

inline void responder_is_cut_for(stage& on, duration how_long) {
    scene play(on);
    auto& there = play.connect();
    auto& stock = act(play, there, "stock");
    stock.on_questions();
    stock.start();
    auto& shop = act(play, play.connect(), "shop");
    wait_for(play, shop.ask(1, play.patience()), "an answer before the cut");
    on.cut(there);
    auto asked = shop.ask(2, play.patience());
    play.pass(how_long);
    on.restore(there);
    expect_equal(wait_for(play, asked, "an answer once the connection is back").number, 2U, "the number of the answer");
}
inline void responder_is_cut(stage& on) { responder_is_cut_for(on, 2 * on.quiet()); }
inline void responder_is_away(stage& on) { responder_is_cut_for(on, on.long_cut()); }

inline void requester_is_cut(stage& on) {
    scene play(on);
    auto& shut = play.make<gate>(play.quiet() / 4);
    auto& stock = act(play, play.connect(), "stock");
    stock.on_questions([&shut](std::uint64_t n, delivery const&) -> task<> {
        if (n == 1) co_await shut.wait();
    });
    stock.start();
    auto& here = play.connect();
    auto& shop = act(play, here, "shop");
    auto asked = shop.ask(1, 10 * play.quiet());
    play.until([&] { return !stock.begun().empty(); }, "a question to arrive");
    on.cut(here);
    shut.open();
    play.pass(2 * play.quiet());
    on.restore(here);
    // Its reply may have been lost with the connection.
    auto const why = end_of(play, asked, "a request over a broken connection to end");
    expect(!why || why == errc::timed_out, "a request to be answered or to time out, found " + text_of(why));
    auto const answered = [&](std::uint64_t n) {
        return !end_of(play, shop.ask(n, 5 * play.quiet()), "a request to end once the connection is back");
    };
    bool again = false;
    for (std::uint64_t n = 2; n < 12 && !again; ++n) again = answered(n);
    expect(again, "requests to be answered once the connection is back");
}

inline void work_goes_on(stage& on) {
    scene play(on);
    auto& a = play.connect();
    auto& b = play.connect();
    auto& first = act(play, a, "stock");
    auto& second = act(play, b, "stock");
    auto const briefly = [step = play.quiet() / 10](std::uint64_t, delivery const&) { return sleep_for(step); };
    for (auto* one : {&first, &second}) one->on_jobs(briefly, handler_options().prefetch(4)), one->start();
    play.pause();
    auto& here = play.connect();
    auto& shop = act(play, here, "shop");
    std::vector<pending<std::vector<outcome>>> sent;
    for (std::uint64_t round = 0; round < 3; ++round) {
        sent.push_back(shop.do_jobs(count_up(round * 20 + 1, round * 20 + 20)));
        auto& victim = round == 0 ? a : round == 1 ? here : b;
        play.pass(play.quiet() / 20);
        on.cut(victim);
        play.pass(play.quiet());
        on.restore(victim);
    }
    numbers certain;
    for (std::uint64_t round = 0; round < 3; ++round) {
        auto const outcomes = wait_for(play, sent[round], "a range to be sent");
        for (std::size_t i = 0; i < outcomes.size(); ++i)
            if (!outcomes[i].error) certain.push_back(round * 20 + i + 1);
    }
    expect(certain.size() >= 20, "most of what is sent to be accepted");
    auto const found = [&] {
        auto const ended = each_once(joined(first.ended(), second.ended()));
        numbers come;
        for (auto const n : certain)
            if (std::find(ended.begin(), ended.end(), n) != ended.end()) come.push_back(n);
        return come;
    };
    play.until_numbers(found, certain, "what was accepted to be handled, whatever breaks");
}

inline void order_survives_a_cut(stage& on) {
    scene play(on);
    auto& record = play.make<key_record>();
    auto& a = play.connect();
    auto& b = play.connect();
    for (auto* at : {&a, &b}) {
        auto& one = act(play, *at, "stock");
        one.on_job_lines(record.during(play.quiet() / 20), handler_options().prefetch(8));
        one.start();
    }
    play.pause();
    auto& shop = act(play, play.connect(), "shop");
    for (int k = 0; k < 4; ++k) wait_for(play, shop.line_up(nth_key(k), count_up(1, 12)), "a range to be sent");
    play.until([&] { return record.total >= 8; }, "a part to be handled");
    on.cut(a);
    play.until([&] { return record.complete(4, 12); }, "all to be handled though one instance was cut off");
    on.restore(a);
    play.pause();
    // What the other one had may be handled by both; the order stays.
    for (auto const& [key, all] : record.ended) expect_equal(each_once(all), count_up(1, 12), "the order of " + key);
}

} // namespace detail

/// Connections that break and come back.
inline constexpr test_case cut_cases[] = {
    {"sends survive a cut", "Each is accepted, certainly refused, or unknown; what was accepted arrives.",
        needs::queues | needs::cuts, detail::sends_survive_a_cut},
    {"flush waits for a broken connection", "It completes once the connection is back, and tells what became of all.",
        needs::queues | needs::cuts, detail::flush_after_a_cut},
    {"a consumer that is cut off is replaced", "Others get what it held; it is told, and goes on when it is back.",
        needs::queues | needs::redelivery | needs::cuts, detail::cut_consumer_is_replaced},
    {"a responder may be cut off", "A request waits until it is back.", needs::queues | needs::replies | needs::cuts,
        detail::responder_is_cut},
    {"a responder may be away for long", "A request waits until it is back, though nobody knows it any more.",
        needs::queues | needs::replies | needs::cuts, detail::responder_is_away},
    {"a requester may be cut off", "Its request ends exactly once, and later ones are answered.",
        needs::queues | needs::replies | needs::cuts, detail::requester_is_cut},
    {"work goes on while connections break", "What was accepted is handled, whoever is cut off.",
        needs::queues | needs::redelivery | needs::cuts, detail::work_goes_on},
    {"order survives a cut", "Each key's messages are handled in order, some of them perhaps twice.",
        needs::queues | needs::shards | needs::redelivery | needs::cuts, detail::order_survives_a_cut},
};

} // namespace fairway::testing::conformance

#endif
