// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The messages of a sharded channel have a shard key.
// expect: fairway: every message of a sharded channel says its shard key
#include "prelude.hpp"

struct letter {
    using contract = fairway::document<"letter">;
    std::string to;
#ifdef FAIRWAY_FIXED
    std::string const& shard_key() const { return to; }
#endif
};
auto const shards = fairway::sharded<8, fairway::point_to_point<"letters", letter>>::shards;
