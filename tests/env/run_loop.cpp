// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"

#include <fairway/env/run_loop.hpp>
#include <fairway/testing/manual_clock.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

using fairway::env::run_loop;
namespace asio = boost::asio;

namespace {

class worker final : public fairway::env::runnable {
public:
    explicit worker(std::function<void()> work, bool uses_its_turn_up = false)
        : work_(std::move(work)), greedy_(uses_its_turn_up) {}
    bool run() override {
        work_();
        return greedy_;
    }

private:
    std::function<void()> work_;
    bool greedy_;
};

} // namespace

TEST_CASE("a run loop runs what was woken, in order, in one go", "[run-loop]") {
    asio::io_context io;
    auto const loop = run_loop::of(io.get_executor());
    std::vector<int> ran;
    std::shared_ptr<worker> second, third;
    auto const first = std::make_shared<worker>([&] {
        ran.push_back(1);
        loop->wake(second);
        loop->wake(third);
    });
    second = std::make_shared<worker>([&] { ran.push_back(2); });
    third = std::make_shared<worker>([&] {
        ran.push_back(3);
        if (ran.size() < 6) loop->wake(first);
    });
    loop->wake(first);
    CHECK(ran.empty());
    CHECK(io.poll() == 1);
    CHECK(ran == std::vector<int>{1, 2, 3, 1, 2, 3});
    io.restart();
    loop->wake(third);
    CHECK(io.poll() == 1);
    CHECK(ran.back() == 3);
}

TEST_CASE("who is gone is not run", "[run-loop]") {
    asio::io_context io;
    auto const loop = run_loop::of(io.get_executor());
    int ran = 0;
    auto gone = std::make_shared<worker>([&] { ++ran; });
    auto const here = std::make_shared<worker>([&] { ++ran; });
    loop->wake(gone);
    loop->wake(here);
    loop->wake(gone);
    gone.reset();
    io.poll();
    CHECK(ran == 1);
}

TEST_CASE("others on the executor get their turn", "[run-loop]") {
    asio::io_context io;
    auto const loop = run_loop::of(io.get_executor());
    int ran = 0, before = 0;
    std::shared_ptr<worker> again;
    again = std::make_shared<worker>([&] {
        if (++ran < 10'000) loop->wake(again);
    });
    loop->wake(again);
    asio::post(io, [&] { before = ran; });
    io.poll();
    CHECK(ran == 10'000);
    CHECK(before <= 256);
    again.reset();
}

TEST_CASE("after a run that has used its turn up others go first", "[run-loop]") {
    asio::io_context io;
    auto const loop = run_loop::of(io.get_executor());
    int ran = 0, before = 0;
    std::shared_ptr<worker> again;
    auto const work = [&] {
        if (++ran < 100) loop->wake(again);
    };
    again = std::make_shared<worker>(work, true);
    loop->wake(again);
    asio::post(io, [&] { before = ran; });
    io.poll();
    CHECK(ran == 100);
    CHECK(before == 1);
    again.reset();
}

TEST_CASE("where time is virtual each run is a step of its own", "[run-loop]") {
    asio::io_context io;
    asio::make_service<fairway::testing::manual_clock>(io);
    auto const loop = run_loop::of(io.get_executor());
    int ran = 0;
    auto const one = std::make_shared<worker>([&] { ++ran; });
    for (int i = 0; i < 3; ++i) loop->wake(one);
    for (int i = 1; i <= 3; ++i) {
        CHECK(io.poll_one() == 1);
        CHECK(ran == i);
    }
}

TEST_CASE("an exception passes, and what waits runs later", "[run-loop]") {
    asio::io_context io;
    auto const loop = run_loop::of(io.get_executor());
    int ran = 0;
    auto const bad = std::make_shared<worker>([] { throw std::runtime_error("bad"); });
    auto const good = std::make_shared<worker>([&] { ++ran; });
    loop->wake(good);
    loop->wake(bad);
    loop->wake(good);
    CHECK_THROWS_AS(io.poll(), std::runtime_error);
    CHECK(ran == 1);
    io.poll();
    CHECK(ran == 2);
    io.restart();
    loop->wake(good);
    io.poll();
    CHECK(ran == 3);
}

TEST_CASE("each executor has one loop", "[run-loop]") {
    asio::io_context io;
    auto const plain = run_loop::of(io.get_executor());
    CHECK(run_loop::of(io.get_executor()) == plain);
    asio::any_io_executor const strand = asio::make_strand(io);
    auto const other = run_loop::of(strand);
    CHECK(other != plain);
    CHECK(run_loop::of(strand) == other);
    CHECK(run_loop::of(asio::make_strand(io)) != other);
}

TEST_CASE("no wake from another thread is lost", "[run-loop]") {
    asio::io_context io;
    auto const loop = run_loop::of(io.get_executor());
    constexpr int threads = 3, each = 20'000;
    std::atomic<int> woken{0}, seen{0};
    int runs = 0;
    auto const one = std::make_shared<worker>([&] {
        ++runs;
        seen = woken.load();
    });
    auto busy = asio::make_work_guard(io);
    std::thread runner([&] { io.run(); });
    std::vector<std::thread> wakers;
    for (int t = 0; t < threads; ++t)
        wakers.emplace_back([&] {
            for (int i = 0; i < each; ++i) {
                ++woken;
                loop->wake(one);
            }
        });
    for (auto& t : wakers) t.join();
    busy.reset();
    runner.join();
    CHECK(runs == threads * each);
    CHECK(seen == threads * each);
}
