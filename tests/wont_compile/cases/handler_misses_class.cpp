// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A class that handles a channel takes each of its messages.
// expect: fairway: the handler misses a message of its channel
#include "prelude.hpp"

class inventory {
public:
    shop::order_placed operator()(shop::place_order const& order) { return {.order_id = order.sku}; }
#ifdef FAIRWAY_FIXED
    void operator()(shop::cancel_order const&) {}
#endif
};

void f(fairway::service& self) { self.handle<shop::orders>(inventory{}); }
