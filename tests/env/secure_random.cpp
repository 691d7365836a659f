// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include <fairway/testing/seeded_secure_random.hpp>

#include "fw_catch.hpp"

#include <boost/asio/io_context.hpp>

#include <set>

using fairway::env::secure_random;
namespace asio = boost::asio;

namespace {

std::vector<std::byte> bytes(secure_random& from, std::size_t size) {
    std::vector<std::byte> out(size);
    from.fill(out);
    return out;
}

} // namespace

TEST_CASE("the system's secret bytes are all filled, and others each time") {
    asio::io_context io;
    auto& secrets = secure_random::of(io.get_executor());
    std::set<std::vector<std::byte>> seen;
    for (int i = 0; i < 100; ++i) CHECK(seen.insert(bytes(secrets, 16)).second);
    // 1000 bytes take several calls: the last 16 of them are not left as they were, but once in 2^128.
    auto const many = bytes(secrets, 1000);
    CHECK(std::vector<std::byte>(many.end() - 16, many.end()) != std::vector<std::byte>(16));
    CHECK(bytes(secrets, 0).empty());
}

TEST_CASE("seeded ones are the same for the same seed") {
    auto const drawn = [](unsigned seed) {
        asio::io_context io;
        asio::make_service<fairway::testing::seeded_secure_random>(io, seed);
        auto& secrets = secure_random::of(io.get_executor());
        auto all = bytes(secrets, 16);
        auto const more = bytes(secrets, 16);
        CHECK(all != more);
        all.insert(all.end(), more.begin(), more.end());
        return all;
    };
    CHECK(drawn(1) == drawn(1));
    CHECK(drawn(1) != drawn(2));
}
