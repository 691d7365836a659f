// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// How far a log may be committed, against a map that does the same slowly.
#include "code_of.hpp"
#include "fw_catch.hpp"

#include <fairway/delivery/prefix.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

using fairway::errc;
using fairway::finished_prefix;
using tag = std::optional<std::uint64_t>;

namespace {

void receive(finished_prefix& prefix, std::vector<std::uint64_t> const& tags) {
    for (auto const t : tags) prefix.received(t);
}

// What is received and not covered yet: tag and whether it is finished.
class reference {
public:
    void received(std::uint64_t t) { pending_[t] = false; }
    tag finished(std::uint64_t t) {
        auto const at = pending_.find(t);
        if (at == pending_.end()) return std::nullopt;
        at->second = true;
        tag reached;
        while (!pending_.empty() && pending_.begin()->second) {
            reached = pending_.begin()->first;
            pending_.erase(pending_.begin());
        }
        return reached;
    }
    std::size_t pending() const { return pending_.size(); }

private:
    std::map<std::uint64_t, bool> pending_;
};

} // namespace

TEST_CASE("the prefix moves when the first unfinished delivery is finished, over all finished ones behind it") {
    finished_prefix prefix;
    receive(prefix, {5, 6, 7, 8, 9});
    CHECK(prefix.finished(6) == std::nullopt);
    CHECK(prefix.finished(8) == std::nullopt);
    CHECK(prefix.pending() == 5);
    CHECK(prefix.finished(5) == 6);
    CHECK(prefix.pending() == 3);
    CHECK(prefix.finished(7) == 8);
    CHECK(prefix.finished(9) == 9);
    CHECK(prefix.pending() == 0);
    prefix.received(10);
    CHECK(prefix.finished(10) == 10);
}

TEST_CASE("tags may have gaps") {
    finished_prefix prefix;
    receive(prefix, {3, 10, 11, 500, 0xfffffffffffffffe});
    CHECK(prefix.finished(500) == std::nullopt);
    CHECK(prefix.finished(11) == std::nullopt);
    CHECK(prefix.finished(3) == 3);
    CHECK(prefix.finished(10) == 500);
    CHECK(prefix.finished(0xfffffffffffffffe) == 0xfffffffffffffffe);
    prefix.received(std::numeric_limits<std::uint64_t>::max());
    CHECK(prefix.finished(std::numeric_limits<std::uint64_t>::max()) == std::numeric_limits<std::uint64_t>::max());
}

TEST_CASE("what was not received, or is finished, changes nothing") {
    finished_prefix prefix;
    CHECK(prefix.finished(1) == std::nullopt);
    receive(prefix, {2, 4, 6});
    for (std::uint64_t const unknown : {0U, 1U, 3U, 5U, 7U, 1000U}) CHECK(prefix.finished(unknown) == std::nullopt);
    CHECK(prefix.finished(4) == std::nullopt);
    CHECK(prefix.finished(4) == std::nullopt);
    CHECK(prefix.finished(2) == 4);
    CHECK(prefix.finished(2) == std::nullopt);
    CHECK(prefix.finished(4) == std::nullopt);
    CHECK(prefix.pending() == 1);
    CHECK(prefix.finished(6) == 6);
    CHECK(prefix.finished(6) == std::nullopt);
}

TEST_CASE("tags that do not rise are refused") {
    finished_prefix prefix;
    prefix.received(7);
    CHECK(code_of([&] { prefix.received(7); }) == errc::invalid_argument);
    CHECK(code_of([&] { prefix.received(6); }) == errc::invalid_argument);
    CHECK(prefix.finished(7) == 7);
    CHECK(code_of([&] { prefix.received(7); }) == errc::invalid_argument);
    CHECK(prefix.pending() == 0);
    prefix.received(8);
    CHECK(prefix.finished(8) == 8);
}

TEST_CASE("every order of six deliveries") {
    std::vector<std::uint64_t> order{1, 2, 3, 5, 8, 13};
    auto const tags = order;
    int orders = 0;
    std::string wrong;
    do {
        finished_prefix prefix;
        reference expected;
        for (auto const t : tags) {
            prefix.received(t);
            expected.received(t);
        }
        for (auto const t : order)
            if (prefix.finished(t) != expected.finished(t)) wrong = "finished";
        if (prefix.pending() != 0) wrong = "pending";
        ++orders;
    } while (std::next_permutation(order.begin(), order.end()));
    CHECK(wrong == "");
    CHECK(orders == 720);
}

TEST_CASE("a prefix does what a map does") {
    for (unsigned seed = 1; seed <= 20; ++seed) {
        finished_prefix prefix;
        reference expected;
        std::mt19937_64 random(seed);
        std::vector<std::uint64_t> out;
        std::uint64_t next = random() % 5;
        std::size_t const held = 1 + random() % 200;
        std::string wrong;
        for (int i = 0; i < 5000 && wrong.empty(); ++i) {
            if (out.size() < held && random() % 2) {
                next += 1 + (seed % 2 ? 0 : random() % 4);
                prefix.received(next);
                expected.received(next);
                out.push_back(next);
            } else if (!out.empty()) {
                // Mostly one of the oldest, as handlers that run side by side finish.
                std::size_t const reach = random() % 4 ? std::min<std::size_t>(out.size(), 8) : out.size();
                auto const at = out.begin() + static_cast<std::ptrdiff_t>(random() % reach);
                auto const t = random() % 50 ? *at : *at + 1 + random() % 3;
                if (prefix.finished(t) != expected.finished(t)) wrong = "finished";
                if (t == *at) out.erase(at);
            }
            if (prefix.pending() != expected.pending()) wrong = "pending";
        }
        CAPTURE(seed);
        CHECK(wrong == "");
    }
}
