// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// C arrays have no fields to go by.
// expect: fairway: a field is a C array (use std::array)
#include "prelude.hpp"

struct parcel {
    using contract = fairway::document<"parcel">;
#ifndef FAIRWAY_FIXED
    int sizes[3] = {};
#else
    std::array<int, 3> sizes = {};
#endif
};
using parcels = fairway::point_to_point<"parcels", parcel>;

task<> f(fairway::sender_port<parcels> port, parcel const& p) { co_await port.send(p); }
