// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"
#include "helpers.hpp"

#include <limits>
#include <map>

using namespace codec_tests;

namespace {

struct line {
    std::string sku;
    std::uint8_t quantity{};
};

struct order {
    std::vector<line> lines;
    std::map<std::string, line> by_customer;
    std::optional<double> total;
    static constexpr auto defaulted = fairway::fields("lines", "by_customer");
};

fairway::decode_error error_of(std::string_view text) {
    try {
        static_cast<void>(fairway::from_json_text<order>(text));
    } catch (fairway::decode_error const& e) {
        return e;
    }
    throw std::logic_error("nothing was wrong");
}

} // namespace

TEST_CASE("a decode error says where, what was expected and what was found", "[codec][json]") {
    auto const e = error_of(R"({"lines":[{"sku":"a","quantity":1},{"sku":"b","quantity":"three"}]})");
    CHECK(e.code() == fairway::errc::decode_failed);
    CHECK(e.pointer() == "/lines/1/quantity");
    CHECK(e.expected() == "an integer from 0 to 255");
    CHECK(e.offset() == 57);
    CHECK(std::string(e.what()) == "/lines/1/quantity: expected an integer from 0 to 255, found a string (byte 57)");
    CHECK(e.code() == fairway::condition::permanent);
}

TEST_CASE("an error at the root has an empty pointer", "[codec][json]") {
    CHECK(error_of("[]").pointer().empty());
    CHECK(read_error<order>("[]") == "the body: expected an object, found an array (byte 0)");
    CHECK(read_error<order>("") == "the body: expected an object, found the end of the text (byte 0)");
    CHECK(read_error<order>("  ") == "the body: expected an object, found the end of the text (byte 2)");
    CHECK(read_error<order>("{} x") == "the body: expected the end of the text, found something else (byte 3)");
    CHECK(read_error<int>("1,") == "the body: expected the end of the text, found ',' (byte 1)");
}

TEST_CASE("errors tell numbers, but no strings", "[codec][json]") {
    CHECK(read_error<line>(R"({"sku":"x","quantity":300})") ==
          "/quantity: expected an integer from 0 to 255, found 300 (byte 22)");
    CHECK(read_error<line>(R"({"sku":"x","quantity":-1})") ==
          "/quantity: expected an integer from 0 to 255, found -1 (byte 22)");
    CHECK(read_error<line>(R"({"sku":"x","quantity":1.5})") ==
          "/quantity: expected an integer from 0 to 255, found 1.5 (byte 22)");
    CHECK(read_error<line>(R"({"sku":"x","quantity":1e2})") ==
          "/quantity: expected an integer from 0 to 255, found 1e2 (byte 22)");
    CHECK(read_error<line>(R"({"sku":"x","quantity":01})") ==
          "/quantity: expected an integer from 0 to 255, found 01 (byte 22)");
    CHECK(read_error<line>(R"({"sku":"x","quantity":)" + std::string(33, '1') + "}") ==
          "/quantity: expected an integer from 0 to 255, found a long number (byte 22)");
    CHECK(read_error<line>(R"({"sku":true})") == "/sku: expected a string, found true (byte 7)");
    CHECK(read_error<line>(R"({"sku":{"secret":1}})") == "/sku: expected a string, found an object (byte 7)");
    CHECK(read_error<line>(R"({"sku":)") == "/sku: expected a string, found the end of the text (byte 7)");
    CHECK(read_error<line>(R"({"sku":hunter2})") == "/sku: expected a string, found something else (byte 7)");
    CHECK(read_error<bool>(R"("true")") == "the body: expected true or false, found a string (byte 0)");
    CHECK(read_error<double>(R"("1")") == "the body: expected a number, found a string (byte 0)");
    CHECK(read_error<std::vector<int>>("{}") == "the body: expected an array, found an object (byte 0)");
}

TEST_CASE("names that are data stand in the pointer, but not in the text", "[codec][json]") {
    auto const in_map = error_of(R"({"by_customer":{"ada@example.org":{"sku":1}}})");
    CHECK(in_map.pointer() == "/by_customer/ada@example.org/sku");
    CHECK(std::string(in_map.what()) == "/by_customer/*/sku: expected a string, found 1 (byte 41)");
    auto const unknown = error_of(R"({"lines":[{"sku":"a","quantity":1,"p/w~":{"hunter2":[tru]}}]})");
    CHECK(unknown.pointer() == "/lines/0/p~1w~0/hunter2/0");
    CHECK(std::string(unknown.what()) == "/lines/0/*/*/0: expected a value, found something else (byte 53)");
    auto const behind = error_of(R"({"by_customer":{"ada":{"sku":"a","quantity":1}},"lines":[1]})");
    CHECK(std::string(behind.what()) == "/lines/0: expected an object, found 1 (byte 57)");
    auto const deeper = error_of(R"({"x":{"a":{},"b":{"secret":}}})");
    CHECK(std::string(deeper.what()) == "/*/*/*: expected a value, found '}' (byte 27)");
}

TEST_CASE("errors of grammar name the place, too", "[codec][json]") {
    CHECK(read_error<order>("{") == "the body: expected '}', found the end of the text (byte 1)");
    CHECK(read_error<order>("{1") == "the body: expected a name in quotes, found 1 (byte 1)");
    CHECK(read_error<order>(R"({"lines")") == "/lines: expected ':', found the end of the text (byte 8)");
    CHECK(read_error<order>(R"({"lines" 1)") == "/lines: expected ':', found 1 (byte 9)");
    CHECK(read_error<order>(R"({"lines":[)") == "/lines/0: expected ']', found the end of the text (byte 10)");
    CHECK(read_error<order>(R"({"lines":[],})") == "the body: expected a name in quotes, found '}' (byte 12)");
    CHECK(read_error<order>(R"({"lines":[] "x":1})") == "the body: expected ',' or '}', found a string (byte 12)");
    CHECK(read_error<std::vector<int>>("[1 2]") == "the body: expected ',' or ']', found 2 (byte 3)");
    CHECK(read_error<std::vector<int>>("[1,]") ==
          "/1: expected an integer from -2147483648 to 2147483647, found ']' (byte 3)");
    CHECK(read_error<std::vector<int>>("[1") == "the body: expected ',' or ']', found the end of the text (byte 2)");
}

TEST_CASE("errors within strings say what kind of character it was", "[codec][json]") {
    using strings = std::vector<std::string>;
    CHECK(read_error<strings>("[\"a\tb\"]") == "/0: expected an escape sequence, found a control character (byte 3)");
    CHECK(read_error<strings>("[\"\",\"\xff\"]") == "/1: expected a string in UTF-8, found other bytes (byte 5)");
    CHECK(read_error<strings>(R"(["\x"])") == "/0: expected a known escape sequence, found another (byte 2)");
    CHECK(read_error<strings>(R"(["\u12g4"])") == "/0: expected a known escape sequence, found another (byte 2)");
    CHECK(read_error<strings>(R"(["\ud800"])") == "/0: expected a pair of surrogates, found half of one (byte 2)");
    CHECK(
        read_error<strings>(R"(["\udc00\ud800"])") == "/0: expected a pair of surrogates, found half of one (byte 2)");
    CHECK(read_error<strings>(R"(["abc)") == "/0: expected '\"', found the end of the text (byte 5)");
}

TEST_CASE("an encode error says where and why", "[codec][json]") {
    order bad;
    bad.lines = {{"a", 1}, {"\xc3", 1}};
    CHECK(write_error(bad) == "/lines/1/sku: expected a string in UTF-8, found other bytes");
    bad.lines.clear();
    bad.total = std::numeric_limits<double>::quiet_NaN();
    CHECK(write_error(bad) == "/total: expected a finite number, found NaN");
    bad.total = -std::numeric_limits<double>::infinity();
    CHECK(write_error(bad) == "/total: expected a finite number, found an infinite one");
    CHECK(write_error(std::vector<float>{1, std::numeric_limits<float>::infinity()}) ==
          "/1: expected a finite number, found an infinite one");
    CHECK(write_error(std::string("\xed\xa0\x80")) == "the message: expected a string in UTF-8, found other bytes");
    bad.total.reset();
    bad.by_customer["ada"].sku = "long enough to be scanned by eights \xff";
    CHECK(write_error(bad) == "/by_customer/*/sku: expected a string in UTF-8, found other bytes");
    try {
        static_cast<void>(text_of(bad));
        FAIL("nothing was wrong");
    } catch (fairway::encode_error const& e) {
        CHECK(e.pointer() == "/by_customer/ada/sku");
        CHECK(e.expected() == "a string in UTF-8");
    }
    bad.by_customer.clear();
    bad.by_customer["\x80"];
    CHECK(write_error(bad) == "/by_customer: expected a string in UTF-8, found other bytes");
}
