// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FTGO_AUDITOR_HPP
#define FTGO_AUDITOR_HPP

#include "contracts/order.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ftgo {

/// How far an order has come.
enum class progress : std::uint8_t { none, created, approved, rejected, cancelled, delivered };

/// The word for it.
std::string_view to_string(progress p);

/// Keeps its own books of all orders, from their events alone, and compares them with what customers were told.
class auditor {
public:
    void operator()(order_created const& e);
    void operator()(order_approved const& e);
    void operator()(order_rejected const& e);
    void operator()(order_cancelled const& e);
    void operator()(order_delivered const& e);

    /// What is wrong, one line each: orders without an end, with two, with events in the wrong order, or with another
    /// end than the one that their customer was told. `told[id]` is none where there is no such order.
    std::vector<std::string> check(std::vector<progress> const& told) const;

    /// How many orders have ended.
    std::uint64_t ended() const { return ended_; }
    /// What delivered orders cost.
    cents revenue() const { return revenue_; }
    /// Why orders were rejected or cancelled, and how many for each reason.
    std::map<std::string, std::uint64_t> const& reasons() const { return reasons_; }

private:
    bool step(order_id id, progress from, progress to);
    bool end(order_id id, progress from, progress to);

    std::vector<progress> orders_; // by id
    std::vector<std::string> disorder_;
    std::map<std::string, std::uint64_t> reasons_;
    std::uint64_t ended_ = 0;
    cents revenue_ = 0;
};

} // namespace ftgo

#endif
