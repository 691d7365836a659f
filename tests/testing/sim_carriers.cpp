// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"
#include "shop.hpp"

#include <fairway/testing/simulation.hpp>

#include <set>

using namespace std::chrono_literals;
using fairway::task;
using fairway::testing::carrier;
using fairway::testing::host;
using fairway::testing::link_way;
using fairway::testing::scheduling;
using fairway::testing::simulation;
using fairway::testing::simulation_options;

namespace {

struct results {
    int placed = 0;
    int failed = 0;
};

task<> order_many(fairway::sender_port<shop::orders> orders, int count, results& into) {
    for (int i = 0; i < count; ++i) {
        shop::place_order const tea{.sku = "tea", .quantity = i};
        try {
            (void)co_await orders.request(tea, 2s);
            ++into.placed;
        } catch (fairway::system_error const&) {
            ++into.failed;
        }
        co_await fairway::sleep_for(100ms);
    }
}

void boot_stock(host& h) {
    auto& stock = h.make<fairway::service>(h.transport(), "inventory");
    stock.handle<shop::orders>(shop::inventory{stock});
    stock.start();
}

std::uint64_t run_behind_a_broker(simulation_options const& options) {
    simulation world(options);
    auto& stock = world.add_host("stock", boot_stock);
    results r;
    auto& shop = world.add_host("shop", [&r](host& h) {
        auto& checkout = h.make<fairway::service>(h.transport(), "checkout");
        h.spawn(order_many(checkout.sender<shop::orders>(), 30, r));
    });
    world.run_for(500ms);
    CHECK(r.placed > 1);
    world.crash(stock);
    CHECK_FALSE(stock.up());
    world.run_for(300ms);
    world.restart(stock);
    CHECK(stock.incarnation() == 2);
    world.run_for(1s);
    world.cut(shop, link_way::both, 500ms);
    CHECK(world.run_until([&r] { return r.placed + r.failed == 30; }));
    CHECK(r.placed > 20);
    return world.hash();
}

std::uint64_t run_at_a_hub(std::uint64_t seed) {
    simulation world(simulation_options(seed).carried_by(carrier::hub));
    auto& stock = world.add_host("stock", boot_stock);
    results r;
    world.add_host("shop", [&r](host& h) {
        auto& checkout = h.make<fairway::service>(h.transport(), "checkout");
        h.spawn(order_many(checkout.sender<shop::orders>(), 20, r));
    });
    world.run_for(500ms);
    world.crash(stock);
    CHECK_FALSE(stock.up());
    world.run_for(300ms);
    world.restart(stock);
    CHECK(stock.incarnation() == 2);
    CHECK(world.run_until([&r] { return r.placed + r.failed == 20; }));
    CHECK(r.placed == 20);
    return world.hash();
}

} // namespace

TEST_CASE("hosts behind a broker run the same way for the same seed, through a crash and a cut") {
    for (auto const how : {scheduling::random_order, scheduling::pct}) {
        std::set<std::uint64_t> hashes;
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            auto const options = simulation_options(seed).scheduler(how);
            auto const hash = run_behind_a_broker(options);
            CHECK(run_behind_a_broker(options) == hash);
            hashes.insert(hash);
        }
        CHECK(hashes.size() == 20);
    }
}

TEST_CASE("hosts that share a hub run the same way for the same seed, through a crash") {
    std::set<std::uint64_t> hashes;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        auto const hash = run_at_a_hub(seed);
        CHECK(run_at_a_hub(seed) == hash);
        hashes.insert(hash);
    }
    CHECK(hashes.size() > 10);
}
