// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "auditor.hpp"

#include <algorithm>
#include <cstddef>

namespace ftgo {

std::string_view to_string(progress p) {
    switch (p) {
    case progress::none: return "unknown";
    case progress::created: return "created";
    case progress::approved: return "approved";
    case progress::rejected: return "rejected";
    case progress::cancelled: return "cancelled";
    case progress::delivered: return "delivered";
    }
    return "?";
}

void auditor::operator()(order_created const& e) { step(e.id, progress::none, progress::created); }

void auditor::operator()(order_approved const& e) { step(e.id, progress::created, progress::approved); }

void auditor::operator()(order_rejected const& e) {
    if (end(e.id, progress::created, progress::rejected)) ++seen_.reasons[e.reason];
}

void auditor::operator()(order_cancelled const& e) {
    if (end(e.id, progress::approved, progress::cancelled)) ++seen_.reasons[e.reason];
}

void auditor::operator()(order_delivered const& e) {
    if (end(e.id, progress::approved, progress::delivered)) seen_.revenue += e.total;
}

bool auditor::step(order_id id, progress from, progress to) {
    if (id >= seen_.orders.size()) seen_.orders.resize(id + 1);
    auto& now = seen_.orders[id];
    if (now != from) {
        seen_.disorder.push_back("order " + std::to_string(id) + ": " + std::string(to_string(to)) + " after it was " +
                                 std::string(to_string(now)));
        return false;
    }
    now = to;
    return true;
}

bool auditor::end(order_id id, progress from, progress to) {
    if (!step(id, from, to)) return false;
    ++seen_.ended;
    return true;
}

std::vector<std::string> check(audit const& seen, std::vector<progress> const& told) {
    auto wrong = seen.disorder;
    for (order_id id = 0; id < std::max(told.size(), seen.orders.size()); ++id) {
        auto const events = id < seen.orders.size() ? seen.orders[id] : progress::none;
        auto const reply = id < told.size() ? told[id] : progress::none;
        if (events == reply) continue;
        wrong.push_back("order " + std::to_string(id) + ": its customer was told that it is " +
                        std::string(to_string(reply)) + ", by its events it is " + std::string(to_string(events)));
    }
    return wrong;
}

} // namespace ftgo
