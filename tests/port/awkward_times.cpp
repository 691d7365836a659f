// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Cancellation, encoding and deadlines at awkward times.
#include "fw_catch.hpp"
#include "port/kit.hpp"

#include <fairway/port/memory_store.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

using namespace port_kit;

namespace {
struct measure {
    using contract = fairway::command<"kit.measure">;
    double value = 0;
};
using measures = point_to_point<"measures", measure>;

} // namespace

TEST_CASE("what one handler does to its cancellation does not outlive it", "[awkward]") {
    bench b;
    bool unwound = false;
    bool const late = GENERATE(false, true);
    {
        service s(b.transport(), "worker");
        s.handle<tallies>(
            [&](tally const& t) -> task<> {
                if (t.n == 1) {
                    if (late)
                        co_await asio::this_coro::throw_if_cancelled(false);
                    else
                        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
                    co_return;
                }
                struct note {
                    bool& flag;
                    ~note() { flag = true; }
                } const n{unwound};
                if (late) {
                    try {
                        co_await sleep_for(1h);
                    } catch (system_error const&) {}
                }
                co_await sleep_for(1h);
            },
            handler_options().concurrency(1));
        s.start();
        tally const one{1}, two{2};
        b.run(b.sender<tallies>().send(one));
        b.run(b.sender<tallies>().send(two));
        b.settle();
    }
    b.settle();
    CHECK(unwound);
}

TEST_CASE("what can't be encoded is not taken for a full queue", "[awkward]") {
    bench b;
    auto const watcher = std::make_shared<note_book>();
    service s(b.transport(), "sender", watcher);
    std::vector<measure> const all{{1}, {std::numeric_limits<double>::quiet_NaN()}, {2}};
    auto const outcomes = b.run(s.sender<measures>().send_all(all));
    REQUIRE(outcomes.size() == 3);
    CHECK(outcomes[1].error == errc::encode_failed);
    CHECK(s.stats().blocked == 0);
    CHECK(watcher->count(occurrence::blocked) == 0);
}

TEST_CASE("a request that is awaited late keeps to the deadline of its handler", "[awkward]") {
    bench b;
    service s(b.transport(), "front");
    auto const inner = s.sender<point_to_point<"nobody", question>>();
    duration waited{};
    s.handle<questions>([&](question const& q) -> task<answer> {
        auto const begin = b.elapsed();
        auto request = inner.request(q, 30s);
        co_await sleep_for(4s);
        try {
            (void)co_await std::move(request);
        } catch (system_error const&) {}
        waited = b.elapsed() - begin;
        co_return answer{};
    });
    s.start();
    question const q{"x"};
    CHECK_THROWS(b.run(b.sender<questions>().request(q, 5s)));
    b.advance(1min);
    CHECK(waited == 5s);
}

TEST_CASE("a closed middleware does not reach its handler", "[awkward]") {
    bench b;
    auto s = std::make_unique<service>(b.transport(), "worker");
    bool called = false;
    s->around_deliveries([&](handling const&, next_handler next) -> task<> {
        s.reset();
        co_await next();
    });
    bool const coroutine = GENERATE(false, true);
    if (coroutine)
        s->handle<tallies>([&](tally const&) -> task<> {
            called = true;
            co_return;
        });
    else
        s->handle<tallies>([&](tally const&) { called = true; });
    s->start();
    tally const t{1};
    b.run(b.sender<tallies>().send(t));
    b.settle();
    CHECK_FALSE(called);
}
