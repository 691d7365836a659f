// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A contract is public.
// expect: fairway: every message of a channel needs a contract
#include "prelude.hpp"

#ifndef FAIRWAY_FIXED
class
#else
struct
#endif
    greeting {
    using contract = fairway::event<"greeting">;
};
auto const name = fairway::publish_subscribe<"greetings", greeting>::name;
