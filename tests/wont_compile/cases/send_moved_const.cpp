// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What is const is not given away.
// expect: fairway: moved(x) gives x away, so x must not be const
#include "prelude.hpp"

task<> f(fairway::sender_port<shop::orders> port) {
    shop::cancel_order const cancel{.order_id = "1"};
#ifndef FAIRWAY_FIXED
    co_await port.send(fairway::moved(cancel));
#else
    co_await port.send(cancel);
#endif
}
