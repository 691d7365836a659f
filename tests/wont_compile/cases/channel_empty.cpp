// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A channel carries something.
// expect: fairway: a channel carries at least one message
#include "prelude.hpp"

#ifndef FAIRWAY_FIXED
using made = fairway::point_to_point<"orders">;
#else
using made = fairway::point_to_point<"orders", shop::place_order>;
#endif
auto const name = made::name;
