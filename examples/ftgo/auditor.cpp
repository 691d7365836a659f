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
    if (end(e.id, progress::created, progress::rejected)) ++reasons_[e.reason];
}

void auditor::operator()(order_cancelled const& e) {
    if (end(e.id, progress::approved, progress::cancelled)) ++reasons_[e.reason];
}

void auditor::operator()(order_delivered const& e) {
    if (end(e.id, progress::approved, progress::delivered)) revenue_ += e.total;
}

bool auditor::step(order_id id, progress from, progress to) {
    if (id >= orders_.size()) orders_.resize(std::max<std::size_t>(id + 1, orders_.size() * 2));
    auto& now = orders_[id];
    if (now != from) {
        disorder_.push_back("order " + std::to_string(id) + ": " + std::string(to_string(to)) + " after it was " +
                            std::string(to_string(now)));
        return false;
    }
    now = to;
    return true;
}

bool auditor::end(order_id id, progress from, progress to) {
    if (!step(id, from, to)) return false;
    ++ended_;
    return true;
}

std::vector<std::string> auditor::check(std::vector<progress> const& told) const {
    auto wrong = disorder_;
    for (order_id id = 0; id < std::max(told.size(), orders_.size()); ++id) {
        auto const events = id < orders_.size() ? orders_[id] : progress::none;
        auto const reply = id < told.size() ? told[id] : progress::none;
        if (events == reply) continue;
        wrong.push_back("order " + std::to_string(id) + ": its customer was told that it is " +
                        std::string(to_string(reply)) + ", by its events it is " + std::string(to_string(events)));
    }
    return wrong;
}

} // namespace ftgo
