// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A received message owns its texts.
// expect: fairway: a string_view has nothing to point into
#include "prelude.hpp"

struct parcel {
    using contract = fairway::document<"parcel">;
#ifndef FAIRWAY_FIXED
    std::string_view to;
#else
    std::string to;
#endif
};
using parcels = fairway::point_to_point<"parcels", parcel>;

task<> f(fairway::sender_port<parcels> port, parcel const& p) { co_await port.send(p); }
