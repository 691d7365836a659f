// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A message is given away by fairway::moved, not by std::move.
// expect: fairway: messages are passed by name
#include "prelude.hpp"

task<> f(fairway::sender_port<shop::orders> port) {
    shop::cancel_order cancel{.order_id = "1"};
#ifndef FAIRWAY_FIXED
    co_await port.send(std::move(cancel));
#else
    co_await port.send(fairway::moved(cancel));
#endif
}
