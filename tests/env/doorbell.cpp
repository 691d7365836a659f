// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A wait that somebody else may end.
#include "code_of.hpp"
#include "fw_catch.hpp"

#include <fairway/env/doorbell.hpp>
#include <fairway/testing.hpp>

using namespace fairway;
using namespace std::chrono_literals;
using testing::bench;

TEST_CASE("a doorbell wakes who waits, who waits next, or nobody", "[doorbell]") {
    bench b;
    auto const bell = std::make_shared<env::doorbell>(b.get_executor());
    auto waits = b.start(bell->wait(10s));
    b.advance(9s);
    CHECK_FALSE(waits.done());
    bell->ring();
    CHECK_FALSE(waits.done());
    b.settle();
    CHECK(waits.result());

    CHECK_FALSE(b.run(bell->wait(5s)));
    CHECK(b.elapsed() == 14s);

    bell->ring();
    bell->ring();
    b.settle();
    CHECK(b.run(bell->wait(5s)));
    CHECK_FALSE(b.run(bell->wait(0s)));
    CHECK(b.elapsed() == 14s);
}

TEST_CASE("a wait for a doorbell is cancelled", "[doorbell]") {
    bench b;
    auto const bell = std::make_shared<env::doorbell>(b.get_executor());
    auto waits = b.start(bell->wait(10s));
    b.settle();
    waits.cancel();
    b.settle();
    CHECK(code_of([&] { waits.result(); }) == errc::cancelled);
    CHECK_FALSE(b.run(bell->wait(1s)));
}

TEST_CASE("a doorbell may go while it rings", "[doorbell]") {
    bench b;
    auto bell = std::make_shared<env::doorbell>(b.get_executor());
    bell->ring();
    bell.reset();
    b.settle();
    CHECK(b.elapsed() == 0s);
}
