// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FTGO_CUSTOMER_LOG_HPP
#define FTGO_CUSTOMER_LOG_HPP

#include "auditor.hpp"

#include <chrono>
#include <cstdint>
#include <vector>

namespace ftgo {

/// What customers remember of the day.
struct customer_log {
    /// What each customer was told at the end, by line; none where the line was no order.
    std::vector<progress> told;
    /// How long each order took; as many as there were orders.
    std::vector<std::chrono::nanoseconds> times;
    /// How many lines were no orders.
    std::uint64_t bad_lines = 0;
};

} // namespace ftgo

#endif
