// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_PARKING_FLAG_HPP
#define FAIRWAY_ENV_PARKING_FLAG_HPP

#include <fairway/detail/std_atomics.hpp>

#include <atomic>

namespace fairway::env {

/// Lets producers wake their one consumer only when it is parked; they pay a fence and a load when it is not.
///
/// The consumer, when it found nothing: `begin_park`, then looks once more; if there still is nothing it parks, else it
/// calls `end_park` and goes on. A producer puts its message in, then wakes the consumer if `should_wake`. Either the
/// second look finds the message or the producer sees the flag, since each stores, fences and loads (Dekker's way; the
/// fences are seq_cst, so the queue itself needs no more than release and acquire). Each parking is ended by one
/// producer only; the wake-up itself, of whatever kind, must happen before what the consumer does next.
template <class Atomics = fairway::detail::std_atomics>
class basic_parking_flag {
public:
    /// The consumer is about to park: it must look once more before it does.
    void begin_park() noexcept {
        parked_.store(true, std::memory_order_relaxed);
        Atomics::fence(std::memory_order_seq_cst);
    }
    /// The consumer does not park. False where a producer has seen it parked: a wake-up is on its way, for nothing.
    bool end_park() noexcept { return parked_.exchange(false, std::memory_order_relaxed); }
    /// For a producer that has put something in: true where it must wake the consumer, which nobody else will.
    bool should_wake() noexcept {
        Atomics::fence(std::memory_order_seq_cst);
        return parked_.load(std::memory_order_relaxed) && parked_.exchange(false, std::memory_order_relaxed);
    }

private:
    typename Atomics::template atomic<bool> parked_{false};
};

/// The parking flag of threads.
using parking_flag = basic_parking_flag<>;

} // namespace fairway::env

#endif
