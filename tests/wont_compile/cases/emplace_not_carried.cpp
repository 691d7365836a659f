// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A message goes to a channel that carries it.
// expect: fairway: this channel does not carry this message
#include "prelude.hpp"

task<> f(fairway::sender_port<shop::orders> port) {
#ifndef FAIRWAY_FIXED
    co_await port.emplace<shop::order_placed>(std::string("1"));
#else
    co_await port.emplace<shop::cancel_order>(std::string("1"));
#endif
}
