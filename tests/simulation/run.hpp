// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTS_SIMULATION_RUN_HPP
#define FAIRWAY_TESTS_SIMULATION_RUN_HPP

#include "oracle.hpp"

#include <cstdint>
#include <optional>

namespace workload {

struct result {
    std::optional<violation> found{};
    std::uint64_t hash = 0;
    std::uint64_t steps = 0;
    std::size_t messages = 0;
};

// Runs the scenario of a seed, with `only` one of that kind; with `trace` tells everything on standard error.
result run(std::uint64_t seed, bool trace, std::optional<carrier> only);

} // namespace workload

#endif
