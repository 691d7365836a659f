// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A drain flushes what was sent, but no longer than to its deadline.
#include "fw_catch.hpp"
#include "service/shop.hpp"

#include <fairway/fairway.hpp>
#include <fairway/testing/simulation.hpp>

using namespace std::chrono_literals;
using fairway::service;
using fairway::task;
using fairway::testing::host;

namespace {

task<> drain_and_tell(service& s, bool& closed, fairway::error_code& failed) {
    try {
        (void)co_await s.drain(2s);
    } catch (fairway::system_error const& e) {
        failed = e.code();
    }
    closed = true;
}

} // namespace

TEST_CASE(
    "a drain does not wait for ever for room in somebody else's queue, and says that something was left", "[service]") {
    fairway::testing::broker_options small;
    small.queue_messages(1);
    fairway::testing::simulation world(fairway::testing::simulation_options(1).broker(small));
    bool drained = false;
    fairway::error_code failed;
    world.add_host("shop", [&](host& h) {
        auto& s = h.make<service>(h.transport(), "customer");
        auto const port = s.sender<shop::prices>();
        shop::ask_price const tea{.sku = "tea"};
        for (int i = 0; i < 3; ++i) REQUIRE_FALSE(port.try_send(tea));
        h.spawn(drain_and_tell(s, drained, failed));
    });
    world.run_for(1s);
    CHECK(world.backlog("prices") == 1);
    CHECK_FALSE(drained);
    world.run_for(2s);
    CHECK(drained);
    CHECK(failed == fairway::errc::timed_out);
}
