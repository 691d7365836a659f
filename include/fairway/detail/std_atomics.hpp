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
};

} // namespace fairway::detail

#endif
