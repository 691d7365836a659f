// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Who owns which shard: every small case, against the fewest moves that there can be.
#include "fw_catch.hpp"

#include <fairway/delivery/membership.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>
#include <random>
#include <string_view>
#include <vector>

using fairway::agree;
using fairway::balance;
using fairway::member_id;
using owners = std::vector<member_id>;

namespace {

std::vector<std::size_t> shares(owners const& all, owners const& members) {
    std::vector<std::size_t> counts;
    for (auto const m : members) counts.push_back(static_cast<std::size_t>(std::count(all.begin(), all.end(), m)));
    return counts;
}

std::size_t moves(owners const& before, owners const& after) {
    std::size_t n = 0;
    for (std::size_t i = 0; i < before.size(); ++i) n += before[i] != after[i];
    return n;
}

// The fewest moves to shares that differ by one at most: tries every choice of the members with a shard more.
std::size_t fewest_moves(owners const& before, owners const& members) {
    std::size_t const share = before.size() / members.size();
    std::size_t const extra = before.size() % members.size();
    auto const owned = shares(before, members);
    std::size_t best = std::numeric_limits<std::size_t>::max();
    for (unsigned choice = 0; choice < 1U << members.size(); ++choice) {
        std::size_t chosen = 0, kept = 0;
        for (std::size_t m = 0; m < members.size(); ++m) {
            bool const more = choice >> m & 1U;
            chosen += more;
            kept += std::min(owned[m], share + more);
        }
        if (chosen == extra) best = std::min(best, before.size() - kept);
    }
    return best;
}

// What is wrong with the new owners; nothing if they are right. Not CHECKs, which would take most of the time.
std::string_view problem(owners const& before, owners const& members) {
    auto const after = balance(before, members);
    if (after.size() != before.size()) return "another number of shards";
    if (members.empty()) return after == owners(before.size(), 0) ? "" : "an owner that is no member";
    auto const counts = shares(after, members);
    if (std::accumulate(counts.begin(), counts.end(), std::size_t{0}) != before.size()) return "no owner";
    auto const [least, most] = std::minmax_element(counts.begin(), counts.end());
    if (*most - *least > 1) return "unequal shares";
    if (moves(before, after) != fewest_moves(before, members)) return "moves that need not be";
    return balance(after, members) == after ? "" : "no rest";
}

void check(owners const& before, owners const& members) {
    auto const wrong = problem(before, members);
    if (wrong.empty()) return;
    CAPTURE(before, members, balance(before, members));
    FAIL(wrong);
}

} // namespace

TEST_CASE("every small case is balanced by the fewest moves") {
    // Up to six shards, owned by nobody, by members 1 to 4, or by 5, who has left; members 1 to n.
    for (std::size_t n = 0; n <= 4; ++n) {
        owners members(n);
        std::iota(members.begin(), members.end(), member_id{1});
        for (std::size_t size = 0; size <= 6; ++size) {
            owners before(size, 0);
            for (;;) {
                check(before, members);
                std::size_t i = 0;
                while (i < size && before[i] == 5) before[i++] = 0;
                if (i == size) break;
                ++before[i];
            }
        }
    }
}

TEST_CASE("large random cases are balanced by the fewest moves") {
    std::mt19937_64 random(3);
    for (int i = 0; i < 300; ++i) {
        owners members;
        for (member_id m = 1; m <= 10; ++m)
            if (random() % 2) members.push_back(m * 1'000'000'007);
        std::shuffle(members.begin(), members.end(), random);
        owners before(random() % 200);
        for (auto& o : before) o = random() % 11 * 1'000'000'007;
        check(before, members);
    }
}

TEST_CASE("members join and leave, and only what has to move moves") {
    owners now(12, 0);
    now = balance(now, owners{1});
    CHECK(now == owners(12, 1));
    auto next = balance(now, owners{1, 2});
    CHECK(shares(next, {1, 2}) == std::vector<std::size_t>{6, 6});
    CHECK(moves(now, next) == 6U);
    now = next;
    next = balance(now, owners{1, 2, 3});
    CHECK(shares(next, {1, 2, 3}) == std::vector<std::size_t>{4, 4, 4});
    CHECK(moves(now, next) == 4U);
    for (std::size_t i = 0; i < 12; ++i) CHECK((next[i] == now[i] || next[i] == 3));
    now = next;
    next = balance(now, owners{1, 3});
    CHECK(shares(next, {1, 3}) == std::vector<std::size_t>{6, 6});
    CHECK(moves(now, next) == 4U);
    for (std::size_t i = 0; i < 12; ++i) CHECK((next[i] == now[i] || now[i] == 2));
    CHECK(balance(next, owners{}) == owners(12, 0));
}

TEST_CASE("all compute the same: the result depends on nothing but what is given") {
    owners const before{1, 2, 0, 3, 3, 3, 1};
    CHECK(balance(before, owners{1, 2, 3}) == balance(before, owners{1, 2, 3}));
    CHECK(balance(owners(5, 0), owners{4, 9}) == owners{4, 4, 4, 9, 9});
}

TEST_CASE("more members than shards: some have none") {
    auto const after = balance(owners{0, 7}, owners{5, 6, 7, 8});
    CHECK(after == owners{5, 7});
    CHECK(balance(owners{}, owners{1, 2}).empty());
}

TEST_CASE("those who know the same members agree whose a shard is") {
    std::mt19937_64 random(3);
    for (int round = 0; round < 300; ++round) {
        owners members(random() % 8);
        for (auto& m : members) m = random();
        std::size_t const shards = random() % 40;
        auto const agreed = agree(shards, members);
        REQUIRE(agreed.size() == shards);
        std::shuffle(members.begin(), members.end(), random);
        REQUIRE(agree(shards, members) == agreed);
        if (members.empty()) {
            REQUIRE(agreed == owners(shards, 0));
            continue;
        }
        auto const all = shares(agreed, members);
        auto const [least, most] = std::minmax_element(all.begin(), all.end());
        REQUIRE(*most - *least <= 1);
        REQUIRE(std::accumulate(all.begin(), all.end(), std::size_t{0}) == shards);
    }
}

TEST_CASE("of agreed shards most stay when a member comes or goes") {
    std::mt19937_64 random(4);
    std::size_t moved = 0, needed = 0;
    for (int round = 0; round < 200; ++round) {
        owners members(2 + random() % 6);
        for (auto& m : members) m = random();
        std::size_t const shards = 64;
        auto const before = agree(shards, members);
        members.push_back(random());
        moved += moves(before, agree(shards, members));
        needed += shards / members.size();
    }
    // Those of the new member have to; the bounds make some others move too.
    INFO(moved << " shards moved, at least " << needed << " had to");
    CHECK(moved >= needed);
    CHECK(moved <= 2 * needed);
}
