// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A fault has a code for programs and a text for people.
// expect: no matching (function for call|conversion).*fairway::fault
#include "prelude.hpp"

void f() {
#ifndef FAIRWAY_FIXED
    throw fairway::fault("sold_out");
#else
    throw fairway::fault("sold_out", "no tea left");
#endif
}
