// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A command that names no reply is not requested.
// expect: fairway: this message has no reply: name one in its contract
#include "prelude.hpp"

task<> f(fairway::sender_port<shop::orders> port) {
    shop::cancel_order const cancel{.order_id = "1"};
#ifndef FAIRWAY_FIXED
    co_await port.request(cancel, 2s);
#else
    co_await port.send(cancel);
#endif
}
