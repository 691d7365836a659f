// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A message is a plain struct.
// expect: fairway: a type with constructors, private members or virtual functions has no fields to go by
#include "prelude.hpp"

struct parcel {
    using contract = fairway::document<"parcel">;
#ifndef FAIRWAY_FIXED
private:
#else

#endif
    int weight = 0;
};
using parcels = fairway::point_to_point<"parcels", parcel>;

task<> f(fairway::sender_port<parcels> port, parcel const& p) { co_await port.send(p); }
