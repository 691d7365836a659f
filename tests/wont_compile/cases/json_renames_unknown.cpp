// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Only fields are renamed.
// expect: fairway: json_names renames a field that the struct does not have
#include "prelude.hpp"

struct parcel {
    using contract = fairway::document<"parcel">;
#ifndef FAIRWAY_FIXED
    static constexpr auto json_names = fairway::renamed("heft", "w");
    int weight = 0;
#else
    static constexpr auto json_names = fairway::renamed("weight", "w");
    int weight = 0;
#endif
};
using parcels = fairway::point_to_point<"parcels", parcel>;

task<> f(fairway::sender_port<parcels> port, parcel const& p) { co_await port.send(p); }
