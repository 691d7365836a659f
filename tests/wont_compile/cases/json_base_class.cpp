// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A struct with a base class has no fields to go by.
// expect: fairway: a struct with a base class has no fields to go by
#include "prelude.hpp"

struct address {
    std::string city;
};
#ifndef FAIRWAY_FIXED
struct parcel : address {
#else
struct parcel {
    address to;
#endif
    using contract = fairway::document<"parcel">;
    int weight = 0;
};
using parcels = fairway::point_to_point<"parcels", parcel>;

task<> f(fairway::sender_port<parcels> port, parcel const& p) { co_await port.send(p); }
