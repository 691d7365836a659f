// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The window of handled ids, against a map and a deque that do the same slowly.
#include "code_of.hpp"
#include "fw_catch.hpp"

#include <fairway/delivery/window.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using fairway::duration;
using fairway::errc;
using fairway::message_id;
using fairway::siphash_key;
using window = fairway::window<>;
using point = std::chrono::time_point<std::chrono::steady_clock, duration>;

namespace {

constexpr siphash_key key{0x8e0e7b1f2c3d4a59, 0x1b2a3948576a7b8c};
constexpr point start{1h};

// What a window shall do: the ids of the last `most` insertions, if they are young enough.
class reference {
public:
    reference(std::size_t most, duration age) : most_(most), age_(age) {}

    bool contains(std::uint32_t scope, message_id id, point now) const {
        auto const at = last_.find({scope, id});
        return at != last_.end() && at->second >= first_ && now - times_[at->second - first_] < age_;
    }
    void insert(std::uint32_t scope, message_id id, point now) {
        if (contains(scope, id, now)) return;
        if (times_.size() == most_) {
            times_.pop_front();
            ++first_;
        }
        last_[{scope, id}] = first_ + times_.size();
        times_.push_back(now);
    }
    std::size_t young(point now) const {
        std::size_t n = 0;
        for (auto const& [k, at] : last_) n += contains(k.first, k.second, now);
        return n;
    }

private:
    std::size_t most_;
    duration age_;
    std::deque<point> times_;
    std::size_t first_ = 0; // the number of the insertion that times_ begins with
    std::map<std::pair<std::uint32_t, message_id>, std::size_t> last_;
};

void run_like_the_reference(std::size_t most, duration age, std::uint64_t ids, duration step, unsigned seed) {
    CAPTURE(most, age.count(), ids, step.count(), seed);
    window w(key, most, age);
    reference expected(most, age);
    std::mt19937_64 random(seed);
    point now = start;
    std::string wrong;
    for (int i = 0; i < 10'000 && wrong.empty(); ++i) {
        now += duration(static_cast<std::int64_t>(random() % (2 * static_cast<std::uint64_t>(step.count()) + 1)));
        if (random() % 500 == 0) now += age / 2; // a pause, after which much is too old
        auto const scope = static_cast<std::uint32_t>(random() % 3);
        message_id const id{random() % ids, 7};
        if (w.contains(scope, id, now) != expected.contains(scope, id, now)) wrong = "contains";
        if (random() % 2) {
            w.insert(scope, id, now);
            expected.insert(scope, id, now);
            if (!w.contains(scope, id, now)) wrong = "contains what was inserted";
        }
        if (w.size() > most) wrong = "more than it may hold";
        if (i % 1000 == 0 && w.size() < expected.young(now)) wrong = "size";
    }
    CHECK(wrong == "");
}

} // namespace

TEST_CASE("a window knows what was inserted, each scope for itself") {
    window w(key);
    message_id const id{1, 2};
    CHECK_FALSE(w.contains(0, id, start));
    w.insert(0, id, start);
    CHECK(w.contains(0, id, start));
    CHECK_FALSE(w.contains(1, id, start));
    CHECK_FALSE(w.contains(0, {2, 1}, start));
    w.insert(1, id, start);
    CHECK(w.contains(1, id, start));
    CHECK(w.size() == 2);
    w.clear();
    CHECK(w.size() == 0);
    CHECK_FALSE(w.contains(0, id, start));
    w.insert(0, id, start);
    CHECK(w.contains(0, id, start));
}

TEST_CASE("the oldest id goes when there is no room") {
    window w(key, 3);
    for (std::uint64_t i = 1; i <= 3; ++i) w.insert(0, {i, 0}, start);
    CHECK(w.contains(0, {1, 0}, start));
    w.insert(0, {3, 0}, start);
    CHECK(w.contains(0, {1, 0}, start));
    w.insert(0, {4, 0}, start);
    CHECK_FALSE(w.contains(0, {1, 0}, start));
    for (std::uint64_t i = 2; i <= 4; ++i) CHECK(w.contains(0, {i, 0}, start));
    CHECK(w.size() == 3);

    window one(key, 1);
    one.insert(0, {1, 0}, start);
    one.insert(0, {2, 0}, start);
    CHECK_FALSE(one.contains(0, {1, 0}, start));
    CHECK(one.contains(0, {2, 0}, start));
}

TEST_CASE("an id is forgotten when its age has passed, and dropped by later insertions") {
    window w(key, 100, 10s);
    for (std::uint64_t i = 0; i < 50; ++i) w.insert(0, {i, 0}, start);
    CHECK(w.contains(0, {7, 0}, start + 10s - 1ns));
    CHECK_FALSE(w.contains(0, {7, 0}, start + 10s));
    w.insert(0, {7, 0}, start + 5s);
    CHECK_FALSE(w.contains(0, {7, 0}, start + 10s));
    CHECK(w.size() == 50);
    w.insert(0, {7, 0}, start + 10s);
    CHECK(w.contains(0, {7, 0}, start + 20s - 1ns));
    for (std::uint64_t i = 100; i < 120; ++i) w.insert(0, {i, 0}, start + 11s);
    CHECK(w.size() == 21);
    CHECK(w.contains(0, {7, 0}, start + 20s - 1ns));
}

TEST_CASE("an age without end never passes") {
    window w(key, 10, duration::max());
    w.insert(0, {1, 1}, point{});
    CHECK(w.contains(0, {1, 1}, point{} + 2'000'000h));
}

TEST_CASE("a window does what a map and a deque do") {
    unsigned seed = 1;
    for (std::size_t const most : {1U, 2U, 15U, 16U, 17U, 100U, 1000U})
        for (std::uint64_t const ids : {4U, 60U, 3000U})
            for (duration const step : {duration(0), duration(1ms), duration(200ms)})
                run_like_the_reference(most, 10s, ids, step, seed++);
}

TEST_CASE("once a window is full it takes no more memory") {
    window w(key, 5000);
    CHECK(w.footprint() == 0);
    std::uint64_t next = 0;
    for (; next < 5000; ++next) w.insert(0, {next, next}, start);
    auto const full = w.footprint();
    CHECK(full < 5000 * 128);
    for (; next < 50'000; ++next) w.insert(0, {next, next}, start + std::chrono::seconds(next));
    CHECK(w.footprint() == full);
    w.clear();
    for (; next < 60'000; ++next) w.insert(0, {next, next}, start);
    CHECK(w.footprint() == full);
    CHECK(w.size() == 5000);
}

TEST_CASE("ids that collide in std::hash do not make the searches long") {
    window w(key);
    std::hash<message_id> const unkeyed;
    std::size_t const wanted = unkeyed({0, 42});
    bool collide = true;
    for (std::uint64_t i = 0; i < 100'000; ++i) {
        message_id const id{i, i ^ 42};
        collide = collide && unkeyed(id) == wanted;
        w.insert(0, id, start);
    }
    CHECK(collide);
    CHECK(w.size() == 100'000);
    CHECK(w.longest_probe() < 32);
}

TEST_CASE("ids that collide under one key do not under another") {
    siphash_key const other{key.first + 1, key.second};
    window known(key);
    window unknown(other);
    for (std::uint64_t i = 0, found = 0; found < 300; ++i) {
        message_id const id{i, 0};
        if (fairway::siphash(key, id, 0) % 4096 != 17) continue;
        ++found;
        known.insert(0, id, start);
        unknown.insert(0, id, start);
    }
    CHECK(known.longest_probe() == 300);
    CHECK(unknown.longest_probe() < 32);
    bool all = true;
    for (std::uint64_t i = 0; i < 200'000; ++i) {
        message_id const id{i, 0};
        all = all && known.contains(0, id, start) == unknown.contains(0, id, start);
    }
    CHECK(all);
}

TEST_CASE("ids and scopes whose hashes are the same are told apart") {
    // Found by trying: pairs that agree in the 32 bits of the hash that a window keeps.
    auto const check = [](std::uint32_t scope, message_id id, std::uint32_t other_scope, message_id other) {
        CAPTURE(scope, to_string(id), other_scope, to_string(other));
        REQUIRE(static_cast<std::uint32_t>(siphash(key, id, scope)) ==
                static_cast<std::uint32_t>(siphash(key, other, other_scope)));
        window w(key);
        w.insert(scope, id, start);
        CHECK_FALSE(w.contains(other_scope, other, start));
        w.insert(other_scope, other, start);
        CHECK(w.size() == 2);
        CHECK(w.contains(scope, id, start));
    };
    check(45879, {1, 2}, 66989, {1, 2});
    check(0, {2347, 2}, 0, {41374, 2});
    check(0, {1, 14929}, 0, {1, 37965});
}

TEST_CASE("a window of no ids, or of no age, is refused") {
    CHECK(code_of([] { window(key, 0); }) == errc::invalid_argument);
    CHECK(code_of([] { window(key, std::size_t{1} << 31); }) == errc::invalid_argument);
    CHECK(code_of([] { window(key, 10, 0s); }) == errc::invalid_argument);
    CHECK(code_of([] { window(key, 10, -1s); }) == errc::invalid_argument);
}
