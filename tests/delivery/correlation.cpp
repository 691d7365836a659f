// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The table of pending requests, against a std::map that does the same slowly.
#include "fw_catch.hpp"

#include <fairway/delivery/correlation.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <utility>
#include <vector>

using fairway::message_id;

namespace {

using waiter = std::unique_ptr<int>;
using table = fairway::correlation<int, waiter>;

message_id id_of(std::uint64_t n) { return {n, 0}; }

// Ids that want the same place in a table of any size: it goes by the time in them.
message_id colliding(std::uint64_t n) { return {7, n}; }

// Deadlines of all magnitudes, before and after zero, and the extreme ones.
std::int64_t any_deadline(std::uint64_t random) {
    auto const size = random % 65;
    auto const value = size == 64 ? random : random & ((std::uint64_t{1} << size) - 1);
    return random >> 63 != 0 ? -static_cast<std::int64_t>(value / 2) : static_cast<std::int64_t>(value / 2);
}

template <class Deadline>
class model {
public:
    explicit model(std::uint64_t seed) : random_(seed) {}

    // One random operation on both, with the ids that `make_id` makes of 0 to `ids`, and deadlines that `make_deadline`
    // makes of random numbers.
    template <class MakeId, class MakeDeadline>
    void step(std::uint64_t ids, MakeId make_id, MakeDeadline make_deadline) {
        auto const id = make_id(below(ids));
        auto const deadline = make_deadline(random_());
        switch (below(24)) {
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
        case 11: take(id); break;
        case 12:
        case 13: visit(id); break;
        case 14:
        case 15:
        case 16: reschedule(id, deadline); break;
        case 17: visit_due(deadline); break;
        case 18: expire(deadline); break;
        case 19:
            if (auto const first = earliest()) expire(*first);
            break;
        default:
            if (auto const first = earliest()) visit_due(*first);
            break;
        }
        check_first();
    }

    void insert(message_id id, Deadline deadline) {
        auto w = std::make_unique<int>(++count_);
        bool const added = real_.insert(id, deadline, std::move(w));
        REQUIRE(added == !known_.count(id));
        REQUIRE(added == !w); // NOLINT: an id that is pending leaves the waiter alone
        if (!added) return;
        known_[id] = {deadline, ++sequence_, count_};
        order_.insert({{deadline, sequence_}, id});
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
        forget(id);
    }
    // Removes it or not.
    void visit(message_id id) {
        bool const remove = below(2) == 0;
        int seen = 0;
        bool const found = real_.visit(id, [&](waiter& w) {
            seen = *w;
            return remove;
        });
        REQUIRE(found == (known_.count(id) == 1));
        if (!found) return;
        REQUIRE(seen == known_[id].waiter);
        if (remove) forget(id);
    }
    void reschedule(message_id id, Deadline deadline) {
        real_.reschedule(id, deadline);
        if (known_.count(id)) move(id, deadline);
    }
    // All that are due, in the order of their deadlines, and of insertion where these are equal.
    void expire(Deadline now) {
        while (auto const id = real_.due(now)) {
            REQUIRE_FALSE(order_.empty());
            REQUIRE(*id == order_.begin()->second);
            REQUIRE(order_.begin()->first.first <= now);
            take(*id);
        }
        REQUIRE((known_.empty() || *earliest() > now));
    }
    // The first one that is due leaves, or stays with the latest deadline.
    void visit_due(Deadline now) {
        bool const remove = below(2) == 0;
        int seen = 0;
        bool const was_due = real_.visit_due(now, [&](waiter& w) {
            seen = *w;
            return remove;
        });
        REQUIRE(was_due == (!order_.empty() && order_.begin()->first.first <= now));
        if (!was_due) return;
        auto const id = order_.begin()->second;
        REQUIRE(seen == known_[id].waiter);
        if (remove)
            forget(id);
        else
            move(id, std::numeric_limits<Deadline>::max());
    }
    void take_all() {
        std::vector<int> taken;
        for (auto const& w : real_.take_all()) taken.push_back(*w);
        std::vector<int> expected;
        for (auto const& [place, id] : order_) expected.push_back(known_[id].waiter);
        REQUIRE(taken == expected);
        known_.clear();
        order_.clear();
        REQUIRE(real_.size() == 0);
        REQUIRE_FALSE(real_.next_deadline());
    }
    std::size_t size() const { return known_.size(); }
    // Of a wave of many: pending ids, and those that have gone.
    void find_all(std::uint64_t ids) {
        for (std::uint64_t n = 0; n < ids; ++n) find(id_of(n));
    }
    // With those that nobody sent: each half of another.
    void find_all(std::vector<message_id> const& ids) {
        for (auto const id : ids) {
            find(id);
            find({id.high, id.low + 1});
            find({id.high + 1, id.low});
        }
    }
    void check_first() {
        REQUIRE(real_.size() == known_.size());
        REQUIRE(real_.next_deadline() == earliest());
    }

private:
    struct entry {
        Deadline deadline{};
        std::uint64_t sequence = 0;
        int waiter = 0;
    };

    std::uint64_t below(std::uint64_t n) { return random_() % n; }
    std::optional<Deadline> earliest() const {
        if (order_.empty()) return std::nullopt;
        return order_.begin()->first.first;
    }
    void forget(message_id id) {
        auto const found = known_.find(id);
        order_.erase({found->second.deadline, found->second.sequence});
        known_.erase(found);
    }
    void move(message_id id, Deadline deadline) {
        auto& e = known_[id];
        order_.erase({e.deadline, e.sequence});
        e.deadline = deadline;
        e.sequence = ++sequence_;
        order_.insert({{e.deadline, e.sequence}, id});
    }

    std::mt19937_64 random_;
    fairway::correlation<Deadline, waiter> real_;
    std::map<message_id, entry> known_;
    std::map<std::pair<Deadline, std::uint64_t>, message_id> order_;
    std::uint64_t sequence_ = 0;
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
    auto const near = [](std::uint64_t random) { return static_cast<int>(random % 1000); };
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        INFO("seed " << seed);
        model<int> m(seed);
        for (int i = 0; i < 32'000; ++i) {
            m.step(40, id_of, near);
            if (i % 8000 == 7999) m.take_all();
        }
        // Few ids that all collide.
        for (int i = 0; i < 8000; ++i) m.step(12, colliding, near);
        m.take_all();
    }
}

TEST_CASE("deadlines of all magnitudes are exact") {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        INFO("seed " << seed);
        model<std::int64_t> m(seed);
        for (int i = 0; i < 20'000; ++i) m.step(60, id_of, any_deadline);
        m.take_all();
    }
}

TEST_CASE("thousands come and go in waves") {
    // Through all sizes up to several chunks, up and down, with ids that rise and others that do not.
    for (std::uint64_t seed = 1; seed <= 2; ++seed) {
        INFO("seed " << seed);
        std::mt19937_64 random(seed);
        model<std::int64_t> m(seed);
        for (std::uint64_t const ids : {3000U, 500U, 7000U, 1U}) {
            for (std::uint64_t n = 0; n < ids; ++n) m.insert(id_of(n), static_cast<std::int64_t>(random() % 100'000));
            m.find_all(ids);
            for (std::uint64_t n = 0; n < ids / 2; ++n) m.take(id_of(random() % ids));
            for (std::uint64_t n = 0; n < ids / 2; ++n)
                m.insert(id_of(random() % ids), static_cast<std::int64_t>(random() % 100'000));
            m.find_all(ids);
            m.expire(100'000);
            CHECK(m.size() == 0U);
        }
    }
}

namespace {

// A service's life: ids and deadlines of a clock that stands still, goes on or jumps, some thousand pending. So many of
// 100 are replied to; the others expire.
void live(std::uint64_t seed, std::uint64_t replied, std::vector<std::int64_t> const& timeouts, bool jumps) {
    INFO("seed " << seed << ", " << replied << " of 100, " << timeouts.size() << " timeouts, jumps: " << jumps);
    std::mt19937_64 random(seed);
    fairway::id_generator ids(seed);
    model<std::int64_t> m(seed);
    std::vector<message_id> sent;
    constexpr std::int64_t hour = 3'600'000'000'000;
    std::int64_t now = 500'000 * hour;
    for (int i = 0; i < 8000; ++i) {
        if (random() % 2 == 0) now += static_cast<std::int64_t>(random() % 2'000'000);
        if (jumps && random() % 500 == 0) now += static_cast<std::int64_t>(random() % (2 * hour)) - hour;
        sent.push_back(ids.next(now));
        m.insert(sent.back(), now + timeouts[random() % timeouts.size()]);
        // Often the newest, as replies come soon.
        auto const back = random() % 2 == 0 ? random() % std::min<std::size_t>(sent.size(), 8) : random() % sent.size();
        if (random() % 100 < replied) m.take(sent[sent.size() - 1 - back]);
        if (random() % 10 == 0) m.reschedule(sent[random() % sent.size()], now + timeouts[0]);
        if (random() % 50 == 0) m.expire(now);
        m.check_first();
    }
    m.find_all(sent);
    m.expire(std::numeric_limits<std::int64_t>::max());
    CHECK(m.size() == 0U);
}

} // namespace

TEST_CASE("requests of a service's life do what a map does, whatever of them is replied to") {
    constexpr std::int64_t millisecond = 1'000'000;
    std::vector<std::int64_t> const fixed{30'000 * millisecond};
    std::vector<std::int64_t> const mixed{millisecond, 20 * millisecond, 30'000 * millisecond, 3'600'000 * millisecond};
    std::uint64_t seed = 0;
    for (std::uint64_t const replied : {100U, 90U, 50U, 0U}) {
        for (bool const jumps : {false, true}) {
            live(++seed, replied, fixed, jumps);
            live(++seed, replied, mixed, jumps);
        }
    }
}

TEST_CASE("equal deadlines expire in the order of insertion, also after earlier ones came between") {
    table t;
    std::vector<int> order;
    auto const expire = [&](int now) {
        while (t.visit_due(now, [&](waiter& w) {
            order.push_back(*w);
            return true;
        })) {}
    };
    t.insert(id_of(1), 5000, std::make_unique<int>(1));
    t.insert(id_of(2), 70'000, std::make_unique<int>(2));
    t.insert(id_of(3), 5000, std::make_unique<int>(3));
    t.insert(id_of(4), 10, std::make_unique<int>(4));
    t.insert(id_of(5), 5000, std::make_unique<int>(5));
    t.reschedule(id_of(2), 5000);
    expire(100);
    CHECK(order == std::vector<int>{4});
    t.insert(id_of(6), 5000, std::make_unique<int>(6));
    t.reschedule(id_of(1), 5000);
    expire(4999);
    CHECK(order == std::vector<int>{4});
    expire(5000);
    CHECK(order == std::vector<int>{4, 3, 5, 2, 6, 1});
}

TEST_CASE("a waiter stays where it is until it leaves, however many come") {
    table t;
    t.insert(id_of(0), 1, std::make_unique<int>(7));
    auto const* const at = t.find(id_of(0));
    for (std::uint64_t n = 1; n < 10'000; ++n) t.insert(id_of(n), 2, std::make_unique<int>(0));
    CHECK(t.find(id_of(0)) == at);
    CHECK(**at == 7);
}

TEST_CASE("waiters that are left die with the table") {
    auto const alive = std::make_shared<int>(0);
    {
        fairway::correlation<int, std::shared_ptr<int>> t;
        for (std::uint64_t n = 0; n < 100; ++n) t.insert(id_of(n), 1, std::shared_ptr<int>(alive));
        CHECK(alive.use_count() == 101);
        t.take(id_of(5));
        t.visit(id_of(6), [](auto const&) { return true; });
        CHECK(alive.use_count() == 99);
    }
    CHECK(alive.use_count() == 1);
}

TEST_CASE("memory that a peak needed goes back") {
    table t;
    auto const wave = [&](std::uint64_t size) {
        for (std::uint64_t n = 0; n < size; ++n) t.insert(id_of(n), 1, std::make_unique<int>(0));
        for (std::uint64_t n = 0; n < size; ++n) REQUIRE(t.take(id_of(n)));
    };
    CHECK(t.footprint() == 0U);
    wave(1);
    auto const small = t.footprint();
    wave(100'000);
    auto const large = t.footprint();
    CHECK(large > 50 * small);
    CHECK(large < 100'000 * 65 + 2 * small); // of a waiter of 8 bytes
    wave(100'000);
    CHECK(t.footprint() == large); // it may be needed again
    wave(1);
    CHECK(t.footprint() < 2 * small);
    wave(5000);
    t.take_all();
    CHECK(t.footprint() < small);
}
