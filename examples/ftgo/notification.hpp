// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FTGO_NOTIFICATION_HPP
#define FTGO_NOTIFICATION_HPP

#include "contracts/order.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
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

    /// All that one customer was told, line by line.
    using story = std::vector<std::string>;
    /// For each way in which an order can end, the story of the first order that did.
    std::map<std::string, std::pair<order_id, story>> const& samples() const { return samples_; }
    /// How many orders have ended.
    std::uint64_t ended() const { return ended_; }

private:
    void end(std::string const& how, order_id id, std::string line);

    std::unordered_map<order_id, story> open_;
    std::map<std::string, std::pair<order_id, story>> samples_;
    std::uint64_t ended_ = 0;
};

/// An amount as text: "12.50".
std::string money(cents amount);

} // namespace ftgo

#endif
