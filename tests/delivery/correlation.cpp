// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The table of pending requests, against a std::map that does the same slowly.
#include "fw_catch.hpp"

#include <fairway/delivery/correlation.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <vector>

using fairway::message_id;

namespace {

using waiter = std::unique_ptr<int>;
using table = fairway::correlation<int, waiter>;

message_id id_of(std::uint64_t n) { return {n, 0}; }

// Ids whose hashes are the same, so that they want the same place in a table of any size: the hash folds the halves.
message_id colliding(std::uint64_t n) { return {n, ~n}; }

class model {
public:
    explicit model(std::uint64_t seed) : random_(seed) {}

    // One random operation on both, with the ids that `make_id` makes of 0 to `ids`.
    template <class MakeId>
    void step(std::uint64_t ids, MakeId make_id) {
        auto const id = make_id(below(ids));
        auto const deadline = static_cast<int>(below(1000));
        switch (below(20)) {
        case 0:
        case 1:
        case 2:
        case 3:
        case 4:
        case 5:
        case 6: insert(id, deadline); break;
        case 7:
        case 8: find(id); break;
        case 9:
        case 10:
        case 11:
        case 12: take(id); break;
        case 13:
        case 14:
        case 15: reschedule(id, deadline); break;
        default: expire(static_cast<int>(below(200))); break;
        }
        REQUIRE(real_.size() == known_.size());
        REQUIRE(real_.next_deadline() == earliest());
    }

    void insert(message_id id, int deadline) {
        auto w = std::make_unique<int>(++count_);
        bool const added = real_.insert(id, deadline, std::move(w));
        REQUIRE(added == !known_.count(id));
        REQUIRE(added == !w); // NOLINT: an id that is pending leaves the waiter alone
        if (added) known_[id] = {deadline, count_};
    }
    void find(message_id id) {
        auto* const found = real_.find(id);
        auto const expected = known_.find(id);
        REQUIRE((found != nullptr) == (expected != known_.end()));
        if (found) REQUIRE(**found == expected->second.waiter);
    }
    void take(message_id id) {
        auto const taken = real_.take(id);
        auto const expected = known_.find(id);
        REQUIRE(taken.has_value() == (expected != known_.end()));
        if (!taken) return;
        REQUIRE(**taken == expected->second.waiter);
        known_.erase(expected);
    }
    void reschedule(message_id id, int deadline) {
        real_.reschedule(id, deadline);
        if (auto const found = known_.find(id); found != known_.end()) found->second.deadline = deadline;
    }
    // All that are due, in the order of their deadlines.
    void expire(int now) {
        auto last = earliest();
        while (auto const id = real_.due(now)) {
            REQUIRE(known_.count(*id) == 1);
            REQUIRE(known_[*id].deadline == earliest());
            REQUIRE(known_[*id].deadline >= *last);
            last = known_[*id].deadline;
            take(*id);
        }
        REQUIRE((known_.empty() || *earliest() > now));
    }
    void take_all() {
        std::vector<int> taken;
        for (auto const& w : real_.take_all()) taken.push_back(*w);
        std::vector<int> expected;
        for (auto const& [id, pending] : known_) expected.push_back(pending.waiter);
        std::sort(taken.begin(), taken.end());
        std::sort(expected.begin(), expected.end());
        REQUIRE(taken == expected);
        known_.clear();
        REQUIRE(real_.size() == 0);
        REQUIRE_FALSE(real_.next_deadline());
    }

private:
    struct entry {
        int deadline = 0;
        int waiter = 0;
    };

    std::uint64_t below(std::uint64_t n) { return random_() % n; }
    std::optional<int> earliest() const {
        if (known_.empty()) return std::nullopt;
        auto const first = std::min_element(known_.begin(), known_.end(),
            [](auto const& a, auto const& b) { return a.second.deadline < b.second.deadline; });
        return first->second.deadline;
    }

    std::mt19937_64 random_;
    table real_;
    std::map<message_id, entry> known_;
    int count_ = 0;
};

} // namespace

TEST_CASE("an empty table has nothing") {
    table t;
    CHECK(t.size() == 0U);
    CHECK_FALSE(t.next_deadline());
    CHECK(t.find(id_of(1)) == nullptr);
    CHECK_FALSE(t.take(id_of(1)));
    CHECK_FALSE(t.due(1'000'000));
    t.reschedule(id_of(1), 5);
    CHECK(t.take_all().empty());
}

TEST_CASE("what is pending is found, once") {
    table t;
    CHECK(t.insert(id_of(1), 10, std::make_unique<int>(1)));
    auto second = std::make_unique<int>(2);
    CHECK_FALSE(t.insert(id_of(1), 5, std::move(second)));
    CHECK(second != nullptr); // NOLINT: an id that is pending leaves the waiter alone
    CHECK(t.next_deadline() == 10);
    REQUIRE(t.find(id_of(1)));
    CHECK(**t.find(id_of(1)) == 1);
    auto const taken = t.take(id_of(1));
    REQUIRE(taken);
    CHECK(**taken == 1);
    CHECK_FALSE(t.take(id_of(1)));
    CHECK(t.insert(id_of(1), 7, std::move(second)));
    CHECK(t.next_deadline() == 7);
}

TEST_CASE("a deadline is due when it has come") {
    table t;
    t.insert(id_of(1), 10, std::make_unique<int>(1));
    CHECK_FALSE(t.due(9));
    CHECK(t.due(10) == id_of(1));
    CHECK(t.due(11) == id_of(1));
    t.reschedule(id_of(1), 20);
    CHECK_FALSE(t.due(19));
    CHECK(t.due(20) == id_of(1));
    t.reschedule(id_of(1), 5);
    CHECK(t.due(5) == id_of(1));
    t.reschedule(id_of(2), 1);
    CHECK(t.next_deadline() == 5);
}

TEST_CASE("requests expire in the order of their deadlines") {
    std::mt19937_64 random(11);
    table t;
    for (std::uint64_t n = 0; n < 3000; ++n)
        t.insert(id_of(n), static_cast<int>(random() % 500), std::make_unique<int>(0));
    int last = 0;
    for (std::size_t left = 3000; left > 0; --left) {
        auto const deadline = t.next_deadline();
        REQUIRE(deadline);
        REQUIRE(*deadline >= last);
        last = *deadline;
        auto const id = t.due(last);
        REQUIRE(id);
        REQUIRE_FALSE(t.due(last - 1));
        REQUIRE(t.take(*id));
    }
    CHECK(t.size() == 0U);
}

TEST_CASE("the table grows, and is of use after take_all") {
    table t;
    for (int round = 0; round < 3; ++round) {
        for (std::uint64_t n = 0; n < 20'000; ++n)
            REQUIRE(t.insert(id_of(n), 1, std::make_unique<int>(static_cast<int>(n))));
        for (std::uint64_t n = 0; n < 20'000; ++n) REQUIRE(**t.find(id_of(n)) == static_cast<int>(n));
        CHECK(t.size() == 20'000U);
        CHECK(t.take_all().size() == 20'000U);
        CHECK(t.find(id_of(0)) == nullptr);
    }
}

TEST_CASE("ids that want the same place do not hide one another") {
    CHECK(std::hash<message_id>()(colliding(1)) == std::hash<message_id>()(colliding(2)));
    // Every order of removal of five: the later ones of the run move up each time.
    std::vector<std::uint64_t> order{0, 1, 2, 3, 4};
    do {
        table t;
        for (std::uint64_t n = 0; n < 5; ++n) t.insert(colliding(n), 1, std::make_unique<int>(static_cast<int>(n)));
        for (std::size_t i = 0; i < order.size(); ++i) {
            auto const taken = t.take(colliding(order[i]));
            REQUIRE(taken);
            REQUIRE(**taken == static_cast<int>(order[i]));
            for (std::size_t k = 0; k < order.size(); ++k) REQUIRE((t.find(colliding(order[k])) != nullptr) == (k > i));
        }
    } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("the table does what a map does, 200,000 times") {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        INFO("seed " << seed);
        model m(seed);
        for (int i = 0; i < 32'000; ++i) {
            m.step(40, id_of);
            if (i % 8000 == 7999) m.take_all();
        }
        // Few ids that all collide, so that runs are long and wrap around the end of the table.
        for (int i = 0; i < 8000; ++i) m.step(12, colliding);
        m.take_all();
    }
}
