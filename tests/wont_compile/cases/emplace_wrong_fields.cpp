// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A message is made in place from its fields, in their order.
// expect: fairway: emplace<message>(...) takes the message's fields in their order
#include "prelude.hpp"

task<> f(fairway::sender_port<shop::orders> port) {
#ifndef FAIRWAY_FIXED
    co_await port.emplace<shop::place_order>(3, std::string("tea"));
#else
    co_await port.emplace<shop::place_order>(std::string("tea"), 3);
#endif
}
