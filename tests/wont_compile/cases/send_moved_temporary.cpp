// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A temporary is not given away either: see send_temporary.
// expect: fairway: moved(x) takes a name
#include "prelude.hpp"

task<> f(fairway::sender_port<shop::orders> port) {
#ifndef FAIRWAY_FIXED
    co_await port.send(fairway::moved(shop::cancel_order{.order_id = "1"}));
#else
    shop::cancel_order cancel{.order_id = "1"};
    co_await port.send(fairway::moved(cancel));
#endif
}
