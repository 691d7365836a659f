// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FTGO_REPORT_HPP
#define FTGO_REPORT_HPP

#include "auditor.hpp"
#include "customer_log.hpp"
#include "notification.hpp"

#include <fairway/port/observer.hpp>

#include <chrono>
#include <iosfwd>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ftgo {

/// What each service has done, by its name; instances of one service have one entry each.
using ledgers = std::vector<std::pair<std::string, fairway::ledger>>;

/// Prints what the day has brought; with the times only where it is told how long the day took.
void report(std::ostream& out, ledgers const& all, customer_log const& log, auditor const& books,
    notification_service const& notifications, std::optional<std::chrono::nanoseconds> took);

} // namespace ftgo

#endif
