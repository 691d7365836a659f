// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The hash and the shard that it picks, against what Kafka publishes.
#include "fw_catch.hpp"

#include <fairway/contract/shard.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

struct vector {
    std::string_view key;
    std::int32_t hash;
};

// From UtilsTest.testMurmur2 of Kafka's Java client.
constexpr vector published[] = {
    {"21", -973932308},
    {"foobar", -790332482},
    {"a-little-bit-long-string", -985981536},
    {"a-little-bit-longer-string", -1486304829},
    {"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971},
    {"abc", 479470107},
};

static_assert(
    static_cast<std::int32_t>(fairway::murmur2("foobar")) == -790332482, "a shard can be known at compile time");
static_assert(fairway::shard_of("foobar", 1) == 0);

} // namespace

TEST_CASE("murmur2 is Kafka's") {
    for (auto const& v : published) {
        INFO(v.key);
        CHECK(static_cast<std::int32_t>(fairway::murmur2(v.key)) == v.hash);
    }
}

TEST_CASE("shards are Kafka's partitions: the hash without its sign, modulo their number") {
    for (auto const& v : published)
        for (unsigned const shards : {1U, 2U, 3U, 8U, 12U, 1000U, 1024U}) {
            INFO(v.key << " of " << shards);
            CHECK(fairway::shard_of(v.key, shards) == (static_cast<std::uint32_t>(v.hash) & 0x7fffffffU) % shards);
        }
}

TEST_CASE("each length of tail counts, and bytes above 127 are unsigned") {
    std::string key;
    std::array<std::uint32_t, 17> hashes{};
    for (std::size_t n = 0; n < hashes.size(); ++n) {
        hashes[n] = fairway::murmur2(key);
        for (std::size_t i = 0; i < n; ++i) CHECK(hashes[i] != hashes[n]);
        key += '\xff';
    }
    for (std::size_t n = 1; n <= 9; ++n)
        for (std::size_t changed = 0; changed < n; ++changed) {
            std::string const before(n, 'a');
            std::string after = before;
            after[changed] = 'b';
            CHECK(fairway::murmur2(before) != fairway::murmur2(after));
        }
}

TEST_CASE("keys spread over the shards") {
    std::array<int, 8> counts{};
    for (int i = 0; i < 8000; ++i) ++counts[fairway::shard_of("order-" + std::to_string(i), 8)];
    for (int const n : counts) {
        CHECK(n > 850);
        CHECK(n < 1150);
    }
}
