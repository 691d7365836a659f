// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A handler with a reply token answers through it only.
// expect: fairway: a handler that takes a reply_token answers through it
#include "prelude.hpp"

void f(fairway::service& self) {
#ifndef FAIRWAY_FIXED
    self.handle<shop::placements>(
        [](shop::place_order const&, fairway::reply_token<shop::place_order>) { return shop::order_placed{}; });
#else
    self.handle<shop::placements>([](shop::place_order const&, fairway::reply_token<shop::place_order> token) {
        token.send(shop::order_placed{});
    });
#endif
}
