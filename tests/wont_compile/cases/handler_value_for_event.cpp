// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Nobody waits for the answer to an event.
// expect: fairway: the handler returns a value, but the message's contract names no reply
#include "prelude.hpp"

void f(fairway::service& self) {
#ifndef FAIRWAY_FIXED
    self.handle<shop::reports>([](shop::order_placed const&) { return true; });
#else
    self.handle<shop::reports>([](shop::order_placed const&) {});
#endif
}
