// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FTGO_INSPECTION_HPP
#define FTGO_INSPECTION_HPP

#include "contracts/town_hall.hpp"
#include "customer_log.hpp"

#include <string>
#include <vector>

namespace ftgo {

/// Have all services heard of the end of all orders that the customers have made, and ended what these began?
bool is_quiet(std::vector<books> const& all, customer_log const& customers);

/// What does not add up, one line each.
std::vector<std::string> check(std::vector<books> const& all, customer_log const& customers);

} // namespace ftgo

#endif
