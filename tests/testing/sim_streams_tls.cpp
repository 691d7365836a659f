// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// TLS over simulated streams: in pieces of any size, with virtual time, and with hosts that go at any moment.
#include "env/tls_kit.hpp"
#include "fw_catch.hpp"
#include "testing/stream_kit.hpp"

#include <fairway/env/tls.hpp>

#include <boost/asio/error.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <string>

using namespace stream_kit;

TEST_CASE("TLS goes through simulated streams in pieces of any size", "[sim_streams][tls]") {
    tls_kit::office o;
    o.issue("server", {.common_name = "x", .alternatives = "DNS:b"});
    env::tls_context c(o.options());
    env::tls_context s(o.options("server"));
    auto const up = numbered_bytes(100'000);
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        two_hosts t{stream_options(seed).room(300).short_ones(1)};
        auto const client = start(t.a, env::tls_connect(std::move(t.here), c, "b"));
        auto const server = start(t.b, env::tls_accept(std::move(t.there), s));
        REQUIRE(t.lab.run_until([&] { return client->yet && server->yet; }));
        REQUIRE(client->value);
        REQUIRE(server->value);
        CHECK(client->value->peer() == "b");
        auto const sent = start(t.a, write(*client->value, up));
        auto const back = start(t.b, write(*server->value, up));
        auto const got = start(t.b, read(*server->value, up.size()));
        auto const heard = start(t.a, read(*client->value, up.size()));
        REQUIRE(t.lab.run_until([&] { return sent->yet && back->yet && got->yet && heard->yet; }));
        CHECK(got->value == up);
        CHECK(heard->value == up);
        error_code ec;
        auto const end = start(t.b, read_some(*server->value, ec));
        client->value->close();
        REQUIRE(t.lab.run_until([&] { return end->yet; }));
        CHECK(ec == boost::asio::error::eof);
    }
}

TEST_CASE("a host ends in the midst of TLS", "[sim_streams][tls]") {
    tls_kit::office o;
    o.issue("server", {.common_name = "x", .alternatives = "DNS:b"});
    env::tls_context c(o.options());
    env::tls_context s(o.options("server"));
    auto const alive = std::make_shared<int>(0);
    auto talk = [](task<env::stream> opening, std::shared_ptr<int> token) -> task<> {
        auto stream = co_await std::move(opening);
        error_code ec;
        co_await write(stream, numbered_bytes(5000));
        while (!ec) co_await read_some(stream, ec);
        ++*token;
    };
    for (int steps = 0; steps < 120; ++steps) {
        two_hosts t{stream_options(static_cast<std::uint64_t>(steps)).room(1000)};
        boost::asio::co_spawn(t.a, talk(env::tls_connect(std::move(t.here), c, "b"), alive), [](std::exception_ptr) {});
        boost::asio::co_spawn(t.b, talk(env::tls_accept(std::move(t.there), s), alive), [](std::exception_ptr) {});
        int left = steps;
        t.lab.run_until([&] { return left-- == 0; }, 1s);
        t.drop_b(steps % 2 == 0 ? crash_kind::machine : crash_kind::process);
        t.lab.run_for(1s);
    }
    CHECK(alive.use_count() == 1);
}
