// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A message's name has 1 to 100 characters that every broker takes.
// expect: fairway: a message's wire name is 1 to 100 of the characters
#include "prelude.hpp"

struct greeting {
#ifndef FAIRWAY_FIXED
    using contract = fairway::command<
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx">;
#else
    using contract = fairway::command<
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx">;
#endif
};
auto const name = fairway::wire_name<greeting>;
