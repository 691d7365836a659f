// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Lanes: order per key, concurrency over keys.
#include "fw_catch.hpp"

#include <fairway/delivery/lanes.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <utility>
#include <vector>

using key = std::optional<std::uint64_t>;
using fairway::lanes;

namespace {

template <class Job>
std::vector<Job> start_all(lanes<Job>& all) {
    std::vector<Job> started;
    while (auto s = all.next()) started.push_back(std::move(s->job));
    return started;
}

} // namespace

TEST_CASE("jobs of one key run one after another, in their order") {
    lanes<int> l(10);
    for (int i = 0; i < 4; ++i) l.add(7, i);
    for (int i = 0; i < 4; ++i) {
        CHECK(start_all(l) == std::vector{i});
        CHECK(l.running() == 1U);
        CHECK(l.waiting() == static_cast<std::size_t>(3 - i));
        l.finish(7);
    }
    CHECK_FALSE(l.next());
    l.add(7, 5);
    CHECK(start_all(l) == std::vector{5});
}

TEST_CASE("jobs of different keys, and jobs without, run at the same time, up to the limit") {
    lanes<int> l(3);
    CHECK(l.limit() == 3U);
    l.add(1, 10);
    l.add(1, 11);
    l.add(2, 20);
    l.add(std::nullopt, 1);
    l.add(std::nullopt, 2);
    CHECK(start_all(l) == std::vector{10, 20, 1});
    CHECK(l.waiting() == 2U);
    l.finish(std::nullopt);
    CHECK(start_all(l) == std::vector{2});
    l.finish(1);
    CHECK(start_all(l) == std::vector{11});
    CHECK(l.waiting() == 0U);
    CHECK(l.running() == 3U);
}

TEST_CASE("a limit of one runs all one after another") {
    lanes<int> l(1);
    l.add(1, 1);
    l.add(2, 2);
    l.add(std::nullopt, 3);
    for (int i = 1; i <= 3; ++i) {
        auto const s = l.next();
        REQUIRE(s);
        CHECK(s->job == i);
        CHECK_FALSE(l.next());
        l.finish(s->lane);
    }
}

TEST_CASE("jobs are moved, not copied") {
    lanes<std::unique_ptr<int>> l(2);
    l.add(1, std::make_unique<int>(1));
    l.add(1, std::make_unique<int>(2));
    CHECK(*l.next()->job == 1);
    l.finish(1);
    CHECK(*l.next()->job == 2);
}

TEST_CASE("clear forgets what waits, and running jobs still finish") {
    lanes<int> l(4);
    l.add(1, 1);
    l.add(1, 2);
    l.add(std::nullopt, 3);
    CHECK(l.next()->job == 1);
    l.clear();
    CHECK(l.waiting() == 0U);
    CHECK_FALSE(l.next());
    CHECK(l.running() == 1U);
    l.finish(1);
    CHECK(l.running() == 0U);
    l.add(1, 4);
    CHECK(start_all(l) == std::vector{4});
}

TEST_CASE("lanes do what they say, whatever comes") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        INFO("seed " << seed);
        std::mt19937_64 random(seed);
        std::size_t const limit = 1 + seed % 6;
        lanes<std::pair<key, int>> l(limit);
        std::map<std::uint64_t, int> added;    // per key: how many were added
        std::map<std::uint64_t, int> started;  // per key: how many were started
        std::map<std::uint64_t, bool> running; // per key: whether one runs
        std::vector<key> in_flight;
        std::size_t waiting = 0;
        auto const drain = [&](bool all) {
            while (auto s = l.next()) {
                REQUIRE(in_flight.size() < limit);
                REQUIRE(s->lane == s->job.first);
                if (s->lane) {
                    REQUIRE_FALSE(running[*s->lane]);
                    REQUIRE(s->job.second == started[*s->lane]++);
                    running[*s->lane] = true;
                }
                in_flight.push_back(s->lane);
                --waiting;
                if (!all) break;
            }
        };
        auto const finish_one = [&] {
            std::size_t const i = random() % in_flight.size();
            auto const k = in_flight[i];
            in_flight.erase(in_flight.begin() + static_cast<std::ptrdiff_t>(i));
            if (k) running[*k] = false;
            l.finish(k);
        };
        for (int i = 0; i < 3000; ++i) {
            switch (random() % 4) {
            case 0:
            case 1: {
                key const k = random() % 5 == 0 ? key() : key(random() % 6);
                l.add(k, {k, k ? added[*k]++ : 0});
                ++waiting;
                break;
            }
            case 2: drain(random() % 2 == 0); break;
            default:
                if (!in_flight.empty()) finish_one();
            }
            REQUIRE(l.running() == in_flight.size());
            REQUIRE(l.waiting() == waiting);
        }
        // Nothing is stuck: what waits for nobody starts.
        for (drain(true); !in_flight.empty(); drain(true)) finish_one();
        REQUIRE(l.waiting() == 0);
        REQUIRE(started == added);
    }
}

TEST_CASE("a parked job keeps its lane shut, and gives its place to others") {
    lanes<int> l(1);
    l.add(1, 10);
    l.add(1, 11);
    l.add(2, 20);
    auto const first = l.next();
    REQUIRE(first);
    CHECK(first->job == 10);
    l.park(first->lane);
    CHECK(l.parked() == 1U);
    CHECK(l.running() == 0U);
    CHECK(l.stuck(1));
    CHECK_FALSE(l.stuck(2));
    CHECK(l.behind(1) == 1U);
    CHECK(start_all(l) == std::vector{20});
    l.finish(2);
    CHECK_FALSE(l.next());
    l.resume(1, 10);
    CHECK_FALSE(l.stuck(1));
    CHECK(l.shut(1));
    CHECK(start_all(l) == std::vector{10});
    l.finish(1);
    CHECK(start_all(l) == std::vector{11});
    l.finish(1);
    CHECK_FALSE(l.shut(1));
    CHECK(l.parked() == 0U);
}

TEST_CASE("a job that ran without having been added can be parked, and dropped") {
    lanes<int> l(4);
    CHECK_FALSE(l.shut(7));
    l.park_new(7);
    CHECK(l.shut(7));
    l.add(7, 71);
    l.park_new(std::nullopt);
    CHECK(l.parked() == 2U);
    CHECK_FALSE(l.next());
    l.drop_parked(7);
    CHECK(start_all(l) == std::vector{71});
    l.finish(7);
    l.resume(std::nullopt, 1);
    CHECK(start_all(l) == std::vector{1});
    CHECK_FALSE(l.shut(std::nullopt));
    CHECK_FALSE(l.stuck(std::nullopt));
    CHECK(l.behind(std::nullopt) == 0U);
}

TEST_CASE("what waits can be taken out, in its order, and the rest goes on") {
    lanes<int> l(10);
    for (int n : {1, 2, 3, 4}) l.add(1, 10 + n);
    for (int n : {1, 2}) l.add(2, 20 + n);
    l.add(std::nullopt, 5);
    auto const running = l.next();
    REQUIRE(running);
    CHECK(running->job == 11);
    auto const odd = l.extract([](int j) { return j % 2 == 1; });
    CHECK(odd == std::vector{21, 5, 13});
    CHECK(l.waiting() == 3U);
    CHECK(start_all(l) == std::vector{22});
    l.finish(1);
    CHECK(start_all(l) == std::vector{12});
    l.finish(1);
    CHECK(start_all(l) == std::vector{14});
    l.finish(1);
    l.finish(2);
    CHECK(l.extract([](int) { return true; }).empty());
    CHECK_FALSE(l.shut(1));
    CHECK_FALSE(l.shut(2));
}

TEST_CASE("the lane of a delivery") {
    using fairway::lane_of;
    using fairway::ordering;
    CHECK_FALSE(lane_of(ordering::none, 1, 8, 3, "a"));
    CHECK_FALSE(lane_of(ordering::key, 64, 0, 0, "a"));
    CHECK(lane_of(ordering::key, 1, 0, 0, "a") == lane_of(ordering::key, 1, 0, 0, "b"));
    CHECK_FALSE(lane_of(ordering::key, 64, 8, 3, ""));
    CHECK(lane_of(ordering::key, 64, 8, 3, "a") == lane_of(ordering::key, 64, 8, 3, "a"));
    CHECK(lane_of(ordering::key, 64, 8, 3, "a") != lane_of(ordering::key, 64, 8, 3, "b"));
    CHECK(lane_of(ordering::shard, 64, 8, 3, "a") == 3U);
    CHECK(lane_of(ordering::shard, 64, 0, 0, "a") == lane_of(ordering::shard, 64, 0, 0, ""));
}
