// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// One handles a channel, not a message type.
// expect: fairway: name a channel: handle<
#include "prelude.hpp"

void f(fairway::service& self) {
#ifndef FAIRWAY_FIXED
    self.handle<shop::cancel_order>([](shop::cancel_order const&) {});
#else
    self.handle<shop::cancellations>([](shop::cancel_order const&) {});
#endif
}
