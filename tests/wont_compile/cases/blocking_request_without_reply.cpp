// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A command that names no reply is not requested, from threads neither.
// expect: fairway: this message has no reply: name one in its contract
#include "prelude.hpp"

void f(fairway::sender_port<shop::orders> const& port, shop::cancel_order const& cancel) {
#ifndef FAIRWAY_FIXED
    fairway::blocking(port).request(cancel, 2s);
#else
    fairway::blocking(port).send(cancel);
#endif
}
