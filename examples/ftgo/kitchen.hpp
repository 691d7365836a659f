// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FTGO_KITCHEN_HPP
#define FTGO_KITCHEN_HPP

#include "contracts/kitchen.hpp"

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <variant>

namespace ftgo {

/// The kitchen service.
class kitchen_service {
public:
    std::variant<ticket_created, ticket_refused> operator()(create_ticket const& wish);
    ticket_cancelled operator()(cancel_ticket const& which);
    void operator()(hand_over const& which);

    /// How many tickets are neither handed over nor cancelled.
    std::size_t open() const { return open_.size(); }

private:
    struct restaurant {
        bool closed = false;
        std::set<std::string> menu;
    };
    std::map<std::string, restaurant> restaurants_{
        {"Rosa", {false, {"margherita", "calzone", "tiramisu"}}},
        {"Spice Route", {false, {"dal", "biryani", "naan", "lassi"}}},
        {"Green Bowl", {false, {"falafel", "soup", "salad"}}},
        {"Night Owl", {true, {"burger", "fries"}}},
    };
    std::set<order_id> open_;
};

} // namespace ftgo

#endif
