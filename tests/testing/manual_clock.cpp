// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"

#include <fairway/testing/manual_clock.hpp>

#include <boost/asio/io_context.hpp>

#include <memory>
#include <optional>
#include <string>

using namespace std::chrono_literals;
using fairway::testing::manual_clock;
namespace env = fairway::env;
namespace asio = boost::asio;

namespace {

struct fixture {
    asio::io_context context;
    manual_clock& clock = asio::make_service<manual_clock>(context);
    env::steady_point start = clock.steady_now();
    std::string rung;

    std::unique_ptr<env::alarm> alarm(fairway::duration after, char name) {
        auto a = clock.make_alarm(context.get_executor());
        set(*a, after, name);
        return a;
    }
    void set(env::alarm& a, fairway::duration after, char name) {
        a.set(start + after, [this, name] { rung += name; });
    }
    void run() {
        context.restart();
        context.poll();
    }
};

} // namespace

TEST_CASE("a manual clock takes the place of the context's clock") {
    fixture f;
    CHECK(&env::clock::of(f.context.get_executor()) == &f.clock);
    CHECK(f.clock.now() == manual_clock::start);
    f.clock.advance(1500ms);
    CHECK(f.clock.now() == manual_clock::start + 1500ms);
    CHECK(f.clock.steady_now() - f.start == 1500ms);
    f.clock.advance_to(f.start);
    CHECK(f.clock.elapsed() == 1500ms);
}

TEST_CASE("alarms ring in the order of their times, equals in the order in which they were set") {
    fixture f;
    auto const c = f.alarm(3s, 'c');
    auto const a = f.alarm(1s, 'a');
    auto const b = f.alarm(1s, 'b');
    CHECK(f.clock.alarms() == 3);
    CHECK(f.clock.next_alarm() == f.start + 1s);
    CHECK(f.clock.advance(1s - 1ns) == 0);
    CHECK(f.clock.advance(5s) == 3);
    CHECK(f.rung.empty());
    f.run();
    CHECK(f.rung == "abc");
    CHECK_FALSE(f.clock.next_alarm().has_value());
}

TEST_CASE("an alarm that was destroyed, cancelled or set again while its ring was on the way does not ring") {
    fixture f;
    auto a = f.alarm(1s, 'a');
    auto const b = f.alarm(1s, 'b');
    auto const c = f.alarm(1s, 'c');
    auto const d = f.alarm(1s, 'd');
    f.clock.advance(1s);
    a.reset();
    b->cancel();
    f.set(*c, 2s, 'C');
    f.run();
    CHECK(f.rung == "d");
    f.clock.advance(1s);
    f.run();
    CHECK(f.rung == "dC");
}

TEST_CASE("an alarm may destroy, cancel or set others, and itself, from its ring") {
    fixture f;
    auto a = f.clock.make_alarm(f.context.get_executor());
    auto b = f.alarm(1s, 'b');
    auto c = f.alarm(1s, 'c');
    a->set(f.start + 500ms, [&] {
        f.rung += 'a';
        b.reset();
        f.set(*c, 4s, 'C');
        a.reset();
    });
    f.clock.advance(500ms);
    f.run();
    f.clock.advance(1s);
    f.run();
    CHECK(f.rung == "a");
    f.clock.advance(10s);
    f.run();
    CHECK(f.rung == "aC");
}

TEST_CASE("an alarm set again forgets its first time, one at the end of time never rings") {
    fixture f;
    auto const a = f.alarm(1s, 'a');
    f.set(*a, 5s, 'A');
    auto const never = f.clock.make_alarm(f.context.get_executor());
    never->set(env::steady_point::max(), [&] { f.rung += 'n'; });
    CHECK(f.clock.next_alarm() == f.start + 5s);
    f.clock.advance(fairway::duration::max());
    f.run();
    CHECK(f.rung == "A");
    CHECK_FALSE(f.clock.next_alarm().has_value());
}

TEST_CASE("an alarm may outlive its context, and what it would ring goes with the context") {
    std::unique_ptr<env::alarm> left;
    std::weak_ptr<int> watched;
    {
        fixture f;
        left = f.clock.make_alarm(f.context.get_executor());
        auto const held = std::make_shared<int>(1);
        watched = held;
        left->set(f.start + 1s, [held] {});
        auto const posted = f.clock.make_alarm(f.context.get_executor());
        posted->set(f.start, [held] {});
        f.clock.advance(0s);
    }
    CHECK(watched.expired());
    left->cancel();
    left.reset();
}
