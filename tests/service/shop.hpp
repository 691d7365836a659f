// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTS_SERVICE_SHOP_HPP
#define FAIRWAY_TESTS_SERVICE_SHOP_HPP

// The contracts that the service tests share.

#include <fairway/contract.hpp>

#include <string>

namespace shop {

struct order_placed {
    using contract = fairway::event<"shop.order-placed">;
    std::string order_id;
    std::string sku;
    static constexpr auto shard_key = &order_placed::order_id;
};
struct order_refused {
    using contract = fairway::document<"shop.order-refused">;
    std::string reason;
};
struct place_order {
    using contract = fairway::command<"shop.place-order", order_placed, order_refused>;
    std::string sku;
    int quantity = 1;
};
struct price {
    using contract = fairway::document<"shop.price">;
    std::string seller;
    int cents = 0;
};
struct ask_price {
    using contract = fairway::command<"shop.ask-price", price>;
    std::string sku;
};
struct cancel_order {
    using contract = fairway::command<"shop.cancel-order">;
    std::string order_id;
};

using orders = fairway::point_to_point<"orders", place_order, cancel_order>;
using prices = fairway::point_to_point<"prices", ask_price>;
using offers = fairway::publish_subscribe<"offers", ask_price>;
using order_events = fairway::sharded<4, fairway::publish_subscribe<"orders.events", order_placed>>;

} // namespace shop

#endif
