// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A request goes to a channel that carries it.
// expect: fairway: this channel does not carry this message
#include "prelude.hpp"

task<> f(fairway::sender_port<shop::orders> port) {
    shop::decide const what{.sku = "tea"};
    shop::place_order const tea{.sku = what.sku};
#ifndef FAIRWAY_FIXED
    co_await port.request(what, 2s);
#else
    co_await port.request(tea, 2s);
#endif
}
