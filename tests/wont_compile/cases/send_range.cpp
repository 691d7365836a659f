// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Many messages are sent by send_all.
// expect: fairway: many messages are sent by send_all(range)
#include "prelude.hpp"

task<> f(fairway::sender_port<shop::orders> port) {
    std::vector<shop::cancel_order> const many(3);
#ifndef FAIRWAY_FIXED
    co_await port.send(many);
#else
    co_await port.send_all(many);
#endif
}
