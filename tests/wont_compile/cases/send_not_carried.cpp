// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A message goes to a channel that carries it.
// expect: fairway: this channel does not carry this message
#include "prelude.hpp"

task<> f(fairway::sender_port<shop::orders> port) {
    shop::order_placed const placed{.order_id = "1"};
    shop::cancel_order const cancel{.order_id = placed.order_id};
#ifndef FAIRWAY_FIXED
    co_await port.send(placed);
#else
    co_await port.send(cancel);
#endif
}
