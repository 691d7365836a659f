// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What resumes a suspended coroutine, and other handlers.
#include "fw_catch.hpp"

#include <fairway/env/handled.hpp>
#include <fairway/env/suspend.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <array>
#include <exception>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

using fairway::env::continuation;
namespace asio = boost::asio;

namespace {

// Counts its copies that are alive, and what became of it.
struct handler {
    std::shared_ptr<int> alive;
    int* called;
    std::array<char, 100> large{};
    void operator()() const { ++*called; }
};

struct tracked {
    std::shared_ptr<int> alive = std::make_shared<int>(0);
    int called = 0;
    handler make() { return {alive, &called}; }
    bool is_gone() const { return alive.use_count() == 1; }
};

// Waits once, and leaves what resumes it in `parked`.
fairway::task<> wait(std::optional<continuation>& parked, std::shared_ptr<int> alive) {
    auto start = [&](continuation c) { parked.emplace(std::move(c)); };
    co_await fairway::env::suspend(start);
    ++*alive;
}

constexpr int rounds = 200;

// Starts a coroutine by `start(io, what)`, resumes it from another thread and destroys the context when `run` returns,
// often; how many were resumed. Sanitizers see a context that is used while, or after, it is destroyed.
template <class Start>
int resumed_in_time(Start start) {
    auto const resumed = std::make_shared<int>(0);
    for (int i = 0; i < rounds; ++i) {
        std::optional<continuation> parked;
        std::thread waker;
        {
            asio::io_context io(1);
            start(io, wait(parked, resumed));
            io.poll();
            waker = std::thread([&] { resume(std::move(*parked)); });
            io.run();
        }
        waker.join();
    }
    return *resumed;
}

} // namespace

TEST_CASE("a continuation calls its handler once, and lets it go before", "[suspend]") {
    asio::io_context io;
    tracked t;
    continuation c(asio::bind_executor(io, t.make()));
    CHECK_FALSE(t.is_gone());
    SECTION("called") {
        c();
        CHECK(t.called == 1);
        CHECK(t.is_gone());
    }
    SECTION("moved and called") {
        continuation moved(std::move(c));
        std::vector<continuation> many;
        many.push_back(std::move(moved));
        many.emplace_back(asio::bind_executor(io, t.make()));
        many.front()();
        CHECK(t.called == 1);
        many.clear();
        CHECK(t.called == 1);
        CHECK(t.is_gone());
    }
    SECTION("resumed, on its executor") {
        resume(std::move(c));
        CHECK(t.called == 0);
        io.run();
        CHECK(t.called == 1);
        CHECK(t.is_gone());
    }
}

TEST_CASE("a continuation that is not called destroys its handler", "[suspend]") {
    asio::io_context io;
    tracked t;
    { continuation const c(asio::bind_executor(io, t.make())); }
    CHECK(t.called == 0);
    CHECK(t.is_gone());
}

TEST_CASE("a continuation has the executor and the cancellation slot of its handler", "[suspend]") {
    asio::io_context io;
    asio::cancellation_signal signal;
    tracked t;
    auto const strand = asio::make_strand(io);
    continuation c(asio::bind_cancellation_slot(signal.slot(), asio::bind_executor(strand, t.make())));
    CHECK(c.get_executor() == asio::any_io_executor(strand));
    CHECK(c.get_cancellation_slot() == signal.slot());
    CHECK_FALSE(continuation(asio::bind_executor(strand, t.make())).get_cancellation_slot().is_connected());
    resume(std::move(c));
    CHECK(t.called == 0);
    io.run();
    CHECK(t.called == 1);
    CHECK(t.is_gone());
}

TEST_CASE("what comes before a continuation is done where that resumes, and goes with it", "[suspend]") {
    asio::io_context io;
    asio::cancellation_signal signal;
    tracked t;
    std::vector<int> said;
    auto const strand = asio::make_strand(io);
    continuation c =
        fairway::env::before(asio::bind_cancellation_slot(signal.slot(), asio::bind_executor(strand, t.make())),
            [&] { said.push_back(t.called); });
    CHECK(c.get_executor() == asio::any_io_executor(strand));
    CHECK(c.get_cancellation_slot() == signal.slot());
    SECTION("resumed") {
        resume(std::move(c));
        CHECK(said.empty());
        io.run();
        CHECK(said == std::vector<int>{0});
        CHECK(t.called == 1);
    }
    SECTION("dropped") {
        { continuation const dropped(std::move(c)); }
        CHECK(said.empty());
        CHECK(t.called == 0);
    }
    CHECK(t.is_gone());
}

TEST_CASE("a coroutine that is suspended is owned by what resumes it", "[suspend]") {
    asio::io_context io;
    std::optional<continuation> parked;
    auto const alive = std::make_shared<int>(0);
    bool ended = false;
    asio::cancellation_signal signal;
    asio::co_spawn(io, wait(parked, alive),
        asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr const&) { ended = true; }));
    io.poll();
    REQUIRE(parked);
    CHECK(parked->get_executor() == asio::any_io_executor(io.get_executor()));
    CHECK(parked->get_cancellation_slot().is_connected());
    CHECK_FALSE(ended);
    SECTION("resumed from elsewhere") {
        resume(std::move(*parked));
        CHECK_FALSE(ended);
        io.poll();
        CHECK(ended);
        CHECK(*alive == 1);
    }
    SECTION("resumed on its executor") {
        asio::post(io, [&] {
            (*parked)();
            CHECK(ended);
        });
        io.poll();
        CHECK(ended);
        CHECK(*alive == 1);
    }
    SECTION("dropped") {
        parked.reset();
        io.poll();
        CHECK_FALSE(ended);
        CHECK(*alive == 0);
    }
    CHECK(alive.use_count() == 1);
}

TEST_CASE("a context may end as soon as it was woken from another thread", "[suspend]") {
    auto const runs_dry = [](asio::io_context& io, fairway::task<> what) {
        auto ended = [guard = asio::make_work_guard(io)](std::exception_ptr const&) mutable { guard.reset(); };
        asio::co_spawn(io, std::move(what), std::move(ended));
    };
    CHECK(resumed_in_time(runs_dry) == rounds);
}

TEST_CASE("so may that of a handler, whose coroutine is done with its place", "[suspend]") {
    using fairway::env::handling_executor;
    auto const handles = [](asio::io_context& io, fairway::task<> what) {
        auto const place = std::make_shared<handling_executor::place>(io.get_executor(), "orders");
        auto ended = [place](std::exception_ptr const&) { place->release(); };
        asio::co_spawn(handling_executor(place), std::move(what), std::move(ended));
    };
    CHECK(resumed_in_time(handles) == rounds);
}

TEST_CASE("and so may one that its coroutine stops", "[suspend]") {
    auto const stops = [](asio::io_context& io, fairway::task<> what) {
        auto ended = [&io, guard = asio::make_work_guard(io)](std::exception_ptr const&) { io.stop(); };
        asio::co_spawn(io, std::move(what), std::move(ended));
    };
    CHECK(resumed_in_time(stops) == rounds);
}
