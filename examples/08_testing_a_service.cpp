// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Tests a service without a broker, without threads and without waiting: two seconds pass in no time.
#include <fairway/fairway.hpp>
#include <fairway/testing.hpp>

#include <iostream>
#include <string>

using namespace std::chrono_literals;

namespace shop {
struct order_placed {
    using contract = fairway::event<"shop.order-placed">;
    std::string order_id;
    std::string sku;
};
struct reserved {
    using contract = fairway::event<"stock.reserved">;
    std::string sku;
};
struct freed {
    using contract = fairway::event<"stock.freed">;
    std::string sku;
};
using order_events = fairway::publish_subscribe<"orders.events", order_placed>;
using stock_events = fairway::publish_subscribe<"stock.events", reserved, freed>;
} // namespace shop

// Reserves what was ordered for two seconds, then gives it up.
class reservations {
public:
    explicit reservations(fairway::service const& self) : events_(self.sender<shop::stock_events>()) {}

    fairway::task<> operator()(shop::order_placed const& order) {
        shop::reserved const held{order.sku};
        co_await events_.send(held);
        co_await fairway::sleep_for(2s);
        shop::freed const over{order.sku};
        co_await events_.send(over);
    }

private:
    fairway::sender_port<shop::stock_events> events_;
};

int main() {
    // [testing]
    fairway::testing::bench b; // one thread, an in-process transport, a clock that moves only when told to
    fairway::service stock{b.transport(), "stock"};
    stock.handle<shop::order_events>(reservations{stock});
    stock.start();

    shop::order_placed const tea{.order_id = "1", .sku = "tea"};
    b.run(b.sender<shop::order_events>().send(tea));
    std::cout << b.expect_sent<shop::stock_events, shop::reserved>().sku << " is reserved\n";
    b.expect_none<shop::stock_events, shop::freed>();

    b.advance(2s); // no sleep: the clock jumps from alarm to alarm
    std::cout << b.expect_sent<shop::stock_events, shop::freed>().sku << " is free again\n";
    // [/testing]

    try {
        b.expect_silence<shop::stock_events>(); // what was expected and is not so comes with all that was sent
    } catch (fairway::testing::unmet const& e) {
        std::cout << e.what() << "\n";
    }
    return 0;
}
