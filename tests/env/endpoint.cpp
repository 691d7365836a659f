// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What an endpoint looks like as text.
#include "code_of.hpp"
#include "fw_catch.hpp"

#include <fairway/env/endpoint.hpp>

#include <string>
#include <string_view>

using fairway::errc;
using fairway::env::endpoint;

TEST_CASE("an endpoint is read in each of its forms", "[endpoint]") {
    CHECK(endpoint::parse("example.org:80") == endpoint::tcp("example.org", 80));
    CHECK(endpoint::parse("tcp://Example.ORG:80") == endpoint::tcp("example.org", 80));
    CHECK(endpoint::parse("127.0.0.1:0") == endpoint::tcp("127.0.0.1", 0));
    CHECK(endpoint::parse("[::1]:65535") == endpoint::tcp("::1", 65535));
    CHECK(endpoint::parse("tcp://[fe80::1%eth0]:1") == endpoint::tcp("fe80::1%eth0", 1));
    CHECK(endpoint::parse(":80") == endpoint::tcp("*", 80));
    CHECK(endpoint::parse("*:80") == endpoint::tcp("*", 80));
    CHECK(endpoint::parse("/run/a b/s") == endpoint::file("/run/a b/s"));
    CHECK(endpoint::parse("unix:///run/s") == endpoint::file("/run/s"));
    CHECK(endpoint() == endpoint::tcp("*", 0));
}

TEST_CASE("an endpoint is read from what it writes", "[endpoint]") {
    for (auto const* const text : {"tcp://a.b:1", "tcp://[::1]:0", "tcp://*:9", "unix:///run/s", "unix:///a?b=%20"})
        CHECK(endpoint::parse(text).text() == text);
}

TEST_CASE("an endpoint that is none is refused, and not repeated", "[endpoint]") {
    using namespace std::string_literals;
    for (auto const& text : {""s, "secret"s, "secret:"s, "secret:x"s, "secret:-1"s, "secret:65536"s, "secret:1 "s,
             "::1:80"s, "[::1]"s, "[::1]80"s, "[]:80"s, "[secret]:80"s, "secret host:80"s, "user@secret:80"s,
             "secret:80/x"s, "http://secret:80"s, "tcp:///secret"s, "unix://secret"s, "unix://"s, "/secret\0x"s,
             "/secret"s + std::string(101, 'x'), std::string(254, 'a') + ":80"}) {
        INFO(text);
        try {
            endpoint::parse(text);
            FAIL_CHECK("it was read");
        } catch (fairway::system_error const& e) {
            CHECK(e.code() == errc::invalid_url);
            CHECK(std::string_view(e.what()).find("secret") == std::string_view::npos);
        }
    }
    CHECK(endpoint::parse("/secret" + std::string(100, 'x')).path.size() == 107);
}
