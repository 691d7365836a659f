// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Times, dates and durations as text.
#ifndef FAIRWAY_CODEC_TIME_TEXT_HPP
#define FAIRWAY_CODEC_TIME_TEXT_HPP

#include <fairway/codec/json_scan.hpp>

#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <ratio>
#include <string_view>
#include <system_error>
#include <utility>

namespace fairway::detail {

inline char* write_digits(char* out, std::int64_t value, int width) noexcept {
    for (int i = width - 1; i >= 0; --i, value /= 10) out[i] = static_cast<char>('0' + value % 10);
    return out + width;
}

// A cursor over text with digits in fixed places.
struct digit_reader {
    char const* p;
    char const* end;

    bool digits(int width, int& out) noexcept {
        out = 0;
        for (; width > 0; --width, ++p) {
            if (p == end || !is_digit(*p)) return false;
            out = out * 10 + (*p - '0');
        }
        return true;
    }
    bool skip(char c) noexcept {
        if (p == end || *p != c) return false;
        ++p;
        return true;
    }
};

// ---- dates: "2026-11-23"; years 0000 to 9999, as in RFC 3339

inline bool can_write(std::chrono::year_month_day date) noexcept {
    return date.ok() && static_cast<int>(date.year()) >= 0 && static_cast<int>(date.year()) <= 9999;
}

inline char* write_date(char* out, std::chrono::year_month_day date) noexcept {
    out = write_digits(out, static_cast<int>(date.year()), 4);
    *out++ = '-';
    out = write_digits(out, static_cast<unsigned>(date.month()), 2);
    *out++ = '-';
    return write_digits(out, static_cast<unsigned>(date.day()), 2);
}

inline bool read_date(digit_reader& in, std::chrono::year_month_day& out) noexcept {
    int year = 0;
    int month = 0;
    int day = 0;
    if (!in.digits(4, year) || !in.skip('-') || !in.digits(2, month) || !in.skip('-') || !in.digits(2, day))
        return false;
    out = std::chrono::year(year) / month / day;
    return out.ok();
}

// ---- times: RFC 3339 in UTC, "2026-11-23T08:15:00.250Z"

// Seconds since 1970 and the fraction of a second behind them.
struct split_time {
    std::int64_t seconds;
    std::int64_t nanoseconds;
};

// How many digits behind the point a tick of this length needs; -1 if nine are not enough.
template <class Period>
consteval int fraction_digits() {
    if (Period::num != 1 && Period::den != 1) return -1;
    std::intmax_t scale = 1;
    for (int digits = 0; digits <= 9; ++digits, scale *= 10)
        if (scale % Period::den == 0) return digits;
    return -1;
}

inline bool can_write(split_time time) noexcept {
    constexpr std::int64_t first = -62167219200; // 0000-01-01
    constexpr std::int64_t last = 253402300799;  // 9999-12-31T23:59:59
    return time.seconds >= first && time.seconds <= last;
}

// Writes up to 30 characters.
inline char* write_time(char* out, split_time time, int digits) noexcept {
    auto const since = std::chrono::sys_seconds(std::chrono::seconds(time.seconds));
    auto const day = std::chrono::floor<std::chrono::days>(since);
    auto const second = (since - day).count();
    out = write_date(out, day);
    *out++ = 'T';
    out = write_digits(out, second / 3600, 2);
    *out++ = ':';
    out = write_digits(out, second / 60 % 60, 2);
    *out++ = ':';
    out = write_digits(out, second % 60, 2);
    if (digits > 0) {
        *out++ = '.';
        std::int64_t fraction = time.nanoseconds;
        for (int i = digits; i < 9; ++i) fraction /= 10;
        out = write_digits(out, fraction, digits);
    }
    *out++ = 'Z';
    return out;
}

// Reads any offset and any number of fraction digits; what is finer than a nanosecond is dropped. A leap second,
// 23:59:60 in UTC, is the start of the next day, as it is for system clocks.
inline bool read_time(std::string_view text, split_time& out) noexcept {
    digit_reader in{text.data(), text.data() + text.size()};
    std::chrono::year_month_day date;
    int hour = 0;
    int minute = 0;
    int second = 0;
    if (!read_date(in, date) || !(in.skip('T') || in.skip('t'))) return false;
    if (!in.digits(2, hour) || !in.skip(':') || !in.digits(2, minute) || !in.skip(':') || !in.digits(2, second))
        return false;
    if (hour > 23 || minute > 59 || second > 60) return false;
    out.nanoseconds = 0;
    if (in.skip('.')) {
        std::int64_t unit = 100'000'000;
        if (in.p == in.end || !is_digit(*in.p)) return false;
        for (; in.p != in.end && is_digit(*in.p); ++in.p, unit /= 10) out.nanoseconds += unit * (*in.p - '0');
    }
    int offset = 0;
    if (!in.skip('Z') && !in.skip('z')) {
        bool const west = in.skip('-');
        int hours = 0;
        int minutes = 0;
        if (!west && !in.skip('+')) return false;
        if (!in.digits(2, hours) || !in.skip(':') || !in.digits(2, minutes) || hours > 23 || minutes > 59) return false;
        offset = (west ? -1 : 1) * (hours * 60 + minutes);
    }
    if (in.p != in.end) return false;
    std::int64_t const minutes =
        std::int64_t{std::chrono::sys_days(date).time_since_epoch().count()} * 1440 + hour * 60 + minute - offset;
    if (second == 60) {
        if ((minutes % 1440 + 1440) % 1440 != 1439) return false;
        out.nanoseconds = 0;
    }
    out.seconds = minutes * 60 + second;
    return true;
}

template <class Duration>
constexpr split_time split(Duration since_1970) noexcept {
    if constexpr (std::ratio_greater_equal_v<typename Duration::period, std::ratio<1>>) {
        std::int64_t seconds = 0;
        if (__builtin_mul_overflow(since_1970.count(), Duration::period::num, &seconds))
            seconds = std::numeric_limits<std::int64_t>::max(); // which can_write refuses
        return {seconds, 0};
    } else {
        constexpr std::int64_t per_second = Duration::period::den / Duration::period::num;
        auto const ticks = std::int64_t{since_1970.count()};
        std::int64_t const rest = (ticks % per_second + per_second) % per_second;
        // Not (ticks - rest) / per_second: that overflows for the lowest ticks.
        return {ticks / per_second - (ticks % per_second < 0), rest * (1'000'000'000 / per_second)};
    }
}

// Rounds towards the past; false if Duration cannot hold it.
template <class Duration>
constexpr bool join(split_time time, Duration& out) noexcept {
    using rep = typename Duration::rep;
    std::int64_t ticks = 0;
    if constexpr (std::ratio_greater_equal_v<typename Duration::period, std::ratio<1>>) {
        constexpr std::int64_t length = Duration::period::num;
        ticks = time.seconds / length - (time.seconds % length < 0);
    } else {
        constexpr std::int64_t per_second = Duration::period::den / Duration::period::num;
        // Away from zero first, so that the lowest representable time does not overflow half way.
        bool const before = time.seconds < 0;
        std::int64_t const fraction = time.nanoseconds / (1'000'000'000 / per_second) - (before ? per_second : 0);
        if (__builtin_mul_overflow(time.seconds + before, per_second, &ticks)) return false;
        if (__builtin_add_overflow(ticks, fraction, &ticks)) return false;
    }
    if (!std::in_range<rep>(ticks)) return false;
    out = Duration(static_cast<rep>(ticks));
    return true;
}

// ---- durations: a count with its unit, "250ms"

struct duration_unit {
    std::string_view name;
    std::int64_t num; // seconds, as a fraction
    std::int64_t den;
};

inline constexpr duration_unit duration_units[] = {{"ns", 1, 1'000'000'000}, {"us", 1, 1'000'000}, {"ms", 1, 1'000},
    {"s", 1, 1}, {"min", 60, 1}, {"h", 3600, 1}, {"d", 86400, 1}};

// The name of the unit whose length is one tick; empty if there is none.
template <class Period>
consteval std::string_view unit_name() {
    for (auto const& unit : duration_units)
        if (unit.num == Period::num && unit.den == Period::den) return unit.name;
    return {};
}

// Reads a duration in ticks of num/den seconds; false if it is none, or not a whole number of ticks.
inline bool read_duration(std::string_view text, std::int64_t num, std::int64_t den, std::int64_t& ticks) noexcept {
    std::int64_t count = 0;
    char const* const end = text.data() + text.size();
    auto const [unit_begin, error] = std::from_chars(text.data(), end, count);
    std::string_view const digits(text.data(), static_cast<std::size_t>(unit_begin - text.data()));
    bool const padded = digits.size() > 1 && (digits.starts_with('0') || digits.starts_with("-0"));
    if (error != std::errc() || padded) return false;
    std::string_view const name(unit_begin, static_cast<std::size_t>(end - unit_begin));
    for (auto const& unit : duration_units) {
        if (unit.name != name) continue;
        // One of the two quotients is a whole number for any two of the units.
        std::int64_t const up = unit.num * den;
        std::int64_t const down = unit.den * num;
        if (up >= down) return up % down == 0 && !__builtin_mul_overflow(count, up / down, &ticks);
        ticks = count / (down / up);
        return count % (down / up) == 0;
    }
    return false;
}

} // namespace fairway::detail

#endif
