// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// One sends to a channel, not to a message type.
// expect: fairway: name a channel: sender<
#include "prelude.hpp"

void f(fairway::service const& self) {
#ifndef FAIRWAY_FIXED
    auto const port = self.sender<shop::place_order>();
#else
    auto const port = self.sender<shop::orders>();
#endif
    (void)port;
}
