// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Arithmetic with times that peers chose: it ends at the ends of time.
#include "fw_catch.hpp"

#include <fairway/envelope/time.hpp>

#include <cstdint>

using fairway::duration;
using fairway::time_point;
using fairway::detail::saturating_add;
using fairway::detail::saturating_distance;

namespace {

constexpr time_point at(std::int64_t ticks) { return time_point(duration(ticks)); }
constexpr auto first = time_point::min();
constexpr auto last = time_point::max();

} // namespace

TEST_CASE("sums of a time and a duration end at the ends of time") {
    CHECK(saturating_add(at(5), duration(3)) == at(8));
    CHECK(saturating_add(at(5), duration(-8)) == at(-3));
    CHECK(saturating_add(at(0), duration::max()) == last);
    CHECK(saturating_add(at(1), duration::max()) == last);
    CHECK(saturating_add(at(-1), duration::max()) == last - duration(1));
    CHECK(saturating_add(first, duration::max()) == at(-1));
    CHECK(saturating_add(last, duration(1)) == last);
    CHECK(saturating_add(last, duration::min()) == at(-1));
    CHECK(saturating_add(at(0), duration::min()) == first);
    CHECK(saturating_add(at(-1), duration::min()) == first);
    CHECK(saturating_add(first, duration(-1)) == first);
    CHECK(saturating_add(first, duration::min()) == first);
    CHECK(saturating_add(first, duration::zero()) == first);
    static_assert(saturating_add(first, duration::min()) == first); // no overflow: that would not be constant
}

TEST_CASE("distances between times are as long as durations get") {
    CHECK(saturating_distance(at(5), at(8)) == duration(3));
    CHECK(saturating_distance(at(8), at(5)) == duration(-3));
    CHECK(saturating_distance(first, last) == duration::max());
    CHECK(saturating_distance(last, first) == duration::min());
    CHECK(saturating_distance(at(-1), last) == duration::max());
    CHECK(saturating_distance(at(0), first) == duration::min());
    CHECK(saturating_distance(at(1), first) == duration::min());
    CHECK(saturating_distance(first, first) == duration::zero());
}
