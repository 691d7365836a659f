// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A reply token sends a reply that the command names.
// expect: fairway: the command's contract does not name this reply
#include "prelude.hpp"

void f(fairway::reply_token<shop::place_order> token) {
#ifndef FAIRWAY_FIXED
    token.send(shop::order_refused{});
#else
    token.send(shop::order_placed{});
#endif
}
