// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A channel has no more shards than brokers take.
// expect: fairway: a channel has 1 to 1024 shards
#include "prelude.hpp"

struct letter {
    using contract = fairway::document<"letter">;
    std::string to;
    static constexpr auto shard_key = &letter::to;
};
using letters = fairway::point_to_point<"letters", letter>;
#ifndef FAIRWAY_FIXED
using made = fairway::sharded<2000, letters>;
#else
using made = fairway::sharded<1024, letters>;
#endif
auto const shards = made::shards;
