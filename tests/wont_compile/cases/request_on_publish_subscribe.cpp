// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Where many may answer, answers are gathered.
// expect: fairway: on a publish_subscribe channel many may answer: use gather(message, options)
#include "prelude.hpp"

task<> f(fairway::sender_port<shop::offers> port) {
    shop::offer const tea{.sku = "tea"};
#ifndef FAIRWAY_FIXED
    co_await port.request(tea, 2s);
#else
    co_await port.gather(tea, fairway::gather_options<shop::order_placed>(2s));
#endif
}
