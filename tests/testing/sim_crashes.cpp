// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Crashes a host after every k steps of a scenario, in every order of destruction, and goes on. What leaks or is used
// too late is found by the sanitizers that the test is built with.
#include "fw_catch.hpp"
#include "shop.hpp"

#include <fairway/testing/simulation.hpp>

#include <array>
#include <optional>

#if defined(__SANITIZE_ADDRESS__)
#define FW_LEAK_CHECK 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FW_LEAK_CHECK 1
#endif
#endif
#ifdef FW_LEAK_CHECK
#include <sanitizer/lsan_interface.h>
#endif

using namespace std::chrono_literals;
using fairway::task;
using fairway::testing::broker_options;
using fairway::testing::carrier;
using fairway::testing::host;
using fairway::testing::link_options;
using fairway::testing::simulation;
using fairway::testing::simulation_options;

namespace {

bool leaked() {
#ifdef FW_LEAK_CHECK
    return __lsan_do_recoverable_leak_check() != 0;
#else
    return false;
#endif
}

task<> order(fairway::sender_port<shop::orders> orders, int& placed) {
    for (auto const* sku : {"tea", "slow", "none"}) {
        shop::place_order const one{.sku = sku, .quantity = 1};
        try {
            (void)co_await orders.request(one, 2s);
            ++placed;
        } catch (std::exception const&) {}
    }
    shop::cancel_order const c{"1"};
    co_await orders.send(c, fairway::send_options().delay(500ms));
    co_await orders.send(c, fairway::send_options().time_to_live(500ms));
    (void)orders.try_send(c);
    co_await orders.flush();
}

task<> move(fairway::sender_port<shop::moves> moves) {
    std::vector<shop::moved_in> all;
    for (int i = 0; i < 6; ++i) all.push_back({"sku" + std::to_string(i % 3)});
    (void)co_await moves.send_all(all, fairway::send_options().patience(1s));
    for (auto const& m : all) co_await moves.send(m, fairway::send_options().patience(1h));
}

task<> ask_price(fairway::sender_port<shop::prices> prices) {
    shop::ask_price const tea{"tea"};
    (void)co_await prices.gather(tea, fairway::gather_options<shop::quote>(3s).stall(500ms));
}

task<> leave(fairway::service& s) {
    co_await fairway::sleep_for(3s);
    (void)co_await s.drain(1s);
}

void start_stock(host& h) {
    auto& stock = h.make<fairway::service>(h.transport(), "inventory");
    stock.handle<shop::orders>(shop::inventory{stock});
    stock.handle<shop::moves>([](shop::moved_in const&) -> task<> { co_await fairway::sleep_for(50ms); },
        fairway::handler_options().prefetch(3));
    stock.handle<shop::prices>([](shop::ask_price const&) -> task<shop::quote> {
        co_await fairway::sleep_for(100ms);
        co_return shop::quote{1};
    });
    stock.start();
    if (h.incarnation() == 1) h.spawn(leave(stock));
}

struct shop_scenario {
    simulation world;
    int placed = 0;

    explicit shop_scenario(simulation_options const& o) : world(o) {
        world.add_host("stock", start_stock);
        world.add_host("shop", [this](host& h) {
            auto& checkout = h.make<fairway::service>(h.transport(), "checkout");
            h.spawn(order(checkout.sender<shop::orders>(), placed));
            h.spawn(move(checkout.sender<shop::moves>()));
            h.spawn(ask_price(checkout.sender<shop::prices>()));
        });
    }
    // False where it has ended earlier.
    bool run_to(std::uint64_t step) {
        return world.run_until([&] { return world.steps() >= step; }, 30s);
    }
};

void crash_everywhere(simulation_options const& base) {
    for (std::uint64_t k = 0;; ++k) {
        REQUIRE(k < 5000);
        bool more = false;
        // The order of destruction is a matter of the seed.
        for (std::uint64_t seed = 1; seed <= 3; ++seed) {
            auto const options = simulation_options(base).seed(seed * 1000 + k);
            shop_scenario s(options);
            more = s.run_to(k) || more;
            s.world.crash(s.world.at(k % 2 == 0 ? "stock" : "shop"), 100ms);
            if (k % 8 < 2) s.run_to(k + 150);
        }
        if (leaked()) FAIL("leaked, crashed after " << k);
        if (!more) return;
    }
}

simulation_options narrow() {
    return simulation_options()
        .broker(broker_options().queue_messages(3))
        .links(link_options().unsent_messages(2).dead_after(1s));
}

} // namespace

TEST_CASE("a host behind a broker can crash at any moment", "[brute]") { crash_everywhere(narrow()); }

TEST_CASE("a host on a shared hub can crash at any moment", "[brute]") {
    crash_everywhere(narrow().carried_by(carrier::hub));
    crash_everywhere(narrow().carried_by(carrier::hub).paranoid(false));
}

TEST_CASE("a host can crash from within its own handlers") {
    for (auto const how : {carrier::broker, carrier::hub}) {
        simulation world(simulation_options(1).carried_by(how));
        auto& bad = world.add_host("bad", [](host& h) {
            auto& s = h.make<fairway::service>(h.transport(), "stock");
            auto answer = [&h](shop::ask_price const&) {
                if (h.incarnation() < 3) h.crash_soon(1s);
                return shop::quote{double(h.incarnation())};
            };
            s.handle<shop::one_price>(answer);
            s.start();
        });
        std::optional<double> price;
        auto ask_once = [&price](fairway::sender_port<shop::one_price> to) -> task<> {
            shop::ask_price const tea{"tea"};
            auto const q = co_await to.request(tea, 1min);
            price = q.price;
        };
        world.add_host("customer", [&](host& h) {
            auto& s = h.make<fairway::service>(h.transport(), "customer");
            h.spawn(ask_once(s.sender<shop::one_price>()));
        });
        CHECK(world.run_until([&] { return price.has_value(); }));
        CHECK(price.value_or(0) >= 1);
        if (how == carrier::hub) CHECK(price == 1); // its answer was there before it crashed
        world.run_for(10s);
        CHECK(bad.up());
        CHECK(bad.incarnation() >= 2);
    }
}

TEST_CASE("handlers must not run the simulation, and what a spawned task throws comes out") {
    simulation world;
    auto& h = world.add_host("h", [](host&) {});
    auto run_within = [&]() -> task<> {
        world.run_for(1s);
        co_return;
    };
    h.spawn(run_within());
    REQUIRE_THROWS_AS(world.settle(), std::logic_error);
    auto crash_within = [&]() -> task<> {
        world.crash(h);
        co_return;
    };
    h.spawn(crash_within());
    REQUIRE_THROWS_AS(world.settle(), std::logic_error);
    CHECK(h.up());
    world.crash(h);
    REQUIRE_THROWS_AS(h.transport(), std::logic_error);
    REQUIRE_THROWS_AS(world.at("nobody"), std::out_of_range);
    REQUIRE_THROWS_AS(world.add_host("h", [](host&) {}), std::logic_error);
}

TEST_CASE("a host whose boot function throws stays down") {
    simulation world;
    bool good = false;
    auto const boot = [&](host& h) {
        h.make<fairway::service>(h.transport(), "stock");
        if (!good) throw std::runtime_error("no configuration");
    };
    REQUIRE_THROWS_AS(world.add_host("h", boot), std::runtime_error);
    auto& h = world.at("h");
    CHECK_FALSE(h.up());
    good = true;
    world.restart(h);
    CHECK(h.up());
}

TEST_CASE("a simulation that never comes to rest says so") {
    simulation world(simulation_options(9).max_steps(1000));
    auto& h = world.add_host("busy", [](host&) {});
    auto forever = []() -> task<> {
        for (;;) co_await fairway::sleep_for(0s);
    };
    h.spawn(forever());
    try {
        world.run_for(1s);
        FAIL("it came to rest");
    } catch (fairway::testing::stuck const& s) {
        CHECK(std::string(s.what()).find("seed 9") != std::string::npos);
        CHECK(std::string(s.what()).find("busy:") != std::string::npos);
    }
}
