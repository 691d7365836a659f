// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A message goes to a channel that carries it, from threads too.
// expect: fairway: this channel does not carry this message
#include "prelude.hpp"

void f(fairway::sender_port<shop::orders> const& port, shop::order_placed const& placed,
    shop::cancel_order const& cancel) {
    (void)placed, (void)cancel;
#ifndef FAIRWAY_FIXED
    fairway::blocking(port).send(placed);
#else
    fairway::blocking(port).send(cancel);
#endif
}
