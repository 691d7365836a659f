// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Headers: set, found, replaced, erased; each limit at its last good and its first bad value.
#include "fw_catch.hpp"

#include <fairway/envelope/headers.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using fairway::errc;
using fairway::headers;

namespace {

using pairs = std::vector<std::pair<std::string, std::string>>;

pairs read(fairway::header_view view) {
    pairs all;
    for (auto const& [name, value] : view) all.emplace_back(name, value);
    return all;
}

// The errc with which `set` refuses; and that it changed nothing then.
fairway::error_code refusal(headers& h, std::string_view name, std::string_view value) {
    auto const before = read(h.view());
    try {
        h.set(name, value);
    } catch (fairway::system_error const& e) {
        CHECK(read(h.view()) == before);
        return e.code();
    }
    return {};
}
fairway::error_code refusal(std::string_view name, std::string_view value) {
    headers h;
    h.set("kept", "1");
    return refusal(h, name, value);
}

} // namespace

TEST_CASE("headers are kept in the order in which they were set") {
    headers h;
    CHECK(h.empty());
    CHECK(h.view().empty());
    CHECK(h.view().begin() == h.view().end());
    h.set("tenant", "acme").set("trace", "").set("x", "1");
    CHECK(h.size() == 3U);
    CHECK(read(h.view()) == pairs{{"tenant", "acme"}, {"trace", ""}, {"x", "1"}});
    CHECK(h.find("tenant") == "acme");
    CHECK(h.find("trace") == "");
    CHECK_FALSE(h.find("Tenant"));
    CHECK_FALSE(h.find(""));
    CHECK_FALSE(h.find("acme"));
}

TEST_CASE("a header is replaced") {
    headers h;
    h.set("a", "1").set("b", "2").set("a", "a longer value than before");
    CHECK(h.size() == 2U);
    CHECK(read(h.view()) == pairs{{"b", "2"}, {"a", "a longer value than before"}});
    h.set("a", "");
    CHECK(h.find("a") == "");
}

TEST_CASE("a header is erased") {
    headers h;
    h.set("a", "1").set("b", "2").set("c", "3");
    h.erase("nothing");
    CHECK(h.size() == 3U);
    h.erase("b");
    CHECK(read(h.view()) == pairs{{"a", "1"}, {"c", "3"}});
    h.erase("a");
    h.erase("c");
    CHECK(h.empty());
    CHECK(read(h.view()).empty());
    h.erase("c");
    CHECK(h.empty());
}

TEST_CASE("a header is set from another one, and from itself") {
    headers h;
    h.set("first", std::string(100, 'v'));
    for (int i = 0; i < 20; ++i) h.set("copy-" + std::to_string(i), *h.find("first"));
    h.set("first", *h.find("copy-7"));
    h.set("first", h.find("first")->substr(50));
    h.set((*h.view().begin()).name, "by its own name");
    CHECK(h.size() == 21U);
    CHECK(h.find("first") == std::string(50, 'v'));
    CHECK(h.find("copy-19") == std::string(100, 'v'));
    CHECK(h.find("copy-0") == "by its own name");
}

TEST_CASE("values are UTF-8") {
    headers h;
    h.set("drink", "th\xc3\xa9 \xe8\x8c\xb6 \xf0\x9f\x8d\xb5");
    CHECK(h.find("drink") == "th\xc3\xa9 \xe8\x8c\xb6 \xf0\x9f\x8d\xb5");
    h.set("quoted", "\"a\\b: c;d\" = 1");
    CHECK(h.find("quoted") == "\"a\\b: c;d\" = 1");
    CHECK(refusal("x", "\xff") == errc::invalid_header);
    CHECK(refusal("x", "a\nb") == errc::invalid_header);
    CHECK(refusal("x", "a\r\nb") == errc::invalid_header);
    CHECK(refusal("x", std::string_view("a\0b", 3)) == errc::invalid_header);
    CHECK(refusal("x", "\xc2\x85") == errc::invalid_header);
}

TEST_CASE("names are visible ASCII without a colon") {
    for (int c = 0; c < 256; ++c) {
        std::string const name = {'a', static_cast<char>(c), 'b'};
        bool const good = c > 0x20 && c < 0x7f && c != ':';
        if (refusal(name, "v") != (good ? fairway::error_code() : errc::invalid_header)) FAIL("character " << c);
    }
    CHECK(refusal("", "v") == errc::invalid_header);
    CHECK(refusal(" ", "v") == errc::invalid_header);
    CHECK(refusal("caf\xc3\xa9", "v") == errc::invalid_header);
}

TEST_CASE("a name has at most 255 bytes, a value 8 KiB") {
    std::string const long_name(fairway::limits::header_name, 'n');
    std::string const long_value(fairway::limits::header_value, 'v');
    static_assert(fairway::limits::header_name == 255 && fairway::limits::header_value == 8192);
    headers h;
    h.set(long_name, long_value).set("after", "1");
    CHECK(h.find(long_name) == long_value);
    CHECK(h.find("after") == "1");
    CHECK(refusal(h, long_name + "n", "v") == errc::header_name_too_long);
    CHECK(refusal(h, "x", long_value + "v") == errc::header_value_too_long);
}

TEST_CASE("64 headers, and one that is there can still be replaced") {
    headers h;
    for (int i = 0; i < 64; ++i) h.set("h" + std::to_string(i), "v");
    CHECK(h.size() == fairway::limits::headers);
    CHECK(refusal(h, "h64", "v") == errc::too_many_headers);
    h.set("h63", "another");
    CHECK(h.size() == 64U);
    CHECK(h.find("h63") == "another");
    h.erase("h0");
    h.set("h64", "v");
    CHECK(h.size() == 64U);
}

TEST_CASE("names that start with fw- are reserved") {
    CHECK(refusal("fw-type", "v") == errc::reserved_header);
    CHECK(refusal("fw-", "v") == errc::reserved_header);
    CHECK(refusal("fw", "v") == fairway::error_code());
    CHECK(refusal("FW-type", "v") == fairway::error_code());
    CHECK(refusal("x-fw-type", "v") == fairway::error_code());
    headers h;
    for (int i = 0; i < 64; ++i) h.set("h" + std::to_string(i), "v");
    h.set_reserved("fw-cause", "there is room beyond the user's 64");
    CHECK(h.find("fw-cause") == "there is room beyond the user's 64");
    CHECK(h.size() == 65U);
    CHECK_THROWS_AS(h.set_reserved("fw-cause", "\n"), fairway::system_error);
}

TEST_CASE("what an error says names the header and is short") {
    headers h;
    try {
        h.set("token", "secret\n");
        FAIL("not refused");
    } catch (fairway::system_error const& e) {
        std::string const text = e.what();
        CHECK(text.find("token") != std::string::npos);
        CHECK(text.find("secret") == std::string::npos);
    }
    try {
        h.set(std::string(5000, 'n'), "v");
        FAIL("not refused");
    } catch (fairway::system_error const& e) {
        CHECK(std::string_view(e.what()).size() < 300);
    }
}

TEST_CASE("received headers are copied") {
    headers copy;
    {
        headers original;
        original.set("a", "1").set("b", "2");
        copy = headers(original.view());
    }
    CHECK(read(copy.view()) == pairs{{"a", "1"}, {"b", "2"}});
    copy.set("a", "3");
    CHECK(read(copy.view()) == pairs{{"b", "2"}, {"a", "3"}});
}
