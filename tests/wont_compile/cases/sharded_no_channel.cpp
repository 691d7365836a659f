// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What is sharded is a channel.
// expect: fairway: sharded takes a channel
#include "prelude.hpp"

struct letter {
    using contract = fairway::document<"letter">;
    std::string to;
    static constexpr auto shard_key = &letter::to;
};
#ifndef FAIRWAY_FIXED
using made = fairway::sharded<8, letter>;
#else
using made = fairway::sharded<8, fairway::point_to_point<"letters", letter>>;
#endif
auto const shards = made::shards;
