// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What a simulation is made of: draws, clocks, schedulers, pauses, slow links, plans.
#include "fw_catch.hpp"
#include "sim_kit.hpp"

#include <fairway/env/sleep.hpp>

#include <array>
#include <set>

using namespace sim_kit;
using namespace std::chrono_literals;
using namespace fairway::testing::sim_detail;
using fairway::testing::carrier;
using fairway::testing::fault_plan;
using fairway::testing::link_options;
using fairway::testing::link_way;
using fairway::testing::scheduling;
using fairway::testing::sim_event;
using fairway::testing::simulation_options;

TEST_CASE("draws are the same everywhere, within their bounds, and differ by seed and label") {
    dice d(1, 2);
    dice same(1, 2);
    dice other_seed(2, 2);
    dice other_label(1, 3);
    auto const first = d.next();
    CHECK(first == 0x718a08849a73b023U);
    CHECK(same.next() == first);
    CHECK(other_seed.next() != first);
    CHECK(other_label.next() != first);
    std::set<std::uint64_t> seen;
    for (int i = 0; i < 200; ++i) seen.insert(d.below(6));
    CHECK(seen == std::set<std::uint64_t>{0, 1, 2, 3, 4, 5});
    std::set<duration> times;
    for (int i = 0; i < 200; ++i) times.insert(d.between(-1ns, 1ns));
    CHECK(times == std::set<duration>{-1ns, 0ns, 1ns});
    CHECK(d.between(5s, 5s) == 5s);
}

TEST_CASE("a host's clock never goes back, and its alarms have their moment in the world") {
    for (std::int64_t const drift : {0, 1, -1, 100, -100, 99'999, -99'999, 499'999, -499'999}) {
        clock_error e;
        e.drift = drift;
        dice d(static_cast<std::uint64_t>(drift + 1'000'000), 1);
        for (int i = 0; i < 500; ++i) {
            auto const world = d.between(0ns, i % 2 == 0 ? 100ns : duration(24h * 365));
            INFO(drift << " " << world.count());
            CHECK(e.local(world + 1ns) >= e.local(world));
            auto const moment = e.world(e.local(world));
            CHECK(e.local(moment) >= e.local(world));
            CHECK(moment <= world);
            auto const passed = d.between(0ns, 1000h);
            CHECK(e.local(e.world(passed)) >= passed);
            if (e.world(passed) > 0ns) CHECK(e.local(e.world(passed) - 1ns) < passed);
        }
    }
    clock_error fast;
    fast.drift = 100'000;
    CHECK(fast.local(10s) == 11s);
    CHECK(fast.world(11s) == 10s);
}

TEST_CASE("PCT runs who has the highest priority, and lowers it at a few steps") {
    std::array<party_id, 3> const all{0, 1, 2};
    std::set<std::size_t> favourites;
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        scheduler s(scheduling::pct, seed, 3, 100);
        std::vector<std::size_t> runs;
        for (int i = 0; i < 200; ++i) {
            auto const chosen = s.choose(all);
            if (runs.empty() || runs.back() != chosen) runs.push_back(chosen);
            s.ran(all[chosen]);
        }
        favourites.insert(runs.front());
        CHECK(runs.size() <= 3); // two change points
        CHECK(runs.size() > 1);
    }
    CHECK(favourites.size() == 3);
    std::set<std::size_t> chosen;
    scheduler random(scheduling::random_order, 1, 1, 1);
    for (int i = 0; i < 100; ++i) chosen.insert(random.choose(all));
    CHECK(chosen.size() == 3);
}

TEST_CASE("an event is a line of text") {
    sim_event e;
    e.at = 1s + 5us;
    e.step = 12;
    e.where = "shop";
    e.what = "deliver";
    e.text = "shop.order";
    e.id = {1, 2};
    CHECK(to_string(e) == "1.000005000 #12 shop deliver shop.order 00000000-0000-0001-0000-000000000002");
    simulation world;
    std::vector<std::string> lines;
    world.trace([&lines](sim_event const& seen) { lines.push_back(to_string(seen)); });
    auto const before = world.hash();
    world.note("hello");
    CHECK(lines == std::vector<std::string>{"0.000000000 #0 test note hello"});
    CHECK(world.hash() != before);
}

TEST_CASE("on a paused host nothing runs while its clock goes on") {
    simulation world(simulation_options(1).clocks(0s, 0));
    auto& a = add(world, "a");
    std::vector<duration> woken;
    auto sleeper = [&]() -> task<> {
        for (int i = 0; i < 4; ++i) {
            co_await sleep_for(1s);
            woken.push_back(world.elapsed());
        }
    };
    a.spawn(sleeper());
    world.run_for(1500ms);
    world.pause(a, 2s);
    CHECK(a.paused());
    world.run_for(4s);
    CHECK_FALSE(a.paused());
    CHECK(woken == std::vector<duration>{1s, 3500ms, 4500ms, 5500ms});
    CHECK(a.now() == world.now());
}

TEST_CASE("the broker gives up a host that stands still too long") {
    simulation world;
    auto& a = add(world, "a");
    auto& b = add(world, "b");
    consumer one(a, queue());
    world.settle();
    sender out(b, queue());
    out.send(1);
    world.settle();
    CHECK(one.receive() == numbers{1});
    world.pause(a, 8s);
    consumer two(b, queue());
    world.run_for(4s);
    CHECK(two.receive().empty());
    world.run_for(2s);
    CHECK(two.receive() == numbers{1});
    world.run_for(5s);
    one.settle_all();
    CHECK(one.notices() == std::vector<std::string>{"connected", "disconnected", "connected"});
    world.settle();
    CHECK(world.backlog("work") == 1);
}

TEST_CASE("a slow link delays, and keeps the order") {
    simulation world(simulation_options(1).links(link_options().latency(1ms, 1ms)));
    auto& a = add(world, "a");
    sender out(a, queue());
    consumer in(a, queue());
    world.settle();
    out.send(1);
    world.run_for(2ms);
    CHECK(in.receive() == numbers{1});
    world.slow(a, 10s, 1min);
    for (std::uint64_t n = 2; n <= 20; ++n) out.send(n);
    world.run_for(2ms);
    CHECK(in.receive().empty());
    world.run_for(30s);
    numbers all;
    for (std::uint64_t n = 2; n <= 20; ++n) all.push_back(n);
    CHECK(in.receive() == all);
}

TEST_CASE("an end of a cut does not end a later one") {
    simulation world;
    auto& a = add(world, "a");
    sender out(a, queue());
    world.settle();
    world.cut(a, link_way::up, 2s);
    world.cut(a, link_way::down, 4s);
    auto const sent = out.send(1);
    world.run_for(3s);
    CHECK(world.backlog("work") == 1); // up again
    CHECK_FALSE(sent->done);
    world.cut(a, link_way::down, 4s);
    world.run_for(1900ms);
    CHECK_FALSE(sent->done);
    world.run_for(20s);
    CHECK(sent->done);
}

TEST_CASE("a plan's faults end with its window") {
    for (auto const how : {carrier::broker, carrier::hub}) {
        simulation world(simulation_options(5).carried_by(how));
        auto& a = add(world, "a");
        auto& spared = add(world, "b");
        auto busy = [](host& h) -> task<> {
            (void)h;
            for (;;) co_await sleep_for(10ms);
        };
        spared.spawn(busy(spared));
        world.inject(fault_plan(30s).crashes(2s, 1h, 2h).pauses(2s, 1h, 2h).cuts(2s, 1h, 2h).spare("b"));
        duration last{};
        world.trace([&](sim_event const& e) {
            if (e.what != "run" && e.where == "a") last = e.at;
        });
        world.run_for(29s);
        CHECK((!a.up() || a.paused()));
        world.run_for(2s);
        CHECK(a.up());
        CHECK_FALSE(a.paused());
        CHECK(last == 30s);
        CHECK(a.incarnation() > 1);
        CHECK(spared.incarnation() == 1);
        world.run_for(1min);
        CHECK(last == 30s);
    }
}

TEST_CASE("bad options are refused") {
    using fairway::testing::broker_options;
    REQUIRE_THROWS_AS(fault_plan(0s), system_error);
    REQUIRE_THROWS_AS(fault_plan(1s).crashes(1s, 5s, 1s), system_error);
    REQUIRE_THROWS_AS(broker_options().queue_messages(0), system_error);
    REQUIRE_THROWS_AS(broker_options().max_hold(0s), system_error);
    REQUIRE_THROWS_AS(link_options().latency(2s, 1s), system_error);
    REQUIRE_THROWS_AS(link_options().backoff(0s, 1s), system_error);
    REQUIRE_THROWS_AS(simulation_options().clocks(-1s, 0), system_error);
    REQUIRE_THROWS_AS(simulation_options().pct(0, 10), system_error);
    simulation hub(simulation_options(1).carried_by(carrier::hub));
    auto& a = add(hub, "a");
    REQUIRE_THROWS_AS(hub.cut(a), std::logic_error);
    REQUIRE_THROWS_AS(hub.restart_broker(), std::logic_error);
    REQUIRE_THROWS_AS(hub.backlog("work"), std::logic_error);
}
