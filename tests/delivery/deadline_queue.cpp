// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The queue of deadlines, against a std::set, and how many members it looks at.
#include "fw_catch.hpp"

#include <fairway/delivery/deadline_queue.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <random>
#include <set>
#include <utility>
#include <vector>

using fairway::detail::deadline_queue;

namespace {

struct counted_node;

// Counts how often a node is looked at.
class counted_pointer {
public:
    counted_pointer() = default;
    counted_pointer(counted_node* to) noexcept : to_(to) {}
    counted_node* operator->() const noexcept {
        ++looks;
        return to_;
    }
    counted_node& operator*() const noexcept { return *to_; }
    explicit operator bool() const noexcept { return to_ != nullptr; }
    friend bool operator==(counted_pointer const& a, counted_pointer const& b) = default;
    static inline std::size_t looks = 0;

private:
    counted_node* to_ = nullptr;
};

struct counted_node {
    std::uint64_t deadline = 0;
    counted_pointer before;
    counted_pointer after;
};

// The queue and what it should be; members are numbers from 0.
class pair_of_queues {
public:
    explicit pair_of_queues(std::size_t members) : nodes_(members), places_(members) {}

    bool has(std::size_t member) const { return places_[member].second != 0; }
    void push(std::size_t member, std::uint64_t deadline) {
        real_.push(&nodes_[member], deadline);
        places_[member] = {deadline, ++sequence_};
        known_.insert({places_[member], member});
    }
    void erase(std::size_t member) {
        real_.erase(&nodes_[member]);
        known_.erase({places_[member], member});
        places_[member] = {};
    }
    void check_first() {
        auto const first = real_.first();
        REQUIRE(real_.empty() == known_.empty());
        REQUIRE(!first == known_.empty());
        if (!first) return;
        REQUIRE(&*first == &nodes_[known_.begin()->second]);
        REQUIRE((*first).deadline == known_.begin()->first.first);
    }
    bool empty() const { return known_.empty(); }
    std::size_t first_member() const { return known_.begin()->second; }
    static std::size_t looks() { return counted_pointer::looks; }

private:
    using place = std::pair<std::uint64_t, std::uint64_t>;
    deadline_queue<counted_node> real_;
    std::vector<counted_node> nodes_;
    std::vector<place> places_;
    std::set<std::pair<place, std::size_t>> known_;
    std::uint64_t sequence_ = 0;
};

constexpr std::uint64_t second = 1'000'000'000;

} // namespace

TEST_CASE("the earliest deadline is first, and of equal ones the one that came first") {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        INFO("seed " << seed);
        std::mt19937_64 random(seed);
        pair_of_queues both(50);
        // From deadlines of which most are equal to deadlines of all 64 bits.
        auto const widest = 8 * seed;
        for (int i = 0; i < 20'000; ++i) {
            auto const member = random() % 50;
            if (both.has(member))
                both.erase(member);
            else
                both.push(member, random() >> (64 - 1 - random() % widest));
            // Not after each: what happens between two looks is joined and parted at once.
            if (random() % 3 == 0) both.check_first();
        }
    }
}

TEST_CASE("the first and the last deadline of all can be had") {
    pair_of_queues both(4);
    constexpr auto last = std::numeric_limits<std::uint64_t>::max();
    both.push(0, last);
    both.check_first();
    both.push(1, 0);
    both.check_first();
    both.push(2, last - 1);
    both.push(3, 1);
    while (!both.empty()) {
        both.check_first();
        both.erase(both.first_member());
    }
    both.check_first();
}

TEST_CASE("a deadline that is met costs a few looks at its neighbours, whatever the number of others") {
    for (std::size_t const others : {10U, 100'000U}) {
        INFO(others << " others");
        std::mt19937_64 random(others);
        pair_of_queues both(others + 1);
        std::uint64_t now = 3600 * second;
        for (std::size_t i = 0; i < others; ++i) both.push(i, now + 30 * second + random() % second);
        auto const before = both.looks();
        constexpr int times = 10'000;
        for (int i = 0; i < times; ++i) {
            now += 1000;
            both.push(others, now + (random() % 10 == 0 ? second : 30 * second));
            both.erase(others);
        }
        CHECK((both.looks() - before) / times <= 16U);
    }
}

TEST_CASE("a deadline that passes costs a few moves") {
    std::mt19937_64 random(5);
    constexpr std::size_t members = 50'000;
    pair_of_queues both(members);
    std::uint64_t const now = 3600 * second;
    for (std::size_t i = 0; i < members; ++i) both.push(i, now + random() % (30 * second));
    auto const before = both.looks();
    while (!both.empty()) {
        both.check_first();
        both.erase(both.first_member());
    }
    // By chance, about one level for each hexadecimal digit of their number, and a look or two to find the earliest.
    CHECK((both.looks() - before) / members <= 80U);
}

TEST_CASE("an earlier deadline costs no look at each of the others") {
    constexpr std::size_t members = 10'000;
    pair_of_queues both(members + 1);
    std::uint64_t const now = 3600 * second;
    for (std::size_t i = 0; i < members; ++i) both.push(i, now + 30 * second + i);
    both.check_first();
    auto const before = both.looks();
    both.push(members, now + second);
    CHECK(both.looks() - before < 1000U);
    both.check_first();
}
