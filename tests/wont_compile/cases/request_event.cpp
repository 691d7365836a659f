// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// An event has no reply.
// expect: fairway: this message has no reply: name one in its contract
#include "prelude.hpp"

task<> f(fairway::sender_port<shop::reports> port) {
    shop::order_placed const placed{.order_id = "1"};
#ifndef FAIRWAY_FIXED
    co_await port.request(placed, 2s);
#else
    co_await port.send(placed);
#endif
}
