// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What a bad network does to bytes that flow in one direction, decided without sockets and clocks.
#ifndef FAIRWAY_TESTS_TOOLS_FAULT_PROXY_FLOW_HPP
#define FAIRWAY_TESTS_TOOLS_FAULT_PROXY_FLOW_HPP

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>

namespace faults {

using duration = std::chrono::nanoseconds;
using time_point = std::chrono::time_point<std::chrono::steady_clock, duration>;

/// `up` goes from who connected to the target, `down` comes back.
enum class direction : unsigned { up, down };

constexpr direction opposite(direction d) { return d == direction::up ? direction::down : direction::up; }

/// What happens to the bytes of one direction; nothing by default.
struct flow_faults {
    /// Bytes arrive so much later, more or less by the jitter, in order.
    duration latency{0};
    duration jitter{0};
    /// Bytes a second; 0: as many as there are.
    std::uint64_t rate = 0;
    /// Each write takes from one to so many bytes, drawn anew; 0: all that there are.
    std::size_t split = 0;
    /// Nothing gets through for now, and nothing is lost: the sender's buffers fill.
    bool stall = false;
    /// Whatever comes disappears, the end of the connection too. No stream ever has a hole: a connection that has lost
    /// something is reset when this ends.
    bool drop = false;

    friend bool operator==(flow_faults const&, flow_faults const&) = default;
};

/// One direction of one connection. The same seed and the same calls give the same answers.
class flow {
public:
    explicit flow(std::uint64_t seed) : random_(seed) {}

    /// When bytes that arrive now may leave: never before earlier ones.
    time_point arrives(flow_faults const& f, time_point now) {
        auto delay = f.latency;
        if (f.jitter > duration(0)) {
            std::uniform_int_distribution<std::int64_t> off(-f.jitter.count(), f.jitter.count());
            delay += duration(off(random_));
        }
        last_ = std::max(last_, now + std::max(delay, duration(0)));
        return last_;
    }

    /// A write: how many bytes, and when.
    struct step {
        time_point at;
        std::size_t bytes;
    };

    /// The next write of `left` bytes, which may leave at `earliest`.
    step next(flow_faults const& f, time_point earliest, std::size_t left) {
        auto bytes = left;
        if (f.split > 0) {
            std::uniform_int_distribution<std::size_t> some(1, f.split);
            bytes = std::min(bytes, some(random_));
        }
        if (f.rate == 0) return {earliest, bytes};
        // Some of it every 20 ms, and not all of it each second.
        bytes = std::min(bytes, std::max<std::size_t>(1, static_cast<std::size_t>(f.rate / 50)));
        return {std::max(earliest, free_), bytes};
    }

    /// So many bytes were written now.
    void wrote(flow_faults const& f, std::size_t bytes, time_point now) {
        if (f.rate == 0) return;
        auto const seconds = static_cast<double>(bytes) / static_cast<double>(f.rate);
        free_ = std::max(free_, now) + std::chrono::duration_cast<duration>(std::chrono::duration<double>(seconds));
    }

private:
    std::mt19937_64 random_;
    time_point last_{duration(0)};
    time_point free_{duration(0)};
};

} // namespace faults

#endif
