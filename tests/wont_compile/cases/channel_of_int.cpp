// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A channel carries messages.
// expect: fairway: every message of a channel needs a contract
#include "prelude.hpp"

#ifndef FAIRWAY_FIXED
using made = fairway::point_to_point<"orders", int>;
#else
using made = fairway::point_to_point<"orders", shop::place_order>;
#endif
auto const name = made::name;
