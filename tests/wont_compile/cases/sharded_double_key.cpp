// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A shard key has one text: that of a double would depend on who writes it.
// expect: fairway: every message of a sharded channel says its shard key
#include "prelude.hpp"

struct letter {
    using contract = fairway::document<"letter">;
    double weight = 0;
#ifndef FAIRWAY_FIXED
    double shard_key() const { return weight; }
#else
    int shard_key() const { return int(weight); }
#endif
};
auto const shards = fairway::sharded<8, fairway::point_to_point<"letters", letter>>::shards;
