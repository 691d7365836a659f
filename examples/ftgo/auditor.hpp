// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FTGO_AUDITOR_HPP
#define FTGO_AUDITOR_HPP

#include "contracts/order.hpp"
#include "contracts/town_hall.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace ftgo {

/// The word for it.
std::string_view to_string(progress p);

/// Keeps its own books of all orders, from their events alone.
class auditor {
public:
    void operator()(order_created const& e);
    void operator()(order_approved const& e);
    void operator()(order_rejected const& e);
    void operator()(order_cancelled const& e);
    void operator()(order_delivered const& e);

    /// What it has seen so far.
    audit const& seen() const { return seen_; }

private:
    bool step(order_id id, progress from, progress to);
    bool end(order_id id, progress from, progress to);

    audit seen_;
};

/// What is wrong, one line each: orders without an end, with two, with events in the wrong order, or with another end
/// than the one that their customer was told. `told[id]` is none where there is no such order.
std::vector<std::string> check(audit const& seen, std::vector<progress> const& told);

} // namespace ftgo

#endif
