// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"

#include <fairway/transport/hub/shard_set.hpp>

#include <cstdint>
#include <random>
#include <set>

using fairway::hub_detail::shard_set;

TEST_CASE("a set of shards finds the next one, all around", "[inproc]") {
    for (std::uint32_t const shards : {1U, 63U, 64U, 65U, 1000U}) {
        CAPTURE(shards);
        shard_set s(shards);
        std::set<std::uint32_t> same;
        std::minstd_rand random(shards); // NOLINT: the same numbers each time
        for (int i = 0; i < 2000; ++i) {
            auto const shard = static_cast<std::uint32_t>(random() % shards);
            if (random() % 2 == 0) {
                s.insert(shard);
                same.insert(shard);
            } else {
                s.erase(shard);
                same.erase(shard);
            }
            REQUIRE(s.size() == same.size());
            if (same.empty()) continue;
            // Also behind the last one, where a reader stands that has been at that.
            auto const from = static_cast<std::uint32_t>(random() % (shards + 1));
            auto const found = same.lower_bound(from);
            REQUIRE(s.next(from) == (found == same.end() ? *same.begin() : *found));
        }
    }
}
