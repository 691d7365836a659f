// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// An event has no replies to gather.
// expect: fairway: this message has no reply: name one in its contract
#include "prelude.hpp"

task<> f(fairway::sender_port<shop::order_events> port) {
    shop::order_placed const placed{.order_id = "1"};
#ifndef FAIRWAY_FIXED
    co_await port.gather(placed, fairway::gather_options<shop::order_refused>(2s));
#else
    co_await port.send(placed);
#endif
}
