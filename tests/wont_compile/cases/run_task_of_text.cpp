// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A main's task returns nothing or the exit status.
// expect: fairway: run takes a function of an executor that returns task
#include "prelude.hpp"

int f() {
#ifndef FAIRWAY_FIXED
    return fairway::run([](auto) -> task<std::string> { co_return "0"; });
#else
    return fairway::run([](auto) -> task<int> { co_return 0; });
#endif
}
