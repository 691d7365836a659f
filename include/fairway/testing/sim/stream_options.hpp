// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_SIM_STREAM_OPTIONS_HPP
#define FAIRWAY_TESTING_SIM_STREAM_OPTIONS_HPP

#include <fairway/envelope/time.hpp>
#include <fairway/error.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace fairway::testing {

/// How simulated streams behave: `stream_options(seed).latency(1ms, 20ms).room(4096)`.
class stream_options {
public:
    /// 100 us to 5 ms, 64 KiB in each direction, one read and write in three is cut short. The same seed gives the same
    /// run, with every compiler.
    explicit stream_options(std::uint64_t seed = 1) noexcept : seed_(seed) {}

    /// Where all choices start.
    stream_options& seed(std::uint64_t n) {
        seed_ = n;
        return *this;
    }
    /// How long what is written takes, each time anew; what is written to one stream stays in order.
    stream_options& latency(duration least, duration most) {
        if (least < duration::zero() || most < least)
            fairway::detail::fail(errc::invalid_argument, "latency: 0 <= least <= most");
        least_ = least;
        most_ = most;
        return *this;
    }
    /// How many bytes a direction holds that are written and not read; more make the writer wait.
    stream_options& room(std::size_t bytes) {
        if (bytes == 0) fairway::detail::fail(errc::invalid_argument, "room is at least 1");
        room_ = bytes;
        return *this;
    }
    /// One in how many reads and writes ends at any byte, instead of taking all it can; 1 for each, 0 for none.
    stream_options& short_ones(std::uint64_t one_in) {
        short_ones_ = one_in;
        return *this;
    }
    /// How many connections wait to be accepted; more are refused.
    stream_options& backlog(std::size_t n) {
        backlog_ = n;
        return *this;
    }

    /// Where all choices start.
    std::uint64_t seed() const noexcept { return seed_; }
    /// The shortest latency.
    duration least_latency() const noexcept { return least_; }
    /// The longest latency.
    duration most_latency() const noexcept { return most_; }
    /// The bytes that a direction holds.
    std::size_t room() const noexcept { return room_; }
    /// One in how many reads and writes is cut short.
    std::uint64_t short_ones() const noexcept { return short_ones_; }
    /// How many connections wait to be accepted.
    std::size_t backlog() const noexcept { return backlog_; }

private:
    std::uint64_t seed_;
    duration least_ = std::chrono::microseconds(100);
    duration most_ = std::chrono::milliseconds(5);
    std::size_t room_ = std::size_t{64} * 1024;
    std::uint64_t short_ones_ = 3;
    std::size_t backlog_ = 128;
};

/// What ends when a host crashes.
enum class crash_kind {
    process, ///< its program: the system closes, or resets, its connections, and refuses new ones
    machine, ///< all of it: it falls silent, until it is back; then what still comes for old connections is answered
             ///< by a reset
    either,  ///< one of them, by the seed's choice
};

} // namespace fairway::testing

#endif
