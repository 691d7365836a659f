// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_SIMULATION_HPP
#define FAIRWAY_TESTING_SIMULATION_HPP

// To run services on several simulated hosts from a seed: clocks that go wrong, links that fail, hosts that crash, and
// a failure that comes again with its seed.
//
//     for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
//         testing::simulation world(testing::simulation_options(seed));
//         auto const boot_stock = [](testing::host& h) {
//             auto& stock = h.make<service>(h.transport(), "inventory");
//             stock.handle<shop::orders>(inventory{stock});
//             stock.start();
//         };
//         world.add_host("stock-1", boot_stock);
//         world.add_host("stock-2", boot_stock);
//         world.add_host("shop", [&](testing::host& h) {
//             auto& checkout = h.make<service>(h.transport(), "checkout");
//             h.spawn(order_tea(checkout.sender<shop::orders>()));
//         });
//         world.inject(testing::fault_plan(30s).crashes(5s).cuts(3s));
//         world.run_for(2min);
//         CHECK(everything_is_as_promised());
//     }
#include <fairway/testing/sim/world.hpp>

#endif
