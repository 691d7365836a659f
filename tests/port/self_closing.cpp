// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A service that is closed from within its own handlers, middleware and observer.
#include "fw_catch.hpp"
#include "port/kit.hpp"

#include <boost/asio/post.hpp>

using namespace port_kit;

TEST_CASE("a coroutine handler that never waits closes its service", "[awkward]") {
    bench b;
    service s(b.transport(), "worker");
    int calls = 0;
    s.handle<tallies>([&](tally const&) -> task<> {
        ++calls;
        s.close();
        co_return;
    });
    s.start();
    tally const t{1};
    CHECK_NOTHROW(b.run(b.sender<tallies>().send(t)));
    CHECK_NOTHROW(b.settle());
    CHECK(calls == 1);
}

TEST_CASE("a close ends the coroutine that owns the service", "[awkward]") {
    bench b;
    service* open = nullptr;
    auto const errand = [&open](any_transport net) -> task<error_code> {
        service s(net, "customer");
        auto const port = s.sender<questions>();
        s.start();
        open = &s;
        question const q{"?"};
        error_code why;
        try {
            co_await port.request(q, 1min);
        } catch (system_error const& e) {
            why = e.code();
        }
        co_return why;
    };
    auto asked = b.start(errand(b.transport()));
    b.settle();
    REQUIRE(open);
    asio::post(b.transport().get_executor(), [open] { open->close(); });
    b.settle();
    REQUIRE(asked.done());
    CHECK(asked.result() == errc::closed);
}

TEST_CASE("a plain handler with middleware closes its service", "[awkward]") {
    bench b;
    service s(b.transport(), "worker");
    int calls = 0;
    s.around_deliveries([](handling const&, next_handler next) -> task<> { co_await next(); });
    s.handle<tallies>([&](tally const&) {
        ++calls;
        s.close();
    });
    s.start();
    tally const t{1};
    CHECK_NOTHROW(b.run(b.sender<tallies>().send(t)));
    CHECK_NOTHROW(b.settle());
    CHECK(calls == 1);
}

TEST_CASE("an observer closes the service at each occurrence", "[awkward]") {
    auto const when = GENERATE(occurrence::handler_failed, occurrence::dead_lettered, occurrence::expired,
        occurrence::retried, occurrence::intake_paused, occurrence::intake_resumed);
    bool const coroutine = GENERATE(false, true);
    CAPTURE(static_cast<int>(when), coroutine);
    class killer : public observer {
    public:
        void on(observation const& o) noexcept override {
            if (o.what == when && s) std::exchange(s, nullptr)->close();
        }
        occurrence when{};
        service* s = nullptr;
    };
    bench b;
    auto const k = std::make_shared<killer>();
    service s(b.transport(), "worker", k);
    k->when = when;
    k->s = &s;
    auto const options = handler_options().prefetch(2).retry(retry_policy().attempts(3).jitter(false));
    if (coroutine)
        s.handle<steps>(
            [](step const&) -> task<> {
                co_await sleep_for(1s);
                throw std::runtime_error("oops");
            },
            options);
    else
        s.handle<steps>([](step const&) { throw std::runtime_error("oops"); }, options);
    s.start();
    for (int i = 0; i < 6; ++i) {
        step const st{i % 2 ? "a" : "b", i};
        CHECK_FALSE(
            b.sender<steps>().try_send(st, send_options().time_to_live(i < 4 ? duration(1h) : duration(500ms))));
    }
    b.advance(1min);
    auto const l = s.stats();
    CHECK(l.received == l.accepted + l.dead_lettered + l.released + l.expired + l.duplicates);
    if (!k->s) CHECK_FALSE(b.clock().next_alarm());
}

TEST_CASE("an observer that closes the service as a request fails gives the request back", "[awkward]") {
    class closer final : public observer {
    public:
        void on(observation const& o) noexcept override {
            if (o.what == occurrence::handler_failed && closes) closes->close();
        }
        service* closes = nullptr;
    };
    bench b;
    auto const watcher = std::make_shared<closer>();
    service s(b.transport(), "echo", watcher);
    watcher->closes = &s;
    s.handle<questions>([](question const&) -> answer { throw fault("no", "never"); });
    s.start();
    question const q{"x"};
    auto asked = b.start(b.sender<questions>().request(q, 10s));
    b.settle();
    CHECK(s.stats().accepted == 0);
    CHECK(s.stats().released == 1);
    service next(b.transport(), "echo");
    next.handle<questions>([](question const&) { return answer{"late"}; });
    next.start();
    b.settle();
    CHECK(asked.result().text == "late");
}
