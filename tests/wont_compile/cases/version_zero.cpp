// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Major versions start at 1.
// expect: fairway: a message's major version starts at 1
#include "prelude.hpp"

struct greeting {
#ifndef FAIRWAY_FIXED
    using contract = fairway::event<"greeting">::version<0, 1>;
#else
    using contract = fairway::event<"greeting">::version<1, 1>;
#endif
};
auto const version = fairway::contract_of<greeting>::number;
