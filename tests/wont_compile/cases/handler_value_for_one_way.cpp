// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Nobody waits for the answer to a one-way command.
// expect: fairway: the handler returns a value, but the message's contract names no reply
#include "prelude.hpp"

void f(fairway::service& self) {
#ifndef FAIRWAY_FIXED
    self.handle<shop::cancellations>(
        [](shop::cancel_order const&) -> task<shop::order_refused> { co_return shop::order_refused{}; });
#else
    self.handle<shop::cancellations>([](shop::cancel_order const&) -> task<> { co_return; });
#endif
}
