// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A field's type has fields itself.
// expect: fairway: a type with constructors, private members or virtual functions has no fields to go by
#include "prelude.hpp"

class hidden {
public:
    hidden() = default;

private:
    int value_ = 0;
};
struct plain {
    int value = 0;
};
struct parcel {
    using contract = fairway::document<"parcel">;
#ifndef FAIRWAY_FIXED
    hidden content;
#else
    plain content;
#endif
};
using parcels = fairway::point_to_point<"parcels", parcel>;

task<> f(fairway::sender_port<parcels> port, parcel const& p) { co_await port.send(p); }
