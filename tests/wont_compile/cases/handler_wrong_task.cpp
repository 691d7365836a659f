// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// So does a coroutine.
// expect: fairway: the handler returns the wrong reply
#include "prelude.hpp"

void f(fairway::service& self) {
#ifndef FAIRWAY_FIXED
    self.handle<shop::placements>([](shop::place_order const&) -> task<std::string> { co_return std::string(); });
#else
    self.handle<shop::placements>(
        [](shop::place_order const&) -> task<shop::order_placed> { co_return shop::order_placed{}; });
#endif
}
