// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A channel lists a message once.
// expect: fairway: two messages of one channel have the same wire name
#include "prelude.hpp"

#ifndef FAIRWAY_FIXED
using made = fairway::point_to_point<"orders", shop::place_order, shop::place_order>;
#else
using made = fairway::point_to_point<"orders", shop::place_order>;
#endif
auto const name = made::name;
