// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FTGO_CONTRACTS_DELIVERY_HPP
#define FTGO_CONTRACTS_DELIVERY_HPP

#include "basics.hpp"

#include <fairway/contract.hpp>

#include <string>

// The delivery service finds the best courier; any number of its instances share the work.
namespace ftgo {

/// Somebody brings the food.
struct courier_booked {
    using contract = fairway::document<"ftgo.courier-booked">;
    std::string courier;
    std::uint32_t minutes = 0;
};

/// Nobody does.
struct no_courier {
    using contract = fairway::document<"ftgo.no-courier">;
    std::string zone;
};

/// Bring the food to a zone of the town.
struct deliver_order {
    using contract = fairway::command<"ftgo.deliver-order", courier_booked, no_courier>;
    order_id id = 0;
    std::string zone;
};

using delivery_desk = fairway::point_to_point<"delivery", deliver_order>;

} // namespace ftgo

#endif
