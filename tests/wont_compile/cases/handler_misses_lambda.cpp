// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A handler takes every message of its channel.
// expect: fairway: the handler misses a message of its channel
#include "prelude.hpp"

void f(fairway::service& self) {
#ifndef FAIRWAY_FIXED
    self.handle<shop::orders>([](shop::cancel_order const&) {});
#else
    self.handle<shop::orders>(fairway::overload{
        [](shop::cancel_order const&) {}, [](shop::place_order const&) { return shop::order_placed{}; }});
#endif
}
