// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"

#include <fairway/transport/tcp/exposure.hpp>

using namespace fairway;
using namespace fairway::tcp_detail;

namespace {

using env::endpoint;

endpoint at(std::string host) { return endpoint::tcp(std::move(host), 5000); }
endpoint local() { return endpoint::file("/run/shop"); }

template <class F>
std::string refused(F&& f) {
    try {
        f();
    } catch (system_error const& e) {
        REQUIRE(e.code() == errc::invalid_argument);
        std::string const text = e.what();
        return text.substr(0, text.rfind(": an option"));
    }
    return "";
}
std::string listening(endpoint const& e, protection p) {
    return refused([&] { check_listening(e, p); });
}
std::string dialing(endpoint const& e, protection p) {
    return refused([&] { check_dialing(e, p); });
}

constexpr protection bare{};
constexpr protection tls{.tls = true};
constexpr protection authentication{.authentication = true};
constexpr protection full{.tls = true, .authentication = true};
constexpr protection insecure{.insecure = true};
constexpr protection unverified{.tls = true, .authentication = true, .unverified = true};

} // namespace

TEST_CASE("exposure: what is loopback, and what only looks like it", "[tcp][exposure]") {
    for (char const* const host :
        {"localhost", "127.0.0.1", "127.255.255.254", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1"}) {
        INFO(host);
        CHECK(fairway::detail::is_loopback(host));
    }
    for (char const* const host : {"", "*", "0.0.0.0", "::", "10.0.0.1", "128.0.0.1", "126.255.255.255", "::2",
             "::ffff:10.0.0.1", "::127.0.0.1", "fe80::1", "localhost.example.com", "127.0.0.1.example.com", "127.1",
             "2130706433", "0x7f000001", "127.0.0.1 ", "[::1]", "example.com", "ip6-localhost"}) {
        INFO(host);
        CHECK_FALSE(fairway::detail::is_loopback(host));
    }
    CHECK_FALSE(fairway::detail::is_loopback(std::string_view("127.0.0.1\0.example.com", 22)));
}

TEST_CASE("exposure: listening where others can connect needs TLS and authentication", "[tcp][exposure]") {
    for (auto const& p : {bare, tls, authentication, full, insecure}) {
        CHECK(listening(at("127.0.0.1"), p).empty());
        CHECK(listening(at("::1"), p).empty());
        CHECK(listening(at("localhost"), p).empty());
        CHECK(listening(local(), p).empty());
    }
    for (char const* const host : {"*", "0.0.0.0", "::", "10.1.2.3", "shop.example.com", ""}) {
        INFO(host);
        CHECK(listening(at(host), full).empty());
        CHECK(listening(at(host), insecure).empty());
        CHECK_FALSE(listening(at(host), bare).empty());
        CHECK_FALSE(listening(at(host), tls).empty());
        CHECK_FALSE(listening(at(host), authentication).empty());
    }
    CHECK(
        listening(at("*"), bare) ==
        "listening at tcp://*:5000, which other hosts can reach, without TLS and authentication: whoever is on the way "
        "could read and change everything. Set up TLS and authentication, listen at 127.0.0.1 or at a Unix socket, or "
        "say insecure=true if it is meant");
    CHECK(
        listening(at("*"), authentication) ==
        "listening at tcp://*:5000, which other hosts can reach, without TLS: whoever is on the way could read and "
        "change everything. Set up TLS, listen at 127.0.0.1 or at a Unix socket, or say insecure=true if it is meant");
    CHECK(listening(at("*"), tls) == "listening at tcp://*:5000, which other hosts can reach, without authentication: "
                                     "whoever can connect could send "
                                     "and receive everything. Set up authentication, listen at 127.0.0.1 or at a Unix "
                                     "socket, or say insecure=true if "
                                     "it is meant");
}

TEST_CASE("exposure: messages go to another host through TLS only", "[tcp][exposure]") {
    for (auto const& p : {bare, tls, authentication, insecure, unverified}) {
        CHECK(dialing(at("127.0.0.1"), p).empty());
        CHECK(dialing(local(), p).empty());
    }
    CHECK(dialing(at("10.1.2.3"), tls).empty());
    CHECK(dialing(at("10.1.2.3"), insecure).empty());
    CHECK(dialing(at("10.1.2.3"), authentication) ==
          "connecting to tcp://10.1.2.3:5000, which is on another host, without TLS: whoever is on the way could read "
          "and "
          "change everything. Set up TLS, or say insecure=true if it is meant");
    CHECK_FALSE(dialing(at("shop.example.com"), bare).empty());
    CHECK(dialing(at("10.1.2.3"), unverified) ==
          "connecting to tcp://10.1.2.3:5000, which is on another host, without TLS that verifies it: whoever is on "
          "the way could read and change everything. Set up TLS that verifies it, or say insecure=true if it is meant");
    CHECK(listening(at("*"), unverified).empty()); // it is up to who dials
}

TEST_CASE("exposure: both ends of a connection agree on whether a token may be shown on it", "[tcp][exposure]") {
    for (char const* const end : {"unix:///run/shop", "unix://", "tcp://127.0.0.1:5000", "tcp://[::1]:41000",
             "tcp://localhost:5000", "tcp://[::ffff:127.0.0.1]:1"}) {
        INFO(end);
        CHECK(is_confidential(end, false));
    }
    for (char const* const end : {"tcp://10.0.0.1:5000", "tcp://127.0.0.1.example.com:5000", "tcp://*:5000",
             "tcp://[fe80::1]:5000", "", "tcp://", "nonsense"}) {
        INFO(end);
        CHECK_FALSE(is_confidential(end, false));
        CHECK(is_confidential(end, true));
    }
}

TEST_CASE("exposure: nobody is told to connect to all addresses of a host", "[tcp][exposure]") {
    auto const announcing = [](endpoint const& e) { return refused([&] { check_announcing(e); }); };
    for (char const* const host : {"*", "0.0.0.0", "::", "0:0:0:0:0:0:0:0"}) {
        INFO(host);
        CHECK_FALSE(announcing(at(host)).empty());
    }
    CHECK(announcing(at("10.0.0.1")).empty());
    CHECK(announcing(at("stock.example.com")).empty());
    CHECK(announcing(local()).empty());
    CHECK(announcing(at("*")) == "the directory would tell others to connect to tcp://*:5000, which is no host: say by "
                                 "announce under which address they reach it");
}
