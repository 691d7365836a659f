// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What is sent is a message.
// expect: fairway: this channel does not carry this message
#include "prelude.hpp"

task<> f(fairway::sender_port<shop::orders> port) {
    std::string const text = "1";
    shop::cancel_order const cancel{.order_id = text};
#ifndef FAIRWAY_FIXED
    co_await port.send(text);
#else
    co_await port.send(cancel);
#endif
}
