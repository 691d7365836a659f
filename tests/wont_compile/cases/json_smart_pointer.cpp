// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Nor does a smart pointer.
// expect: fairway: a smart pointer has no JSON: hold the value itself
#include "prelude.hpp"

struct parcel {
    using contract = fairway::document<"parcel">;
#ifndef FAIRWAY_FIXED
    std::shared_ptr<int> weight;
#else
    std::optional<int> weight;
#endif
};
using parcels = fairway::point_to_point<"parcels", parcel>;

task<> f(fairway::sender_port<parcels> port, parcel const& p) { co_await port.send(p); }
