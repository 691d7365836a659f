// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A main's function returns a task.
// expect: fairway: run takes a function of an executor that returns task
#include "prelude.hpp"

int f() {
#ifndef FAIRWAY_FIXED
    return fairway::run([](auto) {});
#else
    return fairway::run([](auto) -> task<> { co_return; });
#endif
}
