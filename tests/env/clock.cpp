// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"

#include <fairway/env/clock.hpp>
#include <fairway/testing/manual_clock.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <initializer_list>

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using fairway::env::clock;

} // namespace

TEST_CASE("a clock knows of each time whether it is still to come", "[clock]") {
    asio::io_context context;
    auto const& c = clock::of(context.get_executor());
    for (auto const away : {0ns, 1ns, 50'000'000ns, 99'000'000ns, 101'000'000ns, 3'600'000'000'000ns}) {
        CAPTURE(away.count());
        CHECK_FALSE(c.is_before(c.now() - away));
        // So far away that it is certain, however long this thread is kept waiting meanwhile.
        CHECK(c.is_before(c.now() + 1h + away));
    }
    CHECK(c.is_before(fairway::time_point::max()));
    CHECK_FALSE(c.is_before(fairway::time_point{}));
    CHECK_FALSE(c.is_before(fairway::time_point::min()));
}

TEST_CASE("a time near by is judged by the exact time", "[clock]") {
    asio::io_context context;
    auto const& c = clock::of(context.get_executor());
    // Far closer than the kernel's ticks are to each other.
    for (int i = 0; i < 1000; ++i) {
        auto const when = c.now() + 2us;
        while (c.now() < when) {}
        REQUIRE_FALSE(c.is_before(when));
    }
}

TEST_CASE("an alarm that was set anew, cancelled or destroyed does not ring for what was set before", "[clock]") {
    for (bool const by_hand : {false, true}) {
        asio::io_context context;
        if (by_hand) asio::make_service<fairway::testing::manual_clock>(context);
        auto& c = clock::of(context.get_executor());
        auto first = c.make_alarm(context.get_executor());
        auto second = c.make_alarm(context.get_executor());
        for (int how = 0; how < 3; ++how) {
            int rung = 0;
            int rung_late = 0;
            // Both are due at the same time: when one rings, the other one's ring is on its way.
            auto const ring = [&](auto& other) {
                return [&] {
                    ++rung;
                    if (how == 0) other->set(c.steady_now() + 1h, [&] { ++rung_late; });
                    if (how == 1) other->cancel();
                    if (how == 2) other.reset();
                };
            };
            auto const when = c.steady_now() + 1ms;
            first->set(when, ring(second));
            second->set(when, ring(first));
            if (by_hand)
                static_cast<fairway::testing::manual_clock&>(c).advance(1ms);
            else
                while (c.steady_now() < when) {}
            context.restart();
            if (!by_hand) context.run_one(); // the system may tell a little late
            context.poll();
            CHECK(rung == 1);
            CHECK(rung_late == 0);
        }
    }
}

TEST_CASE("a clock that is advanced by hand is never judged by another one", "[clock]") {
    asio::io_context context;
    auto& c = asio::make_service<fairway::testing::manual_clock>(context);
    auto const start = c.now();
    CHECK_FALSE(c.is_before(start));
    CHECK(c.is_before(start + 1ns));
    c.advance(1h);
    CHECK_FALSE(c.is_before(start + 1h));
    CHECK(c.is_before(start + 1h + 1ns));
}
