// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The messages of a range go to a channel that carries them.
// expect: fairway: this channel does not carry this message
#include "prelude.hpp"

task<> f(fairway::sender_port<shop::orders> port) {
    std::vector<shop::order_placed> const placed(3);
    std::vector<shop::cancel_order> const cancelled(3);
#ifndef FAIRWAY_FIXED
    co_await port.send_all(placed);
#else
    co_await port.send_all(cancelled);
#endif
}
