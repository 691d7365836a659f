// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A handler returns a reply that the command names.
// expect: fairway: the handler returns the wrong reply
#include "prelude.hpp"

void f(fairway::service& self) {
#ifndef FAIRWAY_FIXED
    self.handle<shop::placements>([](shop::place_order const&) { return shop::order_refused{}; });
#else
    self.handle<shop::placements>([](shop::place_order const&) { return shop::order_placed{}; });
#endif
}
