// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FTGO_CONTRACTS_ORDER_HPP
#define FTGO_CONTRACTS_ORDER_HPP

#include "basics.hpp"

#include <fairway/contract.hpp>

#include <string>
#include <vector>

// The order service takes orders, sees them through and tells everyone how they fare: an order is created, then
// rejected, or approved and then delivered or cancelled.
namespace ftgo {

/// The order is in the books.
struct order_created {
    using contract = fairway::event<"ftgo.order-created">;
    order_id id = 0;
    std::string restaurant;
    cents total = 0;
    order_id shard_key() const { return id; }
};

/// Consumer, kitchen and card are good; a courier is looked for.
struct order_approved {
    using contract = fairway::event<"ftgo.order-approved">;
    order_id id = 0;
    order_id shard_key() const { return id; }
};

/// The end of an order that was not approved, and why.
struct order_rejected {
    using contract = fairway::event<"ftgo.order-rejected">;
    order_id id = 0;
    std::string reason;
    order_id shard_key() const { return id; }
};

/// The end of an order that was approved, but nobody could bring it.
struct order_cancelled {
    using contract = fairway::event<"ftgo.order-cancelled">;
    order_id id = 0;
    std::string reason;
    order_id shard_key() const { return id; }
};

/// The good end of an order.
struct order_delivered {
    using contract = fairway::event<"ftgo.order-delivered">;
    order_id id = 0;
    std::string courier;
    std::uint32_t minutes = 0;
    cents total = 0;
    order_id shard_key() const { return id; }
};

/// Asks for food; answered with the order's end.
struct place_order {
    using contract = fairway::command<"ftgo.place-order", order_delivered, order_rejected, order_cancelled>;
    order_id id = 0;
    std::string consumer;
    std::string restaurant;
    std::vector<item> items;
    std::string zone;
    std::string card;
};

using orders = fairway::point_to_point<"orders", place_order>;

/// Sharded by order: what happens to one order is seen in that order.
using order_events = fairway::sharded<8, fairway::publish_subscribe<"orders.events", order_created, order_approved,
                                             order_rejected, order_cancelled, order_delivered>>;

} // namespace ftgo

#endif
