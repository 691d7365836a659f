// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What the cases share; compiled once per run. Every case starts with #include "prelude.hpp".
#ifndef FAIRWAY_TESTS_WONT_COMPILE_PRELUDE_HPP
#define FAIRWAY_TESTS_WONT_COMPILE_PRELUDE_HPP

#include <fairway/fairway.hpp>
#include <fairway/inproc.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace shop {

struct order_placed {
    using contract = fairway::event<"shop.order-placed">;
    std::string order_id;
};
struct order_refused {
    using contract = fairway::document<"shop.order-refused">;
    std::string why;
};
struct place_order {
    using contract = fairway::command<"shop.place-order", order_placed>;
    std::string sku;
    int quantity = 1;
};
struct decide {
    using contract = fairway::command<"shop.decide", order_placed, order_refused>;
    std::string sku;
};
struct cancel_order {
    using contract = fairway::command<"shop.cancel-order">;
    std::string order_id;
};
struct offer {
    using contract = fairway::command<"shop.offer", order_placed>;
    std::string sku;
};
struct restocked {
    using contract = fairway::event<"shop.restocked">;
    std::string sku;
};

using orders = fairway::point_to_point<"orders", place_order, cancel_order>;
using placements = fairway::point_to_point<"placements", place_order>;
using decisions = fairway::point_to_point<"decisions", decide>;
using cancellations = fairway::point_to_point<"cancellations", cancel_order>;
using reports = fairway::point_to_point<"reports", order_placed>;
using order_events = fairway::publish_subscribe<"orders.events", order_placed, restocked>;
using offers = fairway::publish_subscribe<"offers", offer>;

} // namespace shop

using namespace std::chrono_literals;
using fairway::task;

#endif
