// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A channel's name has characters that every broker takes.
// expect: fairway: a channel's name is 1 to 100 of the characters
#include "prelude.hpp"

#ifndef FAIRWAY_FIXED
using made = fairway::point_to_point<"orders/tea", shop::place_order>;
#else
using made = fairway::point_to_point<"orders.tea", shop::place_order>;
#endif
auto const name = made::name;
