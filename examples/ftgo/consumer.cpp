// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "consumer.hpp"

#include <fairway/error.hpp>

namespace ftgo {

consumer_verified consumer_service::operator()(verify_consumer const& who) const {
    auto const known = limits_.find(who.consumer);
    if (known == limits_.end()) throw fairway::fault("unknown_consumer", "there is no such consumer");
    if (who.total > known->second) throw fairway::fault("over_limit", "more than this consumer may spend");
    return {who.consumer};
}

} // namespace ftgo
