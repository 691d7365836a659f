// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A command and its reply; what the caller sees when the handler refuses, and when nobody answers in time.
#include <fairway/fairway.hpp>
#include <fairway/inproc.hpp>

#include <iostream>
#include <map>
#include <string>

using namespace std::chrono_literals;
using fairway::task;

// [contract]
// The contract: what two services share. A real one is a header that includes <fairway/contract.hpp>.
namespace shop {
struct order_placed {
    using contract = fairway::event<"shop.order-placed">;
    std::string order_id;
    std::string sku;
};
struct place_order {
    using contract = fairway::command<"shop.place-order", order_placed>; // answered with order_placed
    std::string sku;
    int quantity = 1;
};
using orders = fairway::point_to_point<"shop.orders", place_order>;
using order_events = fairway::publish_subscribe<"shop.order-events", order_placed>;
} // namespace shop
// [/contract]

// [handler]
// A handler: any object that can be called with every message of its channel.
class inventory {
public:
    explicit inventory(fairway::service const& self) : events_(self.sender<shop::order_events>()) {}

    task<shop::order_placed> operator()(shop::place_order const& order) {
        if (stock_[order.sku] < order.quantity) throw fairway::fault("sold_out", "no more " + order.sku);
        // What throws below is tried again from the top: a real one would know the order's id, and take the tea once.
        stock_[order.sku] -= order.quantity;
        shop::order_placed const placed{.order_id = "order-" + std::to_string(++last_id_), .sku = order.sku};
        co_await events_.send(placed);
        co_return placed; // becomes the reply
    }

private:
    fairway::sender_port<shop::order_events> events_;
    std::map<std::string, int> stock_{{"tea", 5}};
    int last_id_ = 0;
};
// [/handler]

task<> order_tea(fairway::any_transport net) {
    fairway::service stock{net, "inventory"};
    stock.handle<shop::orders>(inventory{stock});
    stock.start();

    fairway::service checkout{net, "checkout"};
    auto const orders = checkout.sender<shop::orders>();
    shop::place_order const tea{.sku = "tea", .quantity = 3};
    auto const placed = co_await orders.request(tea, 2s); // a shop::order_placed
    std::cout << placed.order_id << ": " << placed.sku << "\n";

    try {
        co_await orders.request(tea, 2s);
    } catch (fairway::fault const& f) {
        std::cout << f.responder() << " refused (" << f.code() << "): " << f.what() << "\n";
    }

    co_await stock.drain();
    try {
        co_await orders.request(tea, 50ms);
    } catch (fairway::system_error const& e) {
        std::cout << (e.code() == fairway::errc::timed_out ? "nobody answered in time" : e.what()) << "\n";
    }
}

int main() {
    return fairway::run([](auto executor) { return order_tea(fairway::open<fairway::inproc>(executor, "inproc://")); });
}
