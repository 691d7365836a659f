// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTS_AMQP_ALLOCATIONS_HPP
#define FAIRWAY_TESTS_AMQP_ALLOCATIONS_HPP

#include <cstddef>

// What this program has allocated by `new`.
struct allocations {
    std::size_t count = 0;
    std::size_t largest = 0; // in bytes
};
// Since the last call.
allocations take_allocations() noexcept;

#endif
