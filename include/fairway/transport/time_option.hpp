// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TIME_OPTION_HPP
#define FAIRWAY_TRANSPORT_TIME_OPTION_HPP

#include <fairway/envelope/time.hpp>
#include <fairway/error.hpp>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

namespace fairway::detail {

// A time in a URL's option: `500ms`, `2s`, `5min` or `1h`. Throws `errc::invalid_argument`, which names the option.
inline duration read_time_option(std::string_view name, std::string_view text) {
    std::uint32_t n = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    auto const unit = text.substr(static_cast<std::size_t>(end - text.data()));
    if (error == std::errc()) {
        if (unit == "ms") return std::chrono::milliseconds(n);
        if (unit == "s") return std::chrono::seconds(n);
        constexpr std::uint32_t most = 1'000'000; // so that nothing overflows
        if (unit == "min" && n <= most) return std::chrono::minutes(n);
        if (unit == "h" && n <= most) return std::chrono::hours(n);
    }
    fail(errc::invalid_argument, std::string(name) + ": write a time as 500ms, 2s, 5min or 1h");
}

// `d`, where it is within the bounds; else throws `errc::invalid_argument` with `rule`, which names the option.
inline duration within(duration d, duration least, duration most, char const* rule) {
    if (d < least || d > most) fail(errc::invalid_argument, rule);
    return d;
}

} // namespace fairway::detail

#endif
