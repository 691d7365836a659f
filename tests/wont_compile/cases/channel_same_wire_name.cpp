// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The messages of a channel are told apart by their wire names.
// expect: fairway: two messages of one channel have the same wire name
#include "prelude.hpp"

struct placed_twice {
#ifndef FAIRWAY_FIXED
    using contract = fairway::event<"shop.order-placed">;
#else
    using contract = fairway::event<"shop.order-placed-twice">;
#endif
};
auto const name = fairway::publish_subscribe<"events", shop::order_placed, placed_twice>::name;
