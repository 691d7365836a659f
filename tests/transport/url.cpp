// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"

#include <fairway/inproc.hpp>

#include <boost/asio/io_context.hpp>

using namespace fairway;

namespace {

std::string refusal(std::string_view text) {
    try {
        url const u(text);
    } catch (system_error const& e) {
        REQUIRE(e.code() == errc::invalid_url);
        return e.what();
    }
    return "";
}

std::string refused_open(std::string_view text) {
    asio::io_context io;
    try {
        open<inproc>(io.get_executor(), text);
    } catch (system_error const& e) {
        REQUIRE(e.code() == errc::invalid_url);
        return e.what();
    }
    return "";
}

} // namespace

TEST_CASE("a URL falls into scheme, authority, path and options", "[url]") {
    url const u("amqp://user:p%40ss@host:5672/a%2fb/c?x=1&name=a%20b&empty=");
    CHECK(u.scheme() == "amqp");
    CHECK(u.authority() == "user:p%40ss@host:5672");
    CHECK(u.path() == "/a/b/c");
    REQUIRE(u.options().size() == 3);
    CHECK(u.options()[1] == std::pair<std::string, std::string>("name", "a b"));
    CHECK(u.options()[2].second.empty());
    CHECK(url("inproc://").authority().empty());
    CHECK(url("tcp://h?x=1").authority() == "h");
}

TEST_CASE("a URL that is none is refused, and no secret is repeated", "[url]") {
    for (auto const* const text : {"", "inproc", "://x", "IN://x", "a b://x", "x://h?=1", "x://h?novalue", "x://h/%g1",
             "x://h/%4", "x://h?a=%"}) {
        INFO(text);
        CHECK_FALSE(refusal(text).empty());
    }
    CHECK(refusal("amqp://user:secret@h?%zz").find("secret") == std::string::npos);
}

TEST_CASE("open makes the transport that the scheme names", "[url]") {
    asio::io_context io;
    CHECK(open<inproc>(io.get_executor(), "inproc://").scheme() == "inproc");
    CHECK(open<inproc>(io.get_executor(), "inproc://?paranoid=true").scheme() == "inproc");
    CHECK(refused_open("kafka://h").find("not one of: inproc") != std::string::npos);
    CHECK_FALSE(refused_open("inproc://host").empty());
    CHECK_FALSE(refused_open("inproc://?paranoid=maybe").empty());
    CHECK_FALSE(refused_open("inproc://?other=1").empty());
}
