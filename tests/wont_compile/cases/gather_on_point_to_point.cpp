// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Where one answers, nothing is gathered.
// expect: fairway: on a point_to_point channel one answers: use request(message, timeout)
#include "prelude.hpp"

task<> f(fairway::sender_port<shop::orders> port) {
    shop::place_order const tea{.sku = "tea"};
#ifndef FAIRWAY_FIXED
    co_await port.gather(tea, fairway::gather_options<shop::order_placed>(2s));
#else
    co_await port.request(tea, 2s);
#endif
}
