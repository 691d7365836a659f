// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// TLS connections that are made, and those that are refused.
#include "fw_catch.hpp"
#include "tls_kit.hpp"

#include <fairway/env/tls.hpp>

#include <boost/asio/error.hpp>

#include <string>

using namespace tls_kit;
using fairway::errc;

namespace {

bool says(std::string const& text, char const* what) {
    INFO(text);
    return text.find(what) != std::string::npos;
}

} // namespace

TEST_CASE("both ends know each other by their certificates", "[tls]") {
    office o;
    o.issue("server", {.common_name = "someone", .alternatives = "DNS:server.example,IP:127.0.0.1"});
    o.issue("client", {.common_name = "the client"});
    auto required = o.options("server");
    required.require_client_certificate = true;
    for (auto const version : {env::tls_options::version::tls1_2, env::tls_options::version::tls1_3}) {
        required.least_version = version;
        asio::io_context io(1);
        auto both = shake(io, o.options("client"), required);
        REQUIRE(both.client->value);
        REQUIRE(both.server->value);
        CHECK(both.client->value->peer() == "server.example");
        CHECK(both.server->value->peer() == "the client");
        CHECK(both.client->value->remote().substr(0, 16) == "tcp://127.0.0.1:");
        CHECK(both.client->value->channel_binding().size() == 32);
        CHECK(both.client->value->channel_binding() == both.server->value->channel_binding());
    }
    asio::io_context io(1);
    auto by_address = shake(io, o.options(), o.options("server"), "127.0.0.1");
    REQUIRE(by_address.server->value);
    CHECK(by_address.client->value);
    CHECK(by_address.server->value->peer().empty());
    auto renamed = o.options();
    renamed.expected_name = "server.example";
    CHECK(shake(io, renamed, o.options("server"), "10.0.0.1").client->value);
}

TEST_CASE("a server that is not who it should be is refused, and the reason is told", "[tls]") {
    office o;
    office other;
    asio::io_context io(1);
    auto const refused = [&](office const& by, std::string const& name, char const* why) {
        auto const both = shake(io, o.options(), by.options("server"), name);
        CHECK(both.client->code() == errc::unauthorized);
        CHECK(says(both.client->text(), why));
        CHECK_FALSE(both.server->value);
    };
    SECTION("another authority") {
        other.issue("server", {.common_name = "server.example", .alternatives = "DNS:server.example"});
        refused(other, "server.example", "certificate");
    }
    SECTION("expired") {
        o.issue("server", {.common_name = "s", .alternatives = "DNS:server.example", .from = -7200, .until = -3600});
        refused(o, "server.example", "certificate has expired");
    }
    SECTION("not yet valid") {
        o.issue("server", {.common_name = "s", .alternatives = "DNS:server.example", .from = 3600, .until = 7200});
        refused(o, "server.example", "not yet valid");
    }
    SECTION("another name") {
        o.issue("server", {.common_name = "server.example", .alternatives = "DNS:other.example"});
        refused(o, "server.example", "ostname mismatch");
    }
    SECTION("a common name alone") {
        o.issue("server", {.common_name = "server.example"});
        refused(o, "server.example", "ostname mismatch");
    }
    SECTION("another address") {
        o.issue("server", {.common_name = "127.0.0.1", .alternatives = "DNS:127.0.0.1"});
        refused(o, "127.0.0.1", "address mismatch");
    }
    SECTION("signed by itself") {
        certificates::make({.common_name = "s", .alternatives = "DNS:server.example"})
            .write(o.file("server.pem"), o.file("server.key"));
        refused(o, "server.example", "self");
    }
}

TEST_CASE("what is not verified has no identity", "[tls]") {
    office o;
    office other;
    other.issue("server", {.common_name = "x", .alternatives = "DNS:server.example"});
    auto careless = o.options();
    careless.verify_peer = false;
    asio::io_context io(1);
    auto const both = shake(io, careless, other.options("server"));
    REQUIRE(both.client->value);
    CHECK(both.client->value->peer().empty());
}

TEST_CASE("a client without the right certificate is refused", "[tls]") {
    office o;
    office other;
    o.issue("server", {.common_name = "x", .alternatives = "DNS:server.example"});
    other.issue("client", {.common_name = "client"});
    auto required = o.options("server");
    required.require_client_certificate = true;
    auto client = o.options();
    char const* why = "no certificate";
    SECTION("none") {}
    SECTION("of another authority") {
        client.certificate_file = other.file("client.pem");
        client.key_file = other.file("client.key");
        why = "certificate was refused";
    }
    SECTION("of another authority where none is required") {
        client.certificate_file = other.file("client.pem");
        client.key_file = other.file("client.key");
        why = "certificate was refused";
        required.require_client_certificate = false;
    }
    asio::io_context io(1);
    auto const both = shake(io, client, required);
    CHECK(both.server->code() == errc::unauthorized);
    CHECK(says(both.server->text(), why));
    // With TLS 1.3 the client hears of it when it reads.
    REQUIRE(both.client->value);
    error_code ec;
    auto const read = start(io, read_some(*both.client->value, ec));
    run_until(io, [&] { return read->yet; });
    CHECK(ec == errc::unauthorized);
}

TEST_CASE("an old version is refused by both ends", "[tls]") {
    office o;
    o.issue("server", {.common_name = "x", .alternatives = "DNS:server.example"});
    asio::io_context io(1);
    SECTION("TLS 1.2 where 1.3 is wanted") {
        auto server = o.options("server");
        server.least_version = env::tls_options::version::tls1_3;
        env::tls_context c(o.options());
        ::SSL_CTX_set_max_proto_version(c.state()->context.get(), TLS1_2_VERSION);
        env::tls_context s(server);
        auto p = connect(io, env::endpoint::tcp("127.0.0.1", 0));
        auto const client = start(io, env::tls_connect(std::move(p.here), c, "server.example"));
        auto const refusing = start(io, env::tls_accept(std::move(p.there), s));
        run_until(io, [&] { return client->yet && refusing->yet; });
        CHECK(refusing->code() == errc::unauthorized);
        CHECK(says(refusing->text(), "version"));
        CHECK(client->code() == errc::unauthorized);
        CHECK(says(client->text(), "version"));
    }
    SECTION("TLS 1.1") {
        env::tls_context c(o.options());
        auto* const raw = c.state()->context.get();
        ::SSL_CTX_set_security_level(raw, 0);
        ::SSL_CTX_set_min_proto_version(raw, TLS1_1_VERSION);
        ::SSL_CTX_set_max_proto_version(raw, TLS1_1_VERSION);
        ::SSL_CTX_set_cipher_list(raw, "ALL:@SECLEVEL=0");
        env::tls_context s(o.options("server"));
        auto p = connect(io, env::endpoint::tcp("127.0.0.1", 0));
        auto const client = start(io, env::tls_connect(std::move(p.here), c, "server.example"));
        auto const refusing = start(io, env::tls_accept(std::move(p.there), s));
        run_until(io, [&] { return client->yet && refusing->yet; });
        CHECK(refusing->code() == errc::unauthorized);
        CHECK(says(refusing->text(), "version"));
        CHECK_FALSE(client->value);
    }
}

TEST_CASE("plain text on a TLS port, and TLS on a port of plain text, say so", "[tls]") {
    office o;
    o.issue("server", {.common_name = "x", .alternatives = "DNS:server.example"});
    asio::io_context io(1);
    auto p = connect(io, env::endpoint::tcp("127.0.0.1", 0));
    std::string const plain = "FAIRWAY\x01 and nothing that looks like TLS";
    SECTION("to the server") {
        env::tls_context s(o.options("server"));
        auto const server = start(io, env::tls_accept(std::move(p.there), s));
        auto const sent = start(io, write(p.here, plain));
        run_until(io, [&] { return server->yet && sent->yet; });
        CHECK(server->code() == errc::unauthorized);
        CHECK(says(server->text(), "does not speak TLS"));
    }
    SECTION("to the client") {
        env::tls_context c(o.options());
        auto const client = start(io, env::tls_connect(std::move(p.here), c, "server.example"));
        auto const sent = start(io, write(p.there, plain));
        run_until(io, [&] { return client->yet && sent->yet; });
        CHECK(client->code() == errc::unauthorized);
        CHECK(says(client->text(), "does not speak TLS"));
    }
    SECTION("nothing at all, and then the end") {
        env::tls_context s(o.options("server"));
        auto const server = start(io, env::tls_accept(std::move(p.there), s));
        p.here.close();
        run_until(io, [&] { return server->yet; });
        CHECK(server->code() == asio::error::eof);
    }
}

TEST_CASE("options that cannot work are refused by name", "[tls]") {
    office o;
    o.issue("a", {.common_name = "a"});
    o.issue("b", {.common_name = "b"});
    auto bad = o.options("a");
    std::string file;
    SECTION("no such file") { file = bad.certificate_file = o.file("none.pem"); }
    SECTION("another's key") { file = bad.key_file = o.file("b.key"); }
    SECTION("a key that is none") { file = bad.key_file = o.file("a.pem"); }
    SECTION("no authority") { file = bad.ca_file = o.file("a.key"); }
    SECTION("half") {
        bad.key_file.clear();
        file = "key_file";
    }
    SECTION("clients that nobody vouches for") {
        bad.ca_file.clear();
        bad.require_client_certificate = true;
        file = "ca_file";
    }
    try {
        env::tls_context const c(bad);
        FAIL_CHECK("it works");
    } catch (fairway::system_error const& e) {
        CHECK(e.code() == errc::invalid_argument);
        CHECK(says(e.what(), file.c_str()));
    }
    env::tls_context c(o.options());
    CHECK_THROWS_AS(env::tls_accept(env::stream(), c), fairway::system_error);
    CHECK_THROWS_AS(env::tls_connect(env::stream(), c, ""), fairway::system_error);
}

TEST_CASE("certificates are read again for new connections", "[tls]") {
    office o;
    o.issue("server", {.common_name = "x", .alternatives = "DNS:one.example,DNS:server.example"});
    env::tls_context c(o.options());
    env::tls_context s(o.options("server"));
    asio::io_context io(1);
    auto const name = [&] {
        auto p = connect(io, env::endpoint::tcp("127.0.0.1", 0));
        auto const client = start(io, env::tls_connect(std::move(p.here), c, "server.example"));
        auto const server = start(io, env::tls_accept(std::move(p.there), s));
        run_until(io, [&] { return client->yet && server->yet; });
        return client->value ? client->value->peer() : client->text();
    };
    CHECK(name() == "one.example");
    o.issue("server", {.common_name = "x", .alternatives = "DNS:two.example,DNS:server.example"});
    CHECK(name() == "one.example");
    s.reload();
    CHECK(name() == "two.example");
    std::filesystem::remove(o.file("server.key"));
    CHECK_THROWS_AS(s.reload(), fairway::system_error);
    CHECK(name() == "two.example");
}
