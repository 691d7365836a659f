// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Small programs of atomic operations, and what they may do by the definitions of C++20 alone.
#ifndef FAIRWAY_TESTS_MODEL_PROGRAM_HPP
#define FAIRWAY_TESTS_MODEL_PROGRAM_HPP

#include "model.hpp"

#include <atomic>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace program {

enum class kind : std::uint8_t { load, store, exchange, compare, fence };

struct step {
    kind what = kind::load;
    unsigned at = 0;  // which variable
    int expected = 0; // of `compare`
    std::memory_order order = std::memory_order_relaxed;
    std::memory_order failure = std::memory_order_relaxed;
};

// Threads of steps; what a step writes is its own number, counted from 1 over all threads. Variables begin with 0.
struct threads_of {
    unsigned variables = 2;
    std::vector<std::vector<step>> threads;
};

std::string text(threads_of const&);
threads_of random(std::uint32_t seed);

// Each outcome is what all steps read, and what the variables hold in the end.
std::set<std::string> by_definition(threads_of const&);
model::result by_checker(threads_of const&, model::options const&);

} // namespace program

#endif
