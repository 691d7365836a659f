// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A command that names a reply is answered by a coroutine too.
// expect: fairway: the handler returns no reply, but the command's contract names one
#include "prelude.hpp"

void f(fairway::service& self) {
#ifndef FAIRWAY_FIXED
    self.handle<shop::placements>([](shop::place_order const&) -> task<> { co_return; });
#else
    self.handle<shop::placements>(
        [](shop::place_order const&) -> task<shop::order_placed> { co_return shop::order_placed{}; });
#endif
}
