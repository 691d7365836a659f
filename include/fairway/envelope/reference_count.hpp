// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENVELOPE_REFERENCE_COUNT_HPP
#define FAIRWAY_ENVELOPE_REFERENCE_COUNT_HPP

#include <fairway/detail/std_atomics.hpp>

#include <atomic>
#include <cstdint>

namespace fairway::detail {

// How many owners something has; begins with one.
template <class Atomics = std_atomics>
class reference_count {
public:
    // One more; only an owner may say so.
    void add() noexcept { count_.fetch_add(1, std::memory_order_relaxed); }
    // One less: true for the last, who must end what was owned; all others are done with it then.
    bool drop() noexcept {
        // The last owner needs no atomic write: nobody else can see the count.
        return count_.load(std::memory_order_acquire) == 1 || count_.fetch_sub(1, std::memory_order_acq_rel) == 1;
    }

private:
    typename Atomics::template atomic<std::uint32_t> count_{1};
};

} // namespace fairway::detail

#endif
