// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTS_SIMULATION_NODES_HPP
#define FAIRWAY_TESTS_SIMULATION_NODES_HPP

#include "scenario.hpp"

#include <fairway/testing/sim/host.hpp>

#include <functional>
#include <string_view>

namespace workload {

// A node of the brokerless transport for a host, which listens, and knows where all hosts listen. `told` hears of each
// session that was lost, and whether that may happen: a rule of the protocol is never broken.
fairway::any_transport make_node(
    fairway::testing::host& h, scenario const& s, std::function<void(std::string_view what, bool allowed)> told);

} // namespace workload

#endif
