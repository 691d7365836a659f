// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FTGO_NOTIFICATION_HPP
#define FTGO_NOTIFICATION_HPP

#include "contracts/order.hpp"
#include "contracts/town_hall.hpp"

#include <string>
#include <unordered_map>
#include <vector>

namespace ftgo {

/// The notification service: tells customers how their orders fare.
class notification_service {
public:
    void operator()(order_created const& e);
    void operator()(order_approved const& e);
    void operator()(order_rejected const& e);
    void operator()(order_cancelled const& e);
    void operator()(order_delivered const& e);

    /// What it has told so far.
    told_books const& told() const { return told_; }

private:
    void end(std::string const& how, order_id id, std::string line);

    std::unordered_map<order_id, std::vector<std::string>> open_;
    told_books told_;
};

/// An amount as text: "12.50".
std::string money(cents amount);

} // namespace ftgo

#endif
