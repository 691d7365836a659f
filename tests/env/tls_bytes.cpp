// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Bytes through TLS connections, and their ends.
#include "fw_catch.hpp"
#include "tls_kit.hpp"

#include <boost/asio/error.hpp>

#include <optional>
#include <string>
#include <vector>

using namespace tls_kit;

namespace {

// A connection, and what it runs over.
struct secured {
    office o;
    asio::io_context io{1};
    env::stream client;
    env::stream server;

    secured() {
        o.issue("server", {.common_name = "x", .alternatives = "DNS:server.example"});
        auto both = shake(io, o.options(), o.options("server"));
        REQUIRE(both.client->value);
        REQUIRE(both.server->value);
        client = std::move(*both.client->value);
        server = std::move(*both.server->value);
    }
};

std::string numbers(std::size_t size) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 2654435761U >> 24);
    return text;
}

} // namespace

TEST_CASE("many bytes go both ways at once through TLS", "[tls]") {
    secured s;
    auto const up = numbers(3'000'000);
    auto const down = numbers(2'000'001);
    auto const wrote = start(s.io, write(s.client, up));
    auto const answered = start(s.io, write(s.server, down));
    auto const there = start(s.io, read(s.server, up.size()));
    auto const here = start(s.io, read(s.client, down.size()));
    run_until(s.io, [&] { return wrote->yet && answered->yet && there->yet && here->yet; });
    CHECK(there->value == up);
    CHECK(here->value == down);
}

TEST_CASE("small and large buffers are gathered in TLS records", "[tls]") {
    secured s;
    std::vector<std::string> parts;
    std::string expected;
    for (std::size_t i = 0; i < 90; ++i) expected += parts.emplace_back(numbers(i % 7 == 0 ? i * 997 : i % 5));
    std::vector<asio::const_buffer> buffers;
    for (auto const& part : parts) buffers.push_back(asio::buffer(part));
    auto const write_all = [&]() -> task<bool> {
        co_await asio::async_write(s.server, buffers, asio::use_awaitable);
        co_return true;
    };
    auto const wrote = start(s.io, write_all());
    auto const got = start(s.io, read(s.client, expected.size()));
    run_until(s.io, [&] { return wrote->yet && got->yet; });
    CHECK(got->value == expected);
}

TEST_CASE("the end is told by close_notify, and an end without it is an error", "[tls]") {
    secured s;
    error_code ec;
    auto const last = start(s.io, read_some(s.client, ec));
    auto const wrote = start(s.io, write(s.server, "bye"));
    run_until(s.io, [&] { return wrote->yet && last->yet; });
    CHECK(last->value == "bye");
    auto const end = start(s.io, read_some(s.client, ec));
    SECTION("closed") { s.server.close(); }
    SECTION("destroyed") { s.server = {}; }
    run_until(s.io, [&] { return end->yet; });
    CHECK(ec == asio::error::eof);
}

TEST_CASE("an end that is cut off is not taken for the end", "[tls]") {
    office o;
    o.issue("server", {.common_name = "x", .alternatives = "DNS:server.example"});
    env::tls_context c(o.options());
    env::tls_context s(o.options("server"));
    asio::io_context io(1);
    auto outer = connect(io, env::endpoint::tcp("127.0.0.1", 0));
    auto inner = connect(io, env::endpoint::tcp("127.0.0.1", 0));
    // Somebody between the two passes all on, and then hangs up.
    auto pass = [](env::stream& from, env::stream& to) -> task<bool> {
        for (;;) {
            error_code ec;
            auto const text = co_await read_some(from, ec);
            if (ec) co_return true;
            co_await write(to, text);
        }
    };
    auto const up = start(io, pass(outer.there, inner.here));
    auto const down = start(io, pass(inner.here, outer.there));
    auto client = start(io, env::tls_connect(std::move(outer.here), c, "server.example"));
    auto server = start(io, env::tls_accept(std::move(inner.there), s));
    run_until(io, [&] { return client->yet && server->yet; });
    REQUIRE(client->value);
    error_code ec;
    auto const end = start(io, read_some(*client->value, ec));
    outer.there.close();
    run_until(io, [&] { return end->yet; });
    CHECK(ec == asio::error::connection_reset);
    inner.here.close();
    run_until(io, [&] { return up->yet && down->yet; });
}

TEST_CASE("a read through TLS is cancelled alone", "[tls]") {
    secured s;
    asio::cancellation_signal stop;
    error_code ec;
    auto const first = start(s.io, read_some(s.client, ec), stop.slot());
    s.io.restart();
    s.io.poll();
    REQUIRE_FALSE(first->yet);
    stop.emit(asio::cancellation_type::terminal);
    run_until(s.io, [&] { return first->yet; });
    CHECK(ec == asio::error::operation_aborted);
    auto const wrote = start(s.io, write(s.server, "later"));
    auto const again = start(s.io, read(s.client, 5));
    run_until(s.io, [&] { return again->yet && wrote->yet; });
    CHECK(again->value == "later");
}

TEST_CASE("a closed TLS stream ends what is pending", "[tls]") {
    secured s;
    error_code ec;
    auto const pending = start(s.io, read_some(s.client, ec));
    s.io.restart();
    s.io.poll();
    s.client.close();
    CHECK_FALSE(pending->yet);
    run_until(s.io, [&] { return pending->yet; });
    CHECK(ec == asio::error::operation_aborted);
    auto const after = start(s.io, read_some(s.client, ec));
    run_until(s.io, [&] { return after->yet; });
    CHECK(ec == asio::error::operation_aborted);
}

TEST_CASE("a handshake is cancelled, and the connection ends", "[tls]") {
    office o;
    env::tls_context c(o.options());
    asio::io_context io(1);
    auto p = connect(io, env::endpoint::tcp("127.0.0.1", 0));
    asio::cancellation_signal stop;
    auto const client = start(io, env::tls_connect(std::move(p.here), c, "server.example"), stop.slot());
    io.restart();
    io.poll();
    REQUIRE_FALSE(client->yet);
    stop.emit(asio::cancellation_type::terminal);
    run_until(io, [&] { return client->yet; });
    CHECK(client->code() == asio::error::operation_aborted);
    auto drain = [&]() -> task<bool> {
        error_code ec;
        while (!ec) co_await read_some(p.there, ec);
        co_return true;
    };
    auto const end = start(io, drain());
    run_until(io, [&] { return end->yet; });
}

TEST_CASE("a context goes with TLS connections in it, whatever they are at", "[tls]") {
    office o;
    o.issue("server", {.common_name = "x", .alternatives = "DNS:server.example"});
    env::tls_context c(o.options());
    env::tls_context s(o.options("server"));
    auto const alive = std::make_shared<int>(0);
    for (int steps = 0; steps < 60; ++steps) {
        asio::io_context io(1);
        auto p = connect(io, env::endpoint::tcp("127.0.0.1", 0));
        auto talk = [](task<env::stream> opening, std::shared_ptr<int> token) -> task<> {
            auto stream = co_await std::move(opening);
            error_code ec;
            co_await write(stream, std::string(100'000, 'x'));
            while (!ec) co_await read_some(stream, ec);
            ++*token;
        };
        asio::co_spawn(io, talk(env::tls_connect(std::move(p.here), c, "server.example"), alive), [](auto) {});
        asio::co_spawn(io, talk(env::tls_accept(std::move(p.there), s), alive), [](auto) {});
        io.restart();
        for (int i = 0; i < steps; ++i) io.poll_one();
    }
    CHECK(alive.use_count() == 1);
    CHECK(*alive == 0);
}
