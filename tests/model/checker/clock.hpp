// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Vector clocks: what of each thread has happened before.
#ifndef FAIRWAY_TESTS_MODEL_CLOCK_HPP
#define FAIRWAY_TESTS_MODEL_CLOCK_HPP

#include <algorithm>
#include <array>
#include <cstdint>

namespace model {

// The main thread, which builds and ends the scene, and up to four others.
inline constexpr unsigned max_threads = 5;

struct clock {
    std::array<std::uint32_t, max_threads> at{};
    // The latest seq_cst fence that happened before, counted in their total order; 0 for none.
    std::uint32_t fence = 0;

    bool covers(unsigned thread, std::uint32_t epoch) const { return at[thread] >= epoch; }
    void join(clock const& other) {
        for (unsigned t = 0; t < max_threads; ++t)
            if (at[t] < other.at[t]) at[t] = other.at[t];
        fence = std::max(fence, other.fence);
    }
};

} // namespace model

#endif
