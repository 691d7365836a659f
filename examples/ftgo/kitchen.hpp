// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FTGO_KITCHEN_HPP
#define FTGO_KITCHEN_HPP

#include "contracts/kitchen.hpp"
#include "journal.hpp"

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <variant>

namespace ftgo {

/// The kitchen service. A command may come again, to this process or the next one; it does nothing the second time.
class kitchen_service {
public:
    /// Keeps its tickets in memory.
    kitchen_service() = default;
    /// Keeps them in a file too, and begins with those that are there.
    explicit kitchen_service(std::string const& path);

    std::variant<ticket_created, ticket_refused> operator()(create_ticket const& wish);
    ticket_cancelled operator()(cancel_ticket const& which);
    void operator()(hand_over const& which);

    /// How many tickets are neither handed over nor cancelled.
    std::size_t open() const { return open_.size(); }
    /// How many lines its journal has.
    std::size_t written() const { return journal_.lines(); }

private:
    struct restaurant {
        bool closed = false;
        std::set<std::string> menu;
    };
    void recall(std::string_view line);
    void close(order_id id);

    std::map<std::string, restaurant> restaurants_{
        {"Rosa", {false, {"margherita", "calzone", "tiramisu"}}},
        {"Spice Route", {false, {"dal", "biryani", "naan", "lassi"}}},
        {"Green Bowl", {false, {"falafel", "soup", "salad"}}},
        {"Night Owl", {true, {"burger", "fries"}}},
    };
    std::set<order_id> open_;
    std::set<order_id> closed_;
    journal journal_;
};

} // namespace ftgo

#endif
