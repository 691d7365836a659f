// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_THREAD_CASES_HPP
#define FAIRWAY_TESTING_CONFORMANCE_THREAD_CASES_HPP

// Several threads at a time: everything at the seam and every port is thread-safe.

#include <fairway/port/blocking.hpp>
#include <fairway/testing/conformance/actor.hpp>
#include <fairway/testing/conformance/case.hpp>

#include <atomic>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace fairway::testing::conformance {

namespace detail {

inline void many_threads_send(stage& on) {
    scene play(on);
    auto const to = play.queue();
    auto& shared = play.speak(play.connect(), to);
    std::atomic<int> refused{0};
    std::vector<std::function<void()>> work;
    for (std::uint64_t t = 0; t < 4; ++t) {
        auto& own = t % 2 ? play.speak(play.connect(), to) : shared;
        work.emplace_back([&own, &refused, all = play.all_numbers(count_up(t * 100 + 1, t * 100 + 100))] {
            for (auto const& e : all)
                if (own.try_one(e)) ++refused;
        });
    }
    on.together(std::move(work));
    expect_equal(refused.load(), 0, "the number of refused sends");
    auto const flushed = shared.flush();
    play.until([&] { return flushed->done; }, "flush to complete");
    auto& there = play.listen(play.connect(), to);
    play.until_accepted({&there}, count_up(1, 400), "what four threads sent");
}

inline void threads_keep_their_order(stage& on) {
    scene play(on);
    auto const to = play.queue(2);
    auto& shared = play.speak(play.connect(), to);
    std::vector<std::function<void()>> work;
    for (std::uint32_t t = 0; t < 2; ++t)
        work.emplace_back([&shared, all = play.on_shard(t, 2, count_up(t * 100 + 1, t * 100 + 100))] {
            for (auto const& e : all) (void)shared.try_one(e);
        });
    on.together(std::move(work));
    auto& there = play.listen(play.connect(), to);
    play.until_accepted({&there}, count_up(1, 200), "what two threads sent");
    numbers of[2];
    for (auto const& one : there.history()) of[one.shard].push_back(one.number);
    for (std::uint32_t t = 0; t < 2; ++t)
        expect_equal(play.tidy(of[t]), count_up(t * 100 + 1, t * 100 + 100), "the order of one thread's messages");
}

inline void threads_send_and_receive(stage& on) {
    scene play(on);
    auto const to = play.queue();
    std::atomic<std::size_t> accepted{0};
    std::atomic<int> failed{0};
    std::vector<listener*> all;
    std::vector<std::function<void()>> work;
    for (std::uint64_t t = 0; t < 2; ++t) {
        auto& out = play.speak(play.connect(), to);
        work.emplace_back([&out, &failed, sent = play.all_numbers(count_up(t * 200 + 1, t * 200 + 200))] {
            for (auto const& e : sent)
                if (out.try_one(e)) ++failed;
        });
        auto& in = play.listen(play.connect(), to, "stock", 4);
        all.push_back(&in);
        work.emplace_back([&in, &accepted, &failed] {
            // The case goes on by itself with what is left then.
            for (std::size_t tried = 0; accepted < 400 && failed == 0 && tried < 20'000; ++tried) accepted += in.work();
        });
    }
    on.together(std::move(work));
    expect_equal(failed.load(), 0, "the number of refused sends");
    play.until_accepted(all, count_up(1, 400), "what two threads sent and two received");
}

inline void blocking_requests(stage& on) {
    scene play(on);
    auto& stock = act(play, play.connect(), "stock");
    stock.on_questions();
    stock.start();
    auto& shop = act(play, play.connect(), "shop");
    auto const port = blocking(shop.self().sender<questions>());
    auto const patience = play.patience();
    std::atomic<int> right{0};
    std::vector<std::function<void()>> work;
    for (std::uint64_t t = 0; t < 3; ++t)
        work.emplace_back([&port, &right, t, patience] {
            try {
                for (std::uint64_t n = t * 20; n < t * 20 + 20; ++n) {
                    question const q{n};
                    if (port.request(q, patience).number == n) ++right;
                }
            } catch (std::exception const&) {
                right = -1'000;
            }
        });
    on.together(std::move(work));
    expect_equal(right.load(), 60, "the number of right answers to three threads");
    expect_equal(stock.stats().replied, 60U, "the number of replies");
}

inline void ports_on_many_threads(stage& on) {
    scene play(on);
    auto& stock = act(play, play.connect(), "stock");
    stock.on_jobs();
    stock.start();
    auto& shop = act(play, play.connect(), "shop");
    std::atomic<int> refused{0};
    std::vector<std::function<void()>> work;
    for (std::uint64_t t = 0; t < 3; ++t)
        work.emplace_back([&shop, &refused, t] {
            for (std::uint64_t n = t * 50 + 1; n <= t * 50 + 50; ++n)
                if (shop.try_job(n)) ++refused;
        });
    on.together(std::move(work));
    expect_equal(refused.load(), 0, "the number of refused sends");
    wait_for(play, shop.flush_jobs(), "flush to complete");
    until_ended(play, {&stock}, count_up(1, 150), "what was handled of three threads' messages");
    expect_equal(shop.stats().sent, 150U, "the number of messages that were sent");
}

inline void closed_while_sending(stage& on) {
    scene play(on);
    auto const to = play.queue();
    auto& at = play.connect();
    auto& out = play.speak(at, to);
    std::atomic<int> taken{0}, wrong{0};
    std::vector<std::function<void()>> work;
    work.emplace_back([&out, &taken, &wrong, all = play.all_numbers(count_up(1, 300))] {
        for (auto const& e : all) {
            auto const why = out.try_one(e);
            if (!why)
                ++taken;
            else if (why != errc::closed)
                ++wrong;
        }
    });
    work.emplace_back([&at, &taken] {
        for (std::size_t tried = 0; taken < 50 && tried < 1'000'000; ++tried) {}
        at.net.close();
    });
    on.together(std::move(work));
    expect_equal(wrong.load(), 0, "the number of sends that ended otherwise than accepted or closed");
    expect_equal(out.try_one(play.number(301).done()), errc::closed, "the error of a closed transport");
}

} // namespace detail

/// Several threads at a time.
inline constexpr test_case thread_cases[] = {
    {"many threads may send", "try_send from several threads, through one sink and several, loses and repeats nothing.",
        needs::queues | needs::threads, detail::many_threads_send},
    {"threads keep their order", "What one thread sends to a shard arrives in its order, whatever others do.",
        needs::queues | needs::shards | needs::threads, detail::threads_keep_their_order},
    {"threads send while others receive", "receive and settle may run beside sends and each other.",
        needs::queues | needs::threads, detail::threads_send_and_receive},
    {"threads may block on requests", "Blocking requests of several threads get their own answers.",
        needs::queues | needs::replies | needs::threads, detail::blocking_requests},
    {"threads may share ports", "A port may be used by several threads.", needs::queues | needs::threads,
        detail::ports_on_many_threads},
    {"a transport may be closed while others send", "Each send is accepted, or fails with closed.",
        needs::queues | needs::threads, detail::closed_while_sending},
};

} // namespace fairway::testing::conformance

#endif
