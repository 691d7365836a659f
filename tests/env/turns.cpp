// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// First come, first served.
#include "code_of.hpp"
#include "fw_catch.hpp"

#include <fairway/env/sleep.hpp>
#include <fairway/env/turns.hpp>
#include <fairway/testing.hpp>

#include <optional>
#include <string>

using namespace fairway;
using namespace std::chrono_literals;
using testing::bench;

namespace {

task<> act(std::shared_ptr<env::turns> stage, char name, std::string& log) {
    env::turns::turn mine(stage);
    co_await mine.begin();
    log += name;
    co_await sleep_for(1s);
    log += '.';
}

} // namespace

TEST_CASE("turns come in order, one at a time", "[turns]") {
    bench b;
    auto const stage = std::make_shared<env::turns>(b.get_executor());
    std::string log;
    auto one = b.start(act(stage, 'a', log));
    auto two = b.start(act(stage, 'b', log));
    auto three = b.start(act(stage, 'c', log));
    b.settle();
    CHECK(log == "a");
    b.advance(1s);
    CHECK(log == "a.b");
    b.advance(2s);
    CHECK(log == "a.b.c.");
    auto four = b.start(act(stage, 'd', log));
    b.advance(1s);
    CHECK(log == "a.b.c.d.");
}

TEST_CASE("who gives up loses its turn, and nobody else's", "[turns]") {
    bench b;
    auto const stage = std::make_shared<env::turns>(b.get_executor());
    std::string log;
    auto one = b.start(act(stage, 'a', log));
    auto two = b.start(act(stage, 'b', log));
    auto three = b.start(act(stage, 'c', log));
    b.settle();
    two.cancel();
    b.settle();
    CHECK(code_of([&] { two.result(); }) == errc::cancelled);
    one.cancel(); // passes its turn on
    b.settle();
    CHECK_THROWS_AS(one.result(), system_error);
    CHECK(log == "ac");
    b.advance(1s);
    CHECK(log == "ac.");
}

TEST_CASE("a turn that has come may still be given up", "[turns]") {
    bench b;
    auto const stage = std::make_shared<env::turns>(b.get_executor());
    std::string log;
    std::optional<testing::pending<void>> two;
    auto pass_on_and_cancel = [&]() -> task<> {
        {
            env::turns::turn mine(stage);
            co_await mine.begin();
            co_await sleep_for(1s);
        }
        two->cancel(); // it is its turn, but it has not run yet
        log += 'x';
    };
    auto one = b.start(pass_on_and_cancel());
    b.settle();
    two.emplace(b.start(act(stage, 'b', log)));
    auto three = b.start(act(stage, 'c', log));
    b.advance(1s);
    CHECK(code_of([&] { two->result(); }) == errc::cancelled);
    CHECK(log == "xc");
    b.advance(1s);
    CHECK(log == "xc.");
}

TEST_CASE("coroutines that wait for their turn end with their context", "[turns]") {
    std::weak_ptr<env::turns> left;
    std::string log;
    {
        bench b;
        auto const stage = std::make_shared<env::turns>(b.get_executor());
        left = stage;
        auto const one = b.start(act(stage, 'a', log));
        auto const two = b.start(act(stage, 'b', log));
        auto const three = b.start(act(stage, 'c', log));
        b.settle();
    }
    CHECK(log == "a");
    CHECK(left.expired());
}
