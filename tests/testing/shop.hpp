// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The contracts and the service that the tests of the bench are about.
#ifndef FAIRWAY_TESTS_TESTING_SHOP_HPP
#define FAIRWAY_TESTS_TESTING_SHOP_HPP

#include <fairway/fairway.hpp>
#include <fairway/testing.hpp>

#include <stdexcept>
#include <string>

namespace shop {

struct order_placed {
    using contract = fairway::event<"shop.order-placed">;
    std::string order_id;
    std::string sku;
};
struct place_order {
    using contract = fairway::command<"shop.place-order", order_placed>;
    std::string sku;
    int quantity = 1;
};
struct cancel_order {
    using contract = fairway::command<"shop.cancel-order">;
    std::string order_id;
};
struct quote {
    using contract = fairway::document<"shop.quote">;
    double price = 0;
};
struct ask_price {
    using contract = fairway::command<"shop.ask-price", quote>;
    std::string sku;
};
struct moved_in {
    using contract = fairway::event<"shop.moved-in">;
    std::string sku;
    std::string const& shard_key() const { return sku; }
};

using orders = fairway::point_to_point<"orders", place_order, cancel_order>;
using order_events = fairway::publish_subscribe<"orders.events", order_placed>;
using prices = fairway::publish_subscribe<"prices", ask_price>;
using one_price = fairway::point_to_point<"price", ask_price>;
using moves = fairway::sharded<4, fairway::publish_subscribe<"moves", moved_in>>;

// Answers "tea" at once, "slow" after 5 s, anything else with the fault sold_out; fails to cancel.
class inventory {
public:
    explicit inventory(fairway::service const& self) : events_(self.sender<order_events>()) {}
    fairway::task<order_placed> operator()(place_order const& order) {
        if (order.sku == "slow") {
            co_await fairway::sleep_for(std::chrono::seconds(5));
        } else if (order.sku != "tea") {
            throw fairway::fault("sold_out", "none left");
        }
        order_placed const placed{.order_id = std::to_string(++last_id_), .sku = order.sku};
        co_await events_.send(placed);
        co_return placed;
    }
    void operator()(cancel_order const&) { throw std::runtime_error("no such order"); }

private:
    fairway::sender_port<order_events> events_;
    int last_id_ = 0;
};

} // namespace shop

#endif
