// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// An overload takes every message of its channel.
// expect: fairway: the handler misses a message of its channel
#include "prelude.hpp"

void f(fairway::service& self) {
#ifndef FAIRWAY_FIXED
    self.handle<shop::order_events>(
        fairway::overload{[](shop::order_placed const&) {}, [](shop::cancel_order const&) {}});
#else
    self.handle<shop::order_events>(fairway::overload{[](shop::order_placed const&) {}, fairway::ignore_others});
#endif
}
