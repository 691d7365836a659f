// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"

#include <fairway/env/run_loop.hpp>
#include <fairway/testing/manual_clock.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

using fairway::env::run_loop;
namespace asio = boost::asio;

namespace {

class worker final : public fairway::env::runnable, public std::enable_shared_from_this<worker> {
public:
    explicit worker(std::function<void()> work, bool uses_its_turn_up = false)
        : work_(std::move(work)), greedy_(uses_its_turn_up) {}
    void wake_on(std::shared_ptr<run_loop> const& loop) {
        if (!waker_) waker_.emplace(loop, weak_from_this());
        waker_->wake();
    }
    bool run() override {
        work_();
        return greedy_;
    }

private:
    std::function<void()> work_;
    bool greedy_;
    std::optional<fairway::env::waker> waker_;
};

} // namespace

TEST_CASE("a run loop runs what was woken, in order, in one go", "[run-loop]") {
    asio::io_context io;
    auto const loop = run_loop::of(io.get_executor());
    std::vector<int> ran;
    std::shared_ptr<worker> second, third;
    auto const first = std::make_shared<worker>([&] {
        ran.push_back(1);
        second->wake_on(loop);
        third->wake_on(loop);
    });
    second = std::make_shared<worker>([&] { ran.push_back(2); });
    third = std::make_shared<worker>([&] {
        ran.push_back(3);
        if (ran.size() < 6) first->wake_on(loop);
    });
    first->wake_on(loop);
    CHECK(ran.empty());
    CHECK(io.poll() == 1);
    CHECK(ran == std::vector<int>{1, 2, 3, 1, 2, 3});
    io.restart();
    third->wake_on(loop);
    CHECK(io.poll() == 1);
    CHECK(ran.back() == 3);
}

TEST_CASE("who is gone is not run", "[run-loop]") {
    asio::io_context io;
    auto const loop = run_loop::of(io.get_executor());
    int ran = 0;
    auto gone = std::make_shared<worker>([&] { ++ran; });
    auto const here = std::make_shared<worker>([&] { ++ran; });
    gone->wake_on(loop);
    here->wake_on(loop);
    gone->wake_on(loop);
    gone.reset();
    io.poll();
    CHECK(ran == 1);
}

TEST_CASE("what is woken after the execution context has ended is left alone", "[run-loop]") {
    auto io = std::make_unique<asio::io_context>();
    auto const loop = run_loop::of(io->get_executor());
    int ran = 0;
    auto const late = std::make_shared<worker>([&] { ++ran; });
    io.reset();
    CHECK_FALSE(loop->idle()); // so that nothing is posted there
    late->wake_on(loop);
    late->wake_on(loop);
    CHECK(ran == 0);
}

TEST_CASE("others on the executor get their turn", "[run-loop]") {
    asio::io_context io;
    auto const loop = run_loop::of(io.get_executor());
    int ran = 0, before = 0;
    std::shared_ptr<worker> again;
    again = std::make_shared<worker>([&] {
        if (++ran < 10'000) again->wake_on(loop);
    });
    again->wake_on(loop);
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
        if (++ran < 100) again->wake_on(loop);
    };
    again = std::make_shared<worker>(work, true);
    again->wake_on(loop);
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
    std::vector<std::shared_ptr<worker>> all;
    for (int i = 0; i < 3; ++i) all.push_back(std::make_shared<worker>([&] { ++ran; }));
    for (auto const& one : all) one->wake_on(loop);
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
    auto const after = std::make_shared<worker>([&] { ++ran; });
    good->wake_on(loop);
    bad->wake_on(loop);
    after->wake_on(loop);
    CHECK_THROWS_AS(io.poll(), std::runtime_error);
    CHECK(ran == 1);
    io.poll();
    CHECK(ran == 2);
    io.restart();
    good->wake_on(loop);
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
    one->wake_on(loop);
    auto busy = asio::make_work_guard(io);
    std::thread runner([&] { io.run(); });
    std::vector<std::thread> wakers;
    for (int t = 0; t < threads; ++t)
        wakers.emplace_back([&] {
            for (int i = 0; i < each; ++i) {
                ++woken;
                one->wake_on(loop);
            }
        });
    for (auto& t : wakers) t.join();
    busy.reset();
    runner.join();
    CHECK(runs <= threads * each + 1);
    CHECK(seen == threads * each);
}

TEST_CASE("who is woken several times before it runs, runs once", "[run-loop]") {
    asio::io_context io;
    auto const loop = run_loop::of(io.get_executor());
    int ran = 0;
    std::shared_ptr<worker> one;
    one = std::make_shared<worker>([&] {
        if (++ran > 1) return;
        one->wake_on(loop);
        one->wake_on(loop);
    });
    for (int i = 0; i < 3; ++i) one->wake_on(loop);
    io.poll();
    CHECK(ran == 2);
    one.reset();
}

TEST_CASE("runnables that end while they are woken by other threads are not run afterwards", "[run-loop]") {
    asio::io_context io;
    auto const loop = run_loop::of(io.get_executor());
    auto busy = asio::make_work_guard(io);
    std::thread runner([&] { io.run(); });
    std::atomic<int> alive{0}, ran_dead{0};
    std::vector<std::thread> makers;
    for (int t = 0; t < 3; ++t)
        makers.emplace_back([&] {
            for (int i = 0; i < 5'000; ++i) {
                auto here = std::make_shared<std::atomic<bool>>(true);
                ++alive;
                auto one = std::make_shared<worker>([&, here] { ran_dead += here->load() ? 0 : 1; });
                one->wake_on(loop);
                if (i % 3 == 0) one->wake_on(loop);
                // Where it runs at the moment, the loop has it for that long.
                std::weak_ptr<worker> const gone = one;
                one.reset();
                while (!gone.expired()) std::this_thread::yield();
                *here = false;
            }
        });
    for (auto& t : makers) t.join();
    busy.reset();
    runner.join();
    CHECK(ran_dead == 0);
    CHECK(loop->idle());
}

TEST_CASE("with a spin budget a loop looks out for what other threads wake, and goes on without it", "[run-loop]") {
    asio::io_context io;
    fairway::set_spin_budget(io, std::chrono::milliseconds(5));
    auto const loop = run_loop::of(io.get_executor());
    std::atomic<int> ran{0};
    auto const second = std::make_shared<worker>([&] { ++ran; });
    std::thread other;
    auto const first = std::make_shared<worker>([&] {
        ++ran;
        other = std::thread([&] { second->wake_on(loop); });
    });
    auto busy = asio::make_work_guard(io);
    std::thread runner([&] { io.run(); });
    first->wake_on(loop);
    while (ran < 2) std::this_thread::yield();
    // The budget is over at some time, and the loop is woken again.
    while (!loop->idle()) std::this_thread::yield();
    second->wake_on(loop);
    while (ran < 3) std::this_thread::yield();
    busy.reset();
    runner.join();
    other.join();
    CHECK(ran == 3);
}

TEST_CASE("a spin budget is 0 to 10 ms", "[run-loop]") {
    asio::io_context io;
    auto const code = [&](fairway::duration d) {
        try {
            fairway::set_spin_budget(io, d);
        } catch (fairway::system_error const& e) {
            return e.code();
        }
        return fairway::error_code();
    };
    CHECK(code(std::chrono::milliseconds(10)) == fairway::error_code());
    CHECK(code(fairway::duration(0)) == fairway::error_code());
    CHECK(code(fairway::duration(-1)) == fairway::errc::invalid_argument);
    CHECK(code(std::chrono::milliseconds(10) + fairway::duration(1)) == fairway::errc::invalid_argument);
}

TEST_CASE("where time is virtual nobody spins", "[run-loop]") {
    asio::io_context io;
    asio::make_service<fairway::testing::manual_clock>(io);
    fairway::set_spin_budget(io, std::chrono::milliseconds(10));
    auto const loop = run_loop::of(io.get_executor());
    int ran = 0;
    auto const one = std::make_shared<worker>([&] { ++ran; });
    one->wake_on(loop);
    CHECK(io.poll() == 1); // for ever, if it waited for the clock to move
    CHECK(ran == 1);
}
