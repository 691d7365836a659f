// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What fails after the answer was sent, and what handlers send beyond the bounds of their own channel.
#include "fw_catch.hpp"
#include "port/kit.hpp"

#include <fairway/port/memory_store.hpp>

using namespace port_kit;

TEST_CASE("a request whose handler throws after it has answered is answered once", "[answers]") {
    bench b;
    service s(b.transport(), "worker");
    int calls = 0;
    s.handle<questions>([&](question const& q, reply_token<question> to) {
        ++calls;
        answer const a{q.text};
        to.send(a);
        throw std::runtime_error("oops");
    });
    s.start();
    question const q{"x"};
    CHECK(b.run(b.sender<questions>().request(q, 10s)).text == "x");
    b.advance(20s);
    CHECK(s.stats().replied == 1);
    CHECK(calls == 1);
}

TEST_CASE("a middleware that throws after the handler has answered", "[answers]") {
    bench b;
    service s(b.transport(), "worker");
    int calls = 0;
    s.around_deliveries([](handling const&, next_handler next) -> task<> {
        co_await next();
        throw std::runtime_error("the log is full");
    });
    s.handle<questions>([&](question const& q) {
        ++calls;
        return answer{q.text};
    });
    s.start();
    question const q{"x"};
    std::string got;
    try {
        got = b.run(b.sender<questions>().request(q, 10s)).text;
    } catch (fault const& f) {
        got = f.code();
    }
    b.advance(20s);
    CAPTURE(got, calls);
    CHECK(s.stats().replied == 1);
}

TEST_CASE("a store that fails after the handler has answered", "[answers]") {
    struct broken : duplicate_store {
        task<std::optional<handled>> find(std::string_view, message_id, time_point) override { co_return std::nullopt; }
        task<> insert(std::string_view, message_id, envelope, time_point) override {
            throw std::runtime_error("full");
            co_return;
        }
    };
    bench b;
    service s(b.transport(), "worker");
    int calls = 0;
    s.handle<questions>(
        [&](question const& q) {
            ++calls;
            return answer{q.text};
        },
        handler_options().remember_in(std::make_shared<broken>()));
    s.start();
    question const q{"x"};
    CHECK(b.run(b.sender<questions>().request(q, 10s)).text == "x");
    b.advance(20s);
    CAPTURE(calls);
    CHECK(s.stats().replied == 1);
}

TEST_CASE("what handlers of a channel send to it stays near its bound of bytes", "[answers]") {
    bench b(testing::bench_options().queue_bytes(20'000).max_handlers(100'000));
    service s(b.transport(), "worker");
    auto const out = s.sender<steps>();
    std::size_t accepted = 0;
    s.handle<steps>([&](step const& st) {
        if (st.n != 0) return;
        step const big{std::string(1000, 'x'), 1};
        while (accepted < 5000 && !out.try_send(big)) ++accepted;
    });
    s.start();
    step const first{"a", 0};
    b.run(b.sender<steps>().send(first));
    // 20 fit, and 64 take the places of what is being handled.
    CHECK(accepted < 200);
}

TEST_CASE("a delayed request lives as long as its requester waits", "[delivery]") {
    bench b;
    service desk(b.transport(), "desk");
    std::vector<duration> left;
    desk.handle<questions>([&](question const&, delivery const& d) -> answer {
        left.push_back(d.message().expires() - env::clock::of(b.get_executor()).now());
        return {"yes"};
    });
    desk.start();
    auto const port = b.sender<questions>();
    question const q{"?"};
    auto const asked = b.start(port.request(q, 5s, send_options().delay(2s)));
    b.advance(2s);
    CHECK(asked.done());
    auto const short_lived = b.start(port.request(q, 5s, send_options().delay(2s).time_to_live(1s)));
    b.advance(2s);
    CHECK(short_lived.done());
    CHECK(left == std::vector<duration>{3s, 1s});
    CHECK_THROWS_AS(b.run(port.request(q, 5s, send_options().delay(5s))), system_error);
}
