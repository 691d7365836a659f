// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_TURN_FLAG_HPP
#define FAIRWAY_ENV_TURN_FLAG_HPP

#include <fairway/detail/std_atomics.hpp>

#include <atomic>

namespace fairway::env {

/// Has something scheduled once, however many ask for it before it begins.
///
/// Who asks after a turn has begun gets another; who asked before it has begun is seen by it: what came before `ask`
/// happened before what comes after `begin`, with or without a lock.
template <class Atomics = fairway::detail::std_atomics>
class basic_turn_flag {
public:
    /// True where the caller must schedule a turn; false where one is scheduled that has not begun. Thread-safe.
    bool ask() noexcept { return !asked_.exchange(true, std::memory_order_release); }
    /// A turn begins. An exchange, since a mere store would not see what those did that asked in vain.
    void begin() noexcept { asked_.exchange(false, std::memory_order_acquire); }

private:
    typename Atomics::template atomic<bool> asked_{false};
};

/// The turn flag of threads.
using turn_flag = basic_turn_flag<>;

} // namespace fairway::env

#endif
