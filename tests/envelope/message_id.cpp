// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Message ids: RFC 9562's layout, their order, their text.
#include "fw_catch.hpp"

#include <fairway/envelope/message_id.hpp>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_set>
#include <vector>

using fairway::id_generator;
using fairway::message_id;
using fairway::parse_id;

namespace {

constexpr std::int64_t ms = 1'000'000;
// The example of RFC 9562, appendix A.6: 2022-02-22 19:22:22 UTC.
constexpr std::int64_t example_ms = 0x017F22E279B0;

std::uint64_t milliseconds_of(message_id id) { return id.high >> 16; }
std::uint64_t fraction_of(message_id id) { return id.high & 0xfff; }

} // namespace

TEST_CASE("an id has version 7 and variant 10") {
    std::mt19937_64 random(1);
    for (int i = 0; i < 2000; ++i) {
        id_generator ids(random());
        auto const id = ids.next(static_cast<std::int64_t>(random() >> 2));
        CHECK((id.high >> 12 & 0xf) == 7);
        CHECK((id.low >> 62) == 2);
        std::string const text = to_string(id);
        CHECK(text[14] == '7');
        CHECK(std::string_view("89ab").find(text[19]) != std::string_view::npos);
    }
}

TEST_CASE("an id carries the milliseconds and a fraction of one") {
    id_generator ids(1);
    auto const at_start = ids.next(example_ms * ms);
    CHECK(milliseconds_of(at_start) == example_ms);
    CHECK(fraction_of(at_start) == 0);
    CHECK(to_string(at_start).substr(0, 18) == "017f22e2-79b0-7000");
    auto const in_the_middle = ids.next(example_ms * ms + ms / 2);
    CHECK(milliseconds_of(in_the_middle) == example_ms);
    CHECK(fraction_of(in_the_middle) == 2048);
    auto const at_the_end = ids.next(example_ms * ms + ms - 1);
    CHECK(milliseconds_of(at_the_end) == example_ms);
    CHECK(fraction_of(at_the_end) == 4095);
}

TEST_CASE("ids rise with the time, in value and as text") {
    id_generator ids(7);
    auto before = ids.next(example_ms * ms);
    for (int i = 1; i < 1000; ++i) {
        auto const id = ids.next(example_ms * ms + i * 300);
        CHECK(before < id);
        CHECK(to_string(before) < to_string(id));
        before = id;
    }
}

TEST_CASE("ids rise while the clock stands still, past the end of its millisecond") {
    id_generator ids(7);
    auto before = ids.next(example_ms * ms);
    for (int i = 1; i < 10'000; ++i) {
        auto const id = ids.next(example_ms * ms);
        REQUIRE(before < id);
        REQUIRE((id.high >> 12 & 0xf) == 7);
        before = id;
    }
    CHECK(milliseconds_of(before) == example_ms + 2);
    CHECK(fraction_of(before) == 9999 - 2 * 4096);
}

TEST_CASE("ids rise while the clock goes back, and follow it when it has caught up") {
    id_generator ids(7);
    auto before = ids.next(example_ms * ms);
    for (int i = 1; i < 1000; ++i) {
        auto const id = ids.next((example_ms - i) * ms);
        REQUIRE(before < id);
        before = id;
    }
    CHECK(milliseconds_of(before) == example_ms);
    auto const later = ids.next((example_ms + 1) * ms);
    CHECK(milliseconds_of(later) == example_ms + 1);
    CHECK(fraction_of(later) == 0);
}

TEST_CASE("a clock before 1970 counts as 1970") {
    id_generator ids(7);
    auto const first = ids.next(-5);
    auto const second = ids.next(0);
    CHECK(milliseconds_of(first) == 0);
    CHECK(first < second);
    CHECK(static_cast<bool>(first));
}

TEST_CASE("generators with different seeds make different ids at the same times") {
    id_generator a(1);
    id_generator b(2);
    for (int i = 0; i < 100; ++i) CHECK(a.next(example_ms * ms) != b.next(example_ms * ms));
}

TEST_CASE("threads share a generator without drawing an id twice") {
    id_generator ids(3);
    std::vector<std::vector<message_id>> drawn(4);
    std::vector<std::thread> threads;
    for (auto& mine : drawn)
        threads.emplace_back([&ids, &mine] {
            for (int i = 0; i < 5000; ++i) mine.push_back(ids.next(example_ms * ms));
        });
    for (auto& t : threads) t.join();
    std::unordered_set<message_id> all;
    for (auto const& mine : drawn) {
        for (std::size_t i = 1; i < mine.size(); ++i) REQUIRE(mine[i - 1] < mine[i]);
        all.insert(mine.begin(), mine.end());
    }
    CHECK(all.size() == 20'000U);
}

TEST_CASE("an id is written and read") {
    std::mt19937_64 random(5);
    for (int i = 0; i < 2000; ++i) {
        message_id const id{random(), random()};
        std::string const text = to_string(id);
        REQUIRE(text.size() == 36U);
        REQUIRE(parse_id(text) == id);
    }
    CHECK(fairway::to_string({0x0123456789abcdefULL, 0xfedcba9876543210ULL}) == "01234567-89ab-cdef-fedc-ba9876543210");
    CHECK(parse_id("01234567-89AB-cDeF-FEDC-ba9876543210") == message_id{0x0123456789abcdefULL, 0xfedcba9876543210ULL});
    CHECK(parse_id("00000000-0000-0000-0000-000000000000") == message_id{});
    CHECK_FALSE(static_cast<bool>(message_id{}));
    CHECK(static_cast<bool>(message_id{0, 1}));
    CHECK(static_cast<bool>(message_id{1, 0}));
}

TEST_CASE("what is no UUID is no id") {
    std::string const good = "018f0c5e-7a3b-7d1e-9c4f-0a1b2c3d4e5f";
    REQUIRE(parse_id(good));
    CHECK_FALSE(parse_id(""));
    CHECK_FALSE(parse_id(good + "0"));
    CHECK_FALSE(parse_id("{" + good.substr(1, 34) + "}"));
    CHECK_FALSE(parse_id("018f0c5e7a3b7d1e9c4f0a1b2c3d4e5f"));
    for (std::size_t n = 0; n < good.size(); ++n) CHECK_FALSE(parse_id(good.substr(0, n)));
    for (std::size_t at = 0; at < good.size(); ++at)
        for (int c = 0; c < 256; ++c) {
            std::string text = good;
            text[at] = static_cast<char>(c);
            bool const is_hyphen = good[at] == '-';
            bool const is_digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
            if (parse_id(text).has_value() != (is_hyphen ? c == '-' : is_digit))
                FAIL("character " << c << " at " << at);
        }
}
