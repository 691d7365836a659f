// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FTGO_REPORT_HPP
#define FTGO_REPORT_HPP

#include "contracts/town_hall.hpp"
#include "customer_log.hpp"

#include <chrono>
#include <iosfwd>
#include <optional>
#include <vector>

namespace ftgo {

/// Prints what the day has brought, from the books of all services, where instances of one service have one each; with
/// the times only where it is told how long the day took.
void report(std::ostream& out, std::vector<books> const& all, customer_log const& log,
    std::optional<std::chrono::nanoseconds> took);

/// Prints what does not add up, on the standard error, or that all does. Returns how the program ends, see its help.
int verdict(std::vector<books> const& all, customer_log const& log);

} // namespace ftgo

#endif
