// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"
#include "helpers.hpp"

#include <map>

using namespace codec_tests;
using fairway::from_json_text;

TEST_CASE("strings are escaped where JSON asks for it", "[codec][json]") {
    CHECK(text_of(std::string("a\"b\\c/d\b\f\n\r\t")) == R"("a\"b\\c/d\b\f\n\r\t")");
    CHECK(text_of(std::string("\0\x01\x1f\x7f", 4)) == "\"\\u0000\\u0001\\u001f\x7f\"");
    CHECK(text_of(std::string("\xc3\xa4\xe2\x82\xac\xf0\x9f\x8d\xb5")) == "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x8d\xb5\"");
}

TEST_CASE("all escapes are read", "[codec][json]") {
    CHECK(from_json_text<std::string>(R"("\"\\\/\b\f\n\r\t")") == "\"\\/\b\f\n\r\t");
    CHECK(from_json_text<std::string>(R"("\u0000x")") == std::string("\0x", 2));
    CHECK(from_json_text<std::string>(R"("\u00e4\u20AC\ud83c\udf75")") == "\xc3\xa4\xe2\x82\xac\xf0\x9f\x8d\xb5");
    CHECK(from_json_text<std::string>(R"("\uDBFF\uDFFF")") == "\xf4\x8f\xbf\xbf");
    CHECK(from_json_text<std::string>(R"("\uffff\u0800\u07ff\u007f")") == "\xef\xbf\xbf\xe0\xa0\x80\xdf\xbf\x7f");
}

TEST_CASE("every position of a special character is found", "[codec][json]") {
    for (std::size_t length = 0; length < 40; ++length) {
        for (std::size_t at = 0; at < length; ++at) {
            for (auto const* special : {"\"", "\\", "\n", "\x01", "\x1f", "\xc3\xa4", "\xf0\x9f\x8d\xb5"}) {
                auto const text = std::string(at, 'a') + special + std::string(length - at, 'z');
                if (from_json_text<std::string>(text_of(text)) != text) FAIL("lost: " << text);
            }
            for (auto const* bad : {"\x80", "\xff", "\xc3", "\xe2\x82", "\xc0\xaf"}) {
                auto const text = std::string(at, 'a') + bad + std::string(length - at, 'z');
                if (write_error(text).empty() || read_error<std::string>('"' + text + '"').empty())
                    FAIL("taken: " << at);
            }
            auto raw = '"' + std::string(length, 'a') + '"';
            raw[at + 1] = '\x1f';
            if (read_error<std::string>(raw).empty()) FAIL("control character taken at " << at);
        }
    }
}

TEST_CASE("UTF-8 is checked as Unicode defines it", "[codec][json]") {
    for (auto const* good : {"\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf",
             "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
        CHECK(fairway::detail::is_utf8(good));
        CHECK(survives(std::string(good)));
    }
    for (auto const* bad : {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41", "\xe0\x9f\xbf", "\xe0\xa0",
             "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf0\x90\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
             "\xff", "\xfe"}) {
        CHECK_FALSE(fairway::detail::is_utf8(bad));
        CHECK_FALSE(write_error(std::string(bad)).empty());
        CHECK_FALSE(read_error<std::string>('"' + std::string(bad) + '"').empty());
        CHECK_FALSE(is_json('"' + std::string(bad) + '"'));
    }
}

TEST_CASE("names of members may hold anything", "[codec][json]") {
    std::map<std::string, int> const odd{{"", 1}, {"\"\n", 2}, {"\xc3\xa4", 3}, {std::string("\0", 1), 4}};
    CHECK(from_json_text<std::map<std::string, int>>(text_of(odd)) == odd);
}
