// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What the fault proxy decides for the bytes of one direction.
#include "flow.hpp"
#include "fw_catch.hpp"

#include <chrono>
#include <cstddef>
#include <set>
#include <vector>

using namespace faults;
using namespace std::chrono_literals;

namespace {

constexpr time_point start{1000s};

} // namespace

TEST_CASE("a flow without faults passes everything on at once", "[fault_proxy]") {
    flow f(1);
    flow_faults const none;
    CHECK(f.arrives(none, start) == start);
    auto const step = f.next(none, start, 1'000'000);
    CHECK(step.at == start);
    CHECK(step.bytes == 1'000'000);
    f.wrote(none, step.bytes, start);
    CHECK(f.next(none, start, 10).at == start);
}

TEST_CASE("a flow's latency is off by the jitter at most, and keeps the order", "[fault_proxy]") {
    flow f(42);
    flow_faults faults;
    faults.latency = 20ms;
    faults.jitter = 15ms;
    std::set<duration> delays;
    auto last = start;
    for (int i = 0; i < 200; ++i) {
        auto const now = start + i * 1s; // far apart: no earlier one stands in the way
        auto const leaves = f.arrives(faults, now);
        CHECK(leaves - now >= 5ms);
        CHECK(leaves - now <= 35ms);
        delays.insert(leaves - now);
    }
    CHECK(delays.size() > 150);
    CHECK(*delays.begin() < 10ms);
    CHECK(*delays.rbegin() > 30ms);

    last = time_point(duration(0));
    for (int i = 0; i < 200; ++i) {
        auto const leaves = f.arrives(faults, start + 300s + i * 1ms); // close together
        CHECK(leaves >= last);
        last = leaves;
    }
}

TEST_CASE("more jitter than latency does not let bytes leave before they came", "[fault_proxy]") {
    flow f(3);
    flow_faults faults;
    faults.jitter = 10ms;
    for (int i = 0; i < 50; ++i) CHECK(f.arrives(faults, start + i * 1s) >= start + i * 1s);
}

TEST_CASE("a flow with a rate takes as long as its bytes do", "[fault_proxy]") {
    flow f(1);
    flow_faults faults;
    faults.rate = 10'000;
    auto now = start;
    std::size_t left = 5'000;
    std::size_t writes = 0;
    while (left > 0) {
        auto const step = f.next(faults, start, left);
        CHECK(step.bytes <= 200); // of 20 ms
        now = std::max(now, step.at);
        f.wrote(faults, step.bytes, now);
        left -= step.bytes;
        ++writes;
    }
    CHECK(writes == 25);
    // The last one has left when the ones before it were through.
    CHECK(now - start == 480ms);
    // Time in which nothing came is not made up for.
    CHECK(f.next(faults, now + 10s, 100).at == now + 10s);

    faults.rate = 1;
    flow slow(1);
    CHECK(slow.next(faults, start, 100).bytes == 1);
    slow.wrote(faults, 1, start);
    CHECK(slow.next(faults, start, 99).at == start + 1s);
}

TEST_CASE("a flow that splits writes from one byte to so many", "[fault_proxy]") {
    flow f(9);
    flow_faults faults;
    faults.split = 7;
    std::set<std::size_t> sizes;
    for (int i = 0; i < 200; ++i) sizes.insert(f.next(faults, start, 1000).bytes);
    CHECK(sizes == std::set<std::size_t>{1, 2, 3, 4, 5, 6, 7});
    CHECK(f.next(faults, start, 1).bytes == 1);
}

TEST_CASE("the same seed makes the same flow, and another one another", "[fault_proxy]") {
    auto const draw = [](std::uint64_t seed) {
        flow f(seed);
        flow_faults faults;
        faults.latency = 50ms;
        faults.jitter = 50ms;
        faults.split = 1000;
        std::vector<std::int64_t> drawn;
        for (int i = 0; i < 20; ++i) {
            drawn.push_back((f.arrives(faults, start + i * 1s) - start).count());
            drawn.push_back(static_cast<std::int64_t>(f.next(faults, start, 5000).bytes));
        }
        return drawn;
    };
    CHECK(draw(5) == draw(5));
    CHECK(draw(5) != draw(6));
}
