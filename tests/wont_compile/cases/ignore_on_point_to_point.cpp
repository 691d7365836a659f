// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// On a point-to-point channel nobody else gets what is ignored.
// expect: fairway: ignore_others is for events of a publish_subscribe channel
#include "prelude.hpp"

void f(fairway::service& self) {
#ifndef FAIRWAY_FIXED
    self.handle<shop::orders>(
        fairway::overload{[](shop::place_order const&) { return shop::order_placed{}; }, fairway::ignore_others});
#else
    self.handle<shop::orders>(fairway::overload{
        [](shop::place_order const&) { return shop::order_placed{}; }, [](shop::cancel_order const&) {}});
#endif
}
