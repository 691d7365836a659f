// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The options of a gather name the reply that the command names.
// expect: fairway: the options of a gather name the reply
#include "prelude.hpp"

task<> f(fairway::sender_port<shop::offers> port) {
    shop::offer const tea{.sku = "tea"};
#ifndef FAIRWAY_FIXED
    co_await port.gather(tea, fairway::gather_options<shop::order_refused>(2s));
#else
    co_await port.gather(tea, fairway::gather_options<shop::order_placed>(2s));
#endif
}
