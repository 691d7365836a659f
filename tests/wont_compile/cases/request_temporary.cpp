// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// g++ 12 destroys an aggregate temporary beside co_await twice, so none is sent.
// expect: fairway: messages are passed by name
#include "prelude.hpp"

task<> f(fairway::sender_port<shop::orders> port) {
#ifndef FAIRWAY_FIXED
    co_await port.request(shop::place_order{.sku = "tea"}, 2s);
#else
    shop::place_order const tea{.sku = "tea"};
    co_await port.request(tea, 2s);
#endif
}
