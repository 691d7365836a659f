// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_AMQP_HEARTBEATS_HPP
#define FAIRWAY_TRANSPORT_AMQP_HEARTBEATS_HPP

#include <fairway/env/clock.hpp>
#include <fairway/envelope/time.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace fairway::amqp_detail {

// When to say something, and when the other side is dead (AMQP 0-9-1, section 4.2.7; RabbitMQ, "Detecting Dead TCP
// Connections"): after half of the interval without output, and after two of them without input. Pure.
class heartbeats {
public:
    using time = env::steady_point;

    // What time has brought about.
    enum class verdict {
        nothing,
        write, // say something
        dead,  // nothing was heard for too long
    };

    // With the interval that was agreed upon; 0 for none.
    void start(std::uint16_t seconds, time now) noexcept {
        interval_ = std::chrono::seconds(seconds);
        heard_ = wrote_ = now;
    }
    void heard(time now) noexcept { heard_ = now; }
    void wrote(time now) noexcept { wrote_ = now; }

    // When `tick` is to be called; `time::max()` for never.
    time alarm() const noexcept {
        if (interval_ == duration::zero()) return time::max();
        return std::min(wrote_ + interval_ / 2, heard_ + 2 * interval_);
    }
    // After `write` it counts as done: where a write does not end, nothing can be said.
    verdict tick(time now) noexcept {
        if (interval_ == duration::zero()) return verdict::nothing;
        if (now >= heard_ + 2 * interval_) return verdict::dead;
        if (now < wrote_ + interval_ / 2) return verdict::nothing;
        wrote_ = now;
        return verdict::write;
    }

private:
    duration interval_{0};
    time heard_;
    time wrote_;
};

} // namespace fairway::amqp_detail

#endif
