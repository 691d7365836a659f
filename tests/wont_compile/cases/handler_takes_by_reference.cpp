// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Handlers take messages by const reference: others may read the same object.
// expect: fairway: the handler misses a message of its channel
#include "prelude.hpp"

void f(fairway::service& self) {
#ifndef FAIRWAY_FIXED
    self.handle<shop::cancellations>([](shop::cancel_order& cancel) { cancel.order_id.clear(); });
#else
    self.handle<shop::cancellations>([](shop::cancel_order const&) {});
#endif
}
