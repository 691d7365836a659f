// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// When a gather ends, and which answers count.
#include "fw_catch.hpp"

#include <fairway/delivery/gather.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

using namespace std::chrono_literals;
using fairway::duration;
using fairway::gather_end;
using fairway::message_id;

namespace {

using point = std::chrono::time_point<std::chrono::steady_clock, duration>;
using gathering = fairway::gathering<point>;

point at(duration d) { return point(d); }
message_id id(std::uint64_t n) { return {0, n}; }

} // namespace

TEST_CASE("a gather without more ends at its total timeout") {
    gathering g(at(10s), 5s, std::nullopt, std::nullopt);
    CHECK(g.deadline() == at(15s));
    CHECK(g.expired() == gather_end::timed_out);
    for (int i = 0; i < 100; ++i) CHECK(g.offer("service-" + std::to_string(i), id(1), at(14s)));
    CHECK_FALSE(g.complete());
    CHECK(g.deadline() == at(15s));
    CHECK(g.expired() == gather_end::timed_out);
}

TEST_CASE("a responder counts once") {
    gathering g(at(0s), 5s, std::nullopt, 2);
    CHECK(g.offer("a", id(1), at(1s)));
    CHECK_FALSE(g.offer("a", id(1), at(1s)));
    CHECK_FALSE(g.offer("a", id(2), at(2s)));
    CHECK_FALSE(g.complete());
    CHECK(g.offer("b", id(1), at(2s)));
    CHECK(g.complete());
}

TEST_CASE("answers without a responder's name are told apart by their ids") {
    gathering g(at(0s), 5s, std::nullopt, 3);
    CHECK(g.offer("", id(1), at(1s)));
    CHECK_FALSE(g.offer("", id(1), at(1s)));
    CHECK(g.offer("", id(2), at(1s)));
    CHECK_FALSE(g.complete());
    CHECK(g.offer("a", id(1), at(1s)));
    CHECK(g.complete());
}

TEST_CASE("a gather is complete at its maximum, and of nobody at once") {
    gathering none(at(0s), 5s, std::nullopt, 0);
    CHECK(none.complete());
    gathering two(at(0s), 5s, std::nullopt, 2);
    CHECK_FALSE(two.complete());
    two.offer("a", id(1), at(1s));
    CHECK_FALSE(two.complete());
    two.offer("b", id(2), at(1s));
    CHECK(two.complete());
}

TEST_CASE("the stall timer runs from the start and from each answer that counts") {
    gathering g(at(0s), 10s, 3s, std::nullopt);
    CHECK(g.deadline() == at(3s));
    CHECK(g.expired() == gather_end::stalled);
    CHECK(g.offer("a", id(1), at(2s)));
    CHECK(g.deadline() == at(5s));
    CHECK_FALSE(g.offer("a", id(2), at(4s)));
    CHECK(g.deadline() == at(5s));
    CHECK(g.offer("b", id(3), at(4s)));
    CHECK(g.deadline() == at(7s));
    CHECK(g.expired() == gather_end::stalled);
    CHECK(g.offer("c", id(4), at(8s)));
    CHECK(g.deadline() == at(10s));
    CHECK(g.expired() == gather_end::timed_out);
}

TEST_CASE("where both end at the same time it is the total timeout") {
    gathering g(at(0s), 3s, 3s, std::nullopt);
    CHECK(g.deadline() == at(3s));
    CHECK(g.expired() == gather_end::timed_out);
}

TEST_CASE("a gather for ever does not overflow") {
    gathering g(at(10s), duration::max(), duration::max(), std::nullopt);
    CHECK(g.deadline() == point::max());
    g.offer("a", id(1), at(20s));
    CHECK(g.deadline() == point::max());
    CHECK(g.expired() == gather_end::timed_out);
}
