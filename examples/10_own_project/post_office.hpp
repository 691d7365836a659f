// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The parcel service's business logic: it knows its messages, and neither transports nor codecs.
#ifndef POST_OFFICE_HPP
#define POST_OFFICE_HPP

#include "parcels.hpp"

#include <fairway/error.hpp>

#include <string>

class post_office {
public:
    parcels::label operator()(parcels::send_parcel const& parcel) {
        if (parcel.to.empty()) throw fairway::fault("no_address", "where to?");
        return {.number = "P" + std::to_string(++last_), .cents = parcel.class_ == parcels::size::small ? 390 : 790};
    }

private:
    int last_ = 0;
};

#endif
