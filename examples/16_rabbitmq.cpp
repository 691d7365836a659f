// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The same services with and without a broker, as the URL says: in this process by default, and over RabbitMQ with
//   16_rabbitmq amqp://guest:guest@localhost [--existing]
#include <fairway/amqp.hpp>
#include <fairway/fairway.hpp>
#include <fairway/inproc.hpp>

#include <iostream>
#include <string>

using namespace std::chrono_literals;
using fairway::task;

namespace shop {
struct order_placed {
    using contract = fairway::event<"shop.order-placed">;
    std::string order_id;
};
struct place_order {
    using contract = fairway::command<"shop.place-order", order_placed>;
    std::string order_id;
};
using orders = fairway::point_to_point<"shop.orders", place_order>;
} // namespace shop

// What goes wrong with the connection, or is refused by the broker, for the log.
void print_trouble(std::string_view where, fairway::error_code why, std::string_view text) {
    std::cerr << where << ": " << (text.empty() ? why.message() : std::string(text)) << "\n";
}

// [open]
fairway::any_transport open(fairway::asio::any_io_executor const& executor, std::string_view text) {
    fairway::url const where(text);
    if (where.scheme() == fairway::inproc::scheme) return fairway::inproc(executor, where);
    // amqp:// and amqps://
    return fairway::amqp(executor, fairway::amqp_options::from(where).on_trouble(print_trouble));
}
// [/open]

// With --existing: on a broker where others have made these.
fairway::amqp_options existing(fairway::amqp_options o) {
    // [existing]
    o.existing_queue("shop.orders", "erp.orders");                // this channel is that queue
    o.existing_exchange("shop.sales", "erp.sales", "order.sold"); // this one goes there, with this routing key
    o.existing_queue("shop.sales", "mail", "erp.mail");           // what the group mail gets comes from there
    o.reply_queues("erp.answers.");                               // replies may go to queues named so
    // [/existing]
    return o;
}

task<> order_tea(fairway::any_transport net) {
    fairway::service stock{net, "inventory"};
    stock.handle<shop::orders>([](shop::place_order const& o) { return shop::order_placed{o.order_id}; });
    stock.start();

    fairway::service checkout{net, "checkout"};
    auto const orders = checkout.sender<shop::orders>();
    for (auto const* const id : {"tea-1", "tea-2"}) {
        shop::place_order const order{id};
        auto const placed = co_await orders.request(order, 10s);
        std::cout << placed.order_id << " is placed\n";
    }
    co_await stock.drain();
}

int main(int argc, char** argv) {
    return fairway::run([&](auto executor) {
        if (argc <= 2) return order_tea(open(executor, argc > 1 ? argv[1] : "inproc://"));
        auto const options = fairway::amqp_options::from(fairway::url(argv[1]));
        return order_tea(fairway::amqp(executor, existing(options).on_trouble(print_trouble)));
    });
}
