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
    if (d >= duration::zero()) return t > point::max() - d ? point::max() : t + d;
    return t < point::min() - d ? point::min() : t + d;
}

// How long from `from` to `to`, without overflow.
constexpr duration saturating_distance(time_point from, time_point to) noexcept {
    duration::rep const a = from.time_since_epoch().count();
    duration::rep const b = to.time_since_epoch().count();
    duration::rep ticks = 0;
    if (__builtin_sub_overflow(b, a, &ticks)) return to > from ? duration::max() : duration::min();
    return duration(ticks);
}
} // namespace detail

} // namespace fairway

#endif
