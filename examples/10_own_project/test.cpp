// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The parcel service on a test bench. Works with any test framework, and with none, as here.
#include "parcels.hpp"
#include "post_office.hpp"

#include <fairway/fairway.hpp>
#include <fairway/testing.hpp>

#include <iostream>

using namespace std::chrono_literals;

int main() try {
    // [bench]
    fairway::testing::bench bench;
    fairway::service office{bench.transport(), "post-office"};
    office.handle<parcels::counter>(post_office{});
    office.start();
    auto const counter = bench.sender<parcels::counter>();

    parcels::send_parcel const letter{.to = "Quay 7"};
    auto const label = bench.run(counter.request(letter)); // runs all that there is to run, on this thread
    bool ok = label.cents == 390;

    parcels::send_parcel const lost{};
    auto const refused = bench.start(counter.request(lost));
    bench.expect_fault<parcels::counter>("no_address"); // throws, and shows the traffic, unless it was seen
    ok = ok && refused.done();

    office.close();
    auto const late = bench.start(counter.request(letter, 2s));
    bench.advance(2s); // the bench's clock; nothing waits
    ok = ok && late.done();
    // [/bench]
    std::cout << bench.traffic();
    return ok ? 0 : 1;
} catch (std::exception const& e) {
    std::cerr << e.what() << "\n";
    return 1;
}
