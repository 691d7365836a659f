// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A service for the tests of the tool: `shop URL` prints a line for all that it does.
#include "../console.hpp"

#include <fairway/fairway.hpp>

#include <iostream>
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
using orders = fairway::point_to_point<"shop.orders", place_order, cancel_order>;
using order_events = fairway::publish_subscribe<"shop.order-events", order_placed>;
} // namespace shop

class inventory {
public:
    explicit inventory(fairway::service const& self) : events_(self.sender<shop::order_events>()) {}

    fairway::task<shop::order_placed> operator()(shop::place_order const& order) {
        if (order.sku == "gold") throw fairway::fault("sold_out", "no more gold");
        shop::order_placed const placed{.order_id = "order-" + std::to_string(++last_id_), .sku = order.sku};
        co_await events_.send(placed);
        co_return placed;
    }
    // The first time it knows no order.
    void operator()(shop::cancel_order const& order, fairway::delivery const& d) {
        if (!d.header("fw-dead-replays")) throw fairway::fault("no_such_order", "there is no " + order.order_id);
        std::cout << "cancelled " << order.order_id << std::endl;
    }

private:
    fairway::sender_port<shop::order_events> events_;
    int last_id_ = 0;
};

fairway::task<> serve(fairway::any_transport net) {
    fairway::service stock{net, "inventory"};
    stock.handle<shop::orders>(inventory{stock});
    std::cout << "serving" << std::endl;
    co_await stock.run();
}

int main(int argc, char** argv) {
    if (argc != 2) return 1;
    return fairway::run(
        [&](auto executor) { return serve(cli::open_transport(executor, argv[1], cli::sent::accepted, {}).net); });
}
