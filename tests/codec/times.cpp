// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"
#include "helpers.hpp"

#include <chrono>
#include <limits>
#include <ratio>

using namespace codec_tests;
using namespace std::chrono;
using fairway::from_json_text;

namespace {

template <class Duration>
using time_in = sys_time<Duration>;

template <class Duration>
sys_time<Duration> read_time(std::string const& text) {
    return from_json_text<sys_time<Duration>>('"' + text + '"');
}

template <class T>
bool refused(std::string const& text) {
    return !read_error<T>('"' + text + '"').empty();
}

constexpr auto noon = sys_days{2026y / November / 23} + 12h;

} // namespace

TEST_CASE("times are written in UTC, as finely as they are counted", "[codec][json]") {
    CHECK(text_of(time_in<seconds>(noon)) == R"("2026-11-23T12:00:00Z")");
    CHECK(text_of(time_in<milliseconds>(noon + 5ms)) == R"("2026-11-23T12:00:00.005Z")");
    CHECK(text_of(time_in<microseconds>(noon + 5us)) == R"("2026-11-23T12:00:00.000005Z")");
    CHECK(text_of(time_in<nanoseconds>(noon - 1ns)) == R"("2026-11-23T11:59:59.999999999Z")");
    CHECK(text_of(floor<duration<std::int64_t, std::ratio<1, 4>>>(noon + 250ms)) == R"("2026-11-23T12:00:00.25Z")");
    CHECK(text_of(time_in<minutes>(noon + 1min)) == R"("2026-11-23T12:01:00Z")");
    CHECK(text_of(sys_days{1969y / December / 31}) == R"("1969-12-31T00:00:00Z")");
    CHECK(text_of(time_in<milliseconds>(-1ms)) == R"("1969-12-31T23:59:59.999Z")");
    CHECK(text_of(system_clock::time_point{}) == R"("1970-01-01T00:00:00.000000000Z")");
    CHECK(text_of(time_in<seconds>(sys_days{0000y / January / 1})) == R"("0000-01-01T00:00:00Z")");
    CHECK(text_of(time_in<seconds>(sys_days{9999y / December / 31} + 86399s)) == R"("9999-12-31T23:59:59Z")");
}

TEST_CASE("times beyond the years of RFC 3339 are not written", "[codec][json]") {
    std::string const text = "the message: expected a time in the years 0 to 9999, found another";
    CHECK(write_error(time_in<seconds>(sys_days{9999y / December / 31} + 86400s)) == text);
    CHECK(write_error(time_in<milliseconds>(sys_days{0000y / January / 1} - 1ms)) == text);
    CHECK(write_error(time_in<seconds>::max()) == text);
    CHECK(write_error(time_in<hours>::max()) == text);
    CHECK(write_error(time_in<duration<std::int64_t, std::ratio<3600>>>::min()) == text);
}

TEST_CASE("times are read with any offset", "[codec][json]") {
    CHECK(read_time<seconds>("2026-11-23T12:00:00Z") == noon);
    CHECK(read_time<seconds>("2026-11-23t12:00:00z") == noon);
    CHECK(read_time<seconds>("2026-11-23T13:00:00+01:00") == noon);
    CHECK(read_time<seconds>("2026-11-23T06:30:00-05:30") == noon);
    CHECK(read_time<seconds>("2026-11-24T00:30:00+12:30") == noon);
    CHECK(read_time<seconds>("2026-11-23T12:00:00-00:00") == noon);
}

TEST_CASE("fractions finer than the clock are dropped", "[codec][json]") {
    CHECK(read_time<milliseconds>("2026-11-23T12:00:00.5Z") == noon + 500ms);
    CHECK(read_time<milliseconds>("2026-11-23T12:00:00.123999Z") == noon + 123ms);
    CHECK(read_time<nanoseconds>("2026-11-23T12:00:00.1234567899Z") == noon + 123456789ns);
    CHECK(read_time<seconds>("2026-11-23T12:00:00.999999999999999999999999Z") == noon);
    CHECK(read_time<minutes>("2026-11-23T12:00:59.9Z") == noon);
    CHECK(read_time<days>("1969-12-31T23:59:59Z") == sys_days{1969y / December / 31}); // towards the past
    CHECK(read_time<milliseconds>("1969-12-31T23:59:59.9999Z") == time_in<milliseconds>(-1ms));
}

TEST_CASE("a leap second is the start of the next day", "[codec][json]") {
    CHECK(read_time<milliseconds>("2016-12-31T23:59:60.5Z") == sys_days{2017y / January / 1});
    CHECK(read_time<seconds>("2017-01-01T00:59:60+01:00") == sys_days{2017y / January / 1});
    CHECK(refused<time_in<seconds>>("2016-12-31T23:58:60Z"));
    CHECK(refused<time_in<seconds>>("2016-12-31T23:59:61Z"));
}

TEST_CASE("what is no time is an error", "[codec][json]") {
    for (auto const* text : {"", "2026-11-23", "2026-11-23T12:00Z", "2026-11-23T12:00:00", "2026-11-23 12:00:00Z",
             "2026-02-29T12:00:00Z", "2026-13-01T12:00:00Z", "2026-00-01T12:00:00Z", "2026-11-31T12:00:00Z",
             "2026-11-23T24:00:00Z", "2026-11-23T12:60:00Z", "2026-11-23T12:00:00.Z", "2026-11-23T12:00:00+1:00",
             "2026-11-23T12:00:00+24:00", "2026-11-23T12:00:00+01:60", "2026-11-23T12:00:00+0100",
             "2026-11-23T12:00:00Zx", "226-11-23T12:00:00Z", "-026-11-23T12:00:00Z", "10000-01-01T00:00:00Z",
             " 2026-11-23T12:00:00Z", "2026-1-23T12:00:00Z", "2026-11-23T12:00:00,5Z"}) {
        INFO(text);
        CHECK(refused<time_in<seconds>>(text));
    }
    CHECK(read_error<time_in<seconds>>("17") ==
          "the body: expected a time such as 2026-11-23T08:15:00Z, found 17 (byte 0)");
    CHECK(read_error<time_in<seconds>>(R"("soon")") ==
          "the body: expected a time such as 2026-11-23T08:15:00Z, found another string (byte 0)");
}

TEST_CASE("times that the clock cannot hold are errors", "[codec][json]") {
    CHECK(survives(time_in<nanoseconds>::max()));
    CHECK(survives(time_in<nanoseconds>::min()));
    CHECK(read_time<nanoseconds>("2262-04-11T23:47:16.854775807Z") == time_in<nanoseconds>::max());
    CHECK(read_time<nanoseconds>("1677-09-21T00:12:43.145224192Z") == time_in<nanoseconds>::min());
    CHECK(refused<time_in<nanoseconds>>("2262-04-11T23:47:16.854775808Z"));
    CHECK(refused<time_in<nanoseconds>>("1677-09-21T00:12:43.145224191Z"));
    CHECK(refused<time_in<nanoseconds>>("9999-12-31T23:59:59Z"));
    CHECK(refused<time_in<nanoseconds>>("0000-01-01T00:00:00Z"));
    CHECK(refused<time_in<duration<std::int32_t>>>("2038-01-19T03:14:08Z"));
    CHECK_FALSE(refused<time_in<duration<std::int32_t>>>("2038-01-19T03:14:07Z"));
    CHECK(survives(time_in<microseconds>(sys_days{0000y / January / 1})));
}

TEST_CASE("times that cannot be written again are errors", "[codec][json]") {
    CHECK(survives(read_time<seconds>("0000-01-01T00:00:00Z")));
    CHECK(survives(read_time<seconds>("9999-12-31T23:59:59Z")));
    CHECK(survives(read_time<seconds>("9999-12-31T23:59:59+00:01")));
    CHECK(refused<time_in<seconds>>("0000-01-01T00:00:00+00:01"));
    CHECK(refused<time_in<seconds>>("9999-12-31T23:59:59-00:01"));
    CHECK(refused<time_in<seconds>>("9999-12-31T23:59:60Z"));
    CHECK(refused<time_in<milliseconds>>("9999-12-31T23:59:60.5Z"));
    CHECK(refused<time_in<weeks>>("0000-01-01T00:00:00Z")); // the week began in the year before
}

TEST_CASE("random times survive", "[codec][json]") {
    dice random(3);
    std::size_t mistakes = 0;
    for (int i = 0; i < 20'000; ++i) {
        auto const ticks = static_cast<std::int64_t>(random.next()) >> random.roll(40);
        auto const fine = time_in<nanoseconds>(nanoseconds(ticks));
        mistakes += from_json_text<time_in<nanoseconds>>(text_of(fine)) != fine;
        mistakes += from_json_text<time_in<seconds>>(text_of(fine)) != floor<seconds>(fine);
        auto const coarse = floor<days>(fine);
        mistakes += from_json_text<year_month_day>(text_of(year_month_day(coarse))) != year_month_day(coarse);
    }
    CHECK(mistakes == 0);
}

TEST_CASE("dates are written as dates", "[codec][json]") {
    CHECK(text_of(2026y / November / 23) == R"("2026-11-23")");
    CHECK(from_json_text<year_month_day>(R"("2024-02-29")") == 2024y / February / 29);
    for (auto const* text : {"2026-02-29", "2026-11-23T00:00:00Z", "2026-11-2", "", "20261123"})
        CHECK(refused<year_month_day>(text));
    CHECK(write_error(2026y / February / 30) == "the message: expected a date in the years 0 to 9999, found another");
    CHECK(write_error(year_month_day(year(10000), January, day(1))).empty() == false);
    CHECK(read_error<year_month_day>("{}") == "the body: expected a date such as 2026-11-23, found an object (byte 0)");
}

TEST_CASE("durations are written with their unit", "[codec][json]") {
    CHECK(text_of(250ms) == R"("250ms")");
    CHECK(text_of(-3s) == R"("-3s")");
    CHECK(text_of(0ns) == R"("0ns")");
    CHECK(text_of(7us) == R"("7us")");
    CHECK(text_of(90min) == R"("90min")");
    CHECK(text_of(24h) == R"("24h")");
    CHECK(text_of(days(2)) == R"("2d")");
    CHECK(survives(nanoseconds::max()));
    CHECK(survives(nanoseconds::min()));
}

TEST_CASE("durations are read in any unit that fits exactly", "[codec][json]") {
    CHECK(from_json_text<milliseconds>(R"("2s")") == 2s);
    CHECK(from_json_text<milliseconds>(R"("2000us")") == 2ms);
    CHECK(from_json_text<seconds>(R"("1d")") == 24h);
    CHECK(from_json_text<hours>(R"("120min")") == 2h);
    CHECK(from_json_text<days>(R"("-48h")") == days(-2));
    CHECK(from_json_text<nanoseconds>(R"("1h")") == 1h);
    CHECK(from_json_text<minutes>(R"("0ns")") == 0min);
    for (auto const* text : {"1500us", "1ns", "", "ms", "1.5s", "5", "5 ms", " 5ms", "5ms ", "05ms", "-05ms", "-0ms",
             "+5ms", "5MS", "5m", "5sec", "9223372036854775807s", "9223372036854775808ms", "1e3ms", "P1D"}) {
        INFO(text);
        CHECK(refused<milliseconds>(text));
    }
    CHECK(refused<duration<std::int8_t>>("128s"));
    CHECK(refused<duration<unsigned>>("-1s"));
    CHECK(read_error<milliseconds>("250") == "the body: expected a whole number of ms, found 250 (byte 0)");
}
