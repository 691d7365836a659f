// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A channel carries messages.
// expect: fairway: every message of a channel needs a contract
#include "prelude.hpp"

struct greeting {
#ifdef FAIRWAY_FIXED
    using contract = fairway::event<"greeting">;
#endif
    std::string text;
};
auto const name = fairway::publish_subscribe<"greetings", greeting>::name;
