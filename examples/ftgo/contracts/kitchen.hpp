// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FTGO_CONTRACTS_KITCHEN_HPP
#define FTGO_CONTRACTS_KITCHEN_HPP

#include "basics.hpp"

#include <fairway/contract.hpp>

#include <string>
#include <vector>

// The kitchen service cooks for all restaurants.
namespace ftgo {

/// The kitchen cooks.
struct ticket_created {
    using contract = fairway::document<"ftgo.ticket-created">;
    order_id id = 0;
};

/// The kitchen does not, because of `reason`: kitchen_closed, not_on_menu or nothing_ordered.
struct ticket_refused {
    using contract = fairway::document<"ftgo.ticket-refused">;
    order_id id = 0;
    std::string reason;
};

/// The kitchen has stopped cooking.
struct ticket_cancelled {
    using contract = fairway::document<"ftgo.ticket-cancelled">;
    order_id id = 0;
};

/// Cook this.
struct create_ticket {
    using contract = fairway::command<"ftgo.create-ticket", ticket_created, ticket_refused>;
    order_id id = 0;
    std::string restaurant;
    std::vector<item> items;
};

/// Undoes `create_ticket`.
struct cancel_ticket {
    using contract = fairway::command<"ftgo.cancel-ticket", ticket_cancelled>;
    order_id id = 0;
};

/// A courier has taken the food: nothing to answer.
struct hand_over {
    using contract = fairway::command<"ftgo.hand-over">;
    order_id id = 0;
};

using kitchen_desk = fairway::point_to_point<"kitchen", create_ticket, cancel_ticket, hand_over>;

} // namespace ftgo

#endif
