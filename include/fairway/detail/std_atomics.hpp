// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_DETAIL_STD_ATOMICS_HPP
#define FAIRWAY_DETAIL_STD_ATOMICS_HPP

#include <atomic>

namespace fairway::detail {

// What code that threads share without a lock is written against, as a template parameter: a model checker takes its
// place in tests/model, so that what ships is what was checked.
struct std_atomics {
    template <class T>
    using atomic = std::atomic<T>;
    // Data that is not atomic and that one thread at a time uses; `use` gives access to more than assignment.
    template <class T>
    using plain = T;
    template <class T>
    static T& use(T& data) noexcept {
        return data;
    }
    static void fence(std::memory_order order) noexcept { std::atomic_thread_fence(order); }
};

} // namespace fairway::detail

#endif
