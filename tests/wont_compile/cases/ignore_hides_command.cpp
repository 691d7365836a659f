// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A command is not ignored: its requester waits.
// expect: fairway: ignore_others is for events of a publish_subscribe channel
#include "prelude.hpp"

void f(fairway::service& self) {
#ifndef FAIRWAY_FIXED
    self.handle<shop::offers>(fairway::ignore_others);
#else
    self.handle<shop::offers>([](shop::offer const&) { return shop::order_placed{}; });
#endif
}
