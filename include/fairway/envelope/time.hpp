// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENVELOPE_TIME_HPP
#define FAIRWAY_ENVELOPE_TIME_HPP

#include <chrono>
#include <cstdint>

namespace fairway {

/// How long: whole nanoseconds, from any `std::chrono` duration.
using duration = std::chrono::nanoseconds;

/// A point of calendar time (UTC).
using time_point = std::chrono::time_point<std::chrono::system_clock, duration>;

/// The time point that stands for "never" and "not set".
inline constexpr time_point no_time{};

namespace detail {
// Adds without overflow: a time to live of duration::max() means "for ever".
template <class Clock>
constexpr std::chrono::time_point<Clock, duration> saturating_add(
    std::chrono::time_point<Clock, duration> t, duration d) noexcept {
    using point = std::chrono::time_point<Clock, duration>;
    return d > point::max() - t ? point::max() : t + d;
}
} // namespace detail

} // namespace fairway

#endif
