// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The alternatives of a variant have names.
// expect: fairway: an alternative of a variant has no name to be told by
#include "prelude.hpp"

struct parcel {
    using contract = fairway::document<"parcel">;
#ifndef FAIRWAY_FIXED
    std::variant<int, std::vector<int>> sizes;
#else
    std::variant<int, std::string> sizes;
#endif
};
using parcels = fairway::point_to_point<"parcels", parcel>;

task<> f(fairway::sender_port<parcels> port, parcel const& p) { co_await port.send(p); }
