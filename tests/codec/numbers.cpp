// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"
#include "helpers.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

using namespace codec_tests;
using fairway::from_json_text;

namespace {

template <class Integer>
void check_limits() {
    using limits = std::numeric_limits<Integer>;
    for (Integer const value :
        {limits::min(), limits::max(), Integer{0}, Integer{1}, static_cast<Integer>(limits::max() / 2)}) {
        CHECK(text_of(value) == std::to_string(value));
        CHECK(from_json_text<Integer>(std::to_string(value)) == value);
    }
    // One more than the greatest, one less than the least.
    auto const beyond = [](std::string digits) {
        bool const negative = digits[0] == '-';
        if (digits == "0") return std::string("-1");
        for (std::size_t i = digits.size(); i-- > (negative ? 1u : 0u);) {
            if (digits[i] != '9') {
                ++digits[i];
                return digits;
            }
            digits[i] = '0';
        }
        return digits;
    };
    CHECK_THROWS_AS(from_json_text<Integer>(beyond(std::to_string(limits::max()))), fairway::decode_error);
    CHECK_THROWS_AS(from_json_text<Integer>(beyond(std::to_string(limits::min()))), fairway::decode_error);
    CHECK_THROWS_AS(from_json_text<Integer>(std::to_string(limits::max()) + "0"), fairway::decode_error);
    CHECK_THROWS_AS(from_json_text<Integer>("99999999999999999999999999"), fairway::decode_error);
    CHECK_THROWS_AS(from_json_text<Integer>("-99999999999999999999999999"), fairway::decode_error);
}

bool same_bits(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

// The length of the shortest text that std::to_chars finds.
std::size_t shortest(double value) {
    char digits[64];
    return static_cast<std::size_t>(std::to_chars(digits, digits + 64, value).ptr - digits);
}

} // namespace

TEST_CASE("integers of all sizes are exact and checked", "[codec][json]") {
    check_limits<std::int8_t>();
    check_limits<std::uint8_t>();
    check_limits<std::int16_t>();
    check_limits<std::uint16_t>();
    check_limits<std::int32_t>();
    check_limits<std::uint32_t>();
    check_limits<std::int64_t>();
    check_limits<std::uint64_t>();
    check_limits<long>();
    check_limits<unsigned long long>();
}

TEST_CASE("integers are written as integers", "[codec][json]") {
    for (auto const* text :
        {"1.0", "1e0", "1E2", "01", "00", "-", "+1", "- 1", "0x1", "1.", ".1", "-01", "\"1\"", "", "1a"})
        CHECK_FALSE(read_error<int>(text).empty());
    CHECK(from_json_text<int>("-0") == 0);
    CHECK(from_json_text<unsigned>("-0") == 0);
    CHECK(from_json_text<int>(" 7\n") == 7);
}

TEST_CASE("floating numbers are written shortly", "[codec][json]") {
    CHECK(text_of(0.0) == "0");
    CHECK(text_of(-0.0) == "-0.0");
    CHECK(text_of(-0.0f) == "-0.0");
    CHECK(text_of(0.0f) == "0");
    CHECK(text_of(1.0) == "1");
    CHECK(text_of(-1.5) == "-1.5");
    CHECK(text_of(0.1) == "0.1");
    CHECK(text_of(19.99) == "19.99");
    CHECK(text_of(-0.01) == "-0.01");
    CHECK(text_of(100000.0) == "100000");
    CHECK(text_of(0.001) == "0.001");
    CHECK(text_of(1e300) == "1e+300");
    CHECK(text_of(5e-324) == "5e-324");
    CHECK(text_of(0.1f) == "0.1");
    CHECK(text_of(1.0 / 3) == "0.3333333333333333");
    CHECK(text_of(9007199254740993.0) == "9007199254740992");
}

TEST_CASE("floating numbers are read exactly", "[codec][json]") {
    CHECK(from_json_text<double>("1") == 1.0);
    CHECK(from_json_text<double>("-12.25") == -12.25);
    CHECK(same_bits(from_json_text<double>("-0"), -0.0));
    CHECK(same_bits(from_json_text<double>("-0.0"), -0.0));
    CHECK(from_json_text<double>("1e2") == 100.0);
    CHECK(from_json_text<double>("1E+2") == 100.0);
    CHECK(from_json_text<double>("25e-1") == 2.5);
    CHECK(from_json_text<double>("1.7976931348623157e308") == std::numeric_limits<double>::max());
    CHECK(from_json_text<double>("5e-324") == std::numeric_limits<double>::denorm_min());
    CHECK(from_json_text<double>("9007199254740993") == 9007199254740992.0);
    CHECK(from_json_text<double>("9007199254740993.000000000000000000001") == 9007199254740994.0);
    CHECK(from_json_text<double>("123456789012345678901234567890") == 123456789012345678901234567890.0);
    CHECK(from_json_text<double>("0.30000000000000004") == 0.1 + 0.2);
    CHECK(from_json_text<float>("16777217") == 16777216.0f);
    CHECK(from_json_text<float>("0.1") == 0.1f);
    for (auto const* text : {"1.", ".5", "01.5", "1e", "1e+", "-", "-.5", "00.1", "1.e1", "+1", "NaN", "Infinity",
             "1.5.2", "1.2e3.4", "0x1p3", "1,5", "--1", "1e5e5"})
        CHECK_FALSE(read_error<double>(text).empty());
}

TEST_CASE("numbers too large are errors, numbers too small are zero", "[codec][json]") {
    for (auto const* text :
        {"1e999", "-1e999", "1e309", "1.8e308", "1e99999999999999999999", "0.001e400", "17976931348623159e292"})
        CHECK(read_error<double>(text).starts_with("the body: expected a number, found "));
    for (auto const* text : {"1e-999", "1e-400", "0e999", "0.0e99999999999", "1e-99999999999999999999", "1000e-400"})
        CHECK(same_bits(from_json_text<double>(text), 0.0));
    CHECK(same_bits(from_json_text<double>("-1e-999"), -0.0));
    CHECK_FALSE(read_error<float>("1e39").empty());
    CHECK(from_json_text<float>("1e-60") == 0.0f);
    CHECK_FALSE(read_error<double>('1' + std::string(400, '0')).empty());
    CHECK(from_json_text<double>("0." + std::string(400, '0') + '1') == 0.0);
    CHECK(from_json_text<double>("0." + std::string(400, '0') + "1e401") == 1.0);
}

TEST_CASE("random doubles survive, as shortly as can be", "[codec][json]") {
    dice random(1);
    std::size_t mistakes = 0;
    for (int i = 0; i < 40'000; ++i) {
        double value = std::bit_cast<double>(random.next());
        if (i % 4 == 1) value = static_cast<double>(random.next() % 1'000'000'000) / 100;
        if (i % 4 == 2) value = -static_cast<double>(random.next() % 100'000'000) / 1000;
        if (i % 4 == 3) value = static_cast<double>(static_cast<std::int64_t>(random.next())) / 4;
        if (!std::isfinite(value)) continue;
        auto const text = text_of(value);
        bool const plain = text.find('e') == text.npos && value == std::floor(value); // 100000, not 1e+05
        mistakes += !same_bits(from_json_text<double>(text), value);
        mistakes += text.size() > shortest(value) && !plain;
        auto const narrow = static_cast<float>(value);
        if (std::isfinite(narrow)) mistakes += from_json_text<float>(text_of(narrow)) != narrow;
    }
    CHECK(mistakes == 0);
}

TEST_CASE("random decimals are read as the standard library reads them", "[codec][json]") {
    dice random(2);
    std::size_t mistakes = 0;
    for (int i = 0; i < 40'000; ++i) {
        std::string text = random.roll(2) != 0 ? "-" : "";
        text += std::to_string(random.next() >> random.roll(64));
        if (random.roll(2) != 0) {
            auto fraction = std::to_string(random.next() >> random.roll(64));
            text += '.' + std::string(random.roll(4), '0') + fraction;
        }
        if (random.roll(3) == 0) text += 'e' + std::to_string(static_cast<int>(random.roll(560)) - 280);
        double expected = 0;
        auto const result = std::from_chars(text.data(), text.data() + text.size(), expected);
        if (result.ec != std::errc()) continue;
        mistakes += !same_bits(from_json_text<double>(text), expected);
    }
    CHECK(mistakes == 0);
}
