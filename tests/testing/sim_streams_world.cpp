// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Streams between the hosts of a simulation.
#include "fw_catch.hpp"
#include "testing/stream_kit.hpp"

#include <fairway/env/sleep.hpp>
#include <fairway/testing/sim/world.hpp>

#include <cstdint>
#include <exception>
#include <set>
#include <string>

using namespace stream_kit;

namespace {

// Fetches the answer again and again, whatever happens meanwhile; counts what came and what failed.
struct tally {
    int whole = 0;
    int wrong = 0;
    int failed = 0;
};
task<> fetch(boost::asio::any_io_executor on, std::string expected, tally& t) {
    for (;;) {
        bool failed = false;
        try {
            auto s = co_await env::network::of(on).connect(env::endpoint::tcp("server", 80), on);
            auto const got = co_await read(s, expected.size());
            ++(got == expected ? t.whole : t.wrong);
        } catch (system_error const&) {
            failed = true;
        }
        if (failed) ++t.failed;
        co_await sleep_for(20ms);
    }
}

struct outcome {
    std::uint64_t hash = 0;
    tally counts;
};

outcome run(std::uint64_t seed, carrier how) {
    outcome o;
    auto const answer = numbered_bytes(3000);
    stream_options const streams = stream_options().room(1000);
    simulation world(simulation_options(seed).carried_by(how).streams(streams));
    auto& server = world.add_host("server", [&](host& h) { h.spawn(serve(h.executor(), answer)); });
    auto& client = world.add_host("client", [&](host& h) { h.spawn(fetch(h.executor(), answer, o.counts)); });
    world.run_for(300ms);
    CHECK(o.counts.whole > 0);
    CHECK(o.counts.failed == 0);
    world.crash(server, 100ms);
    world.run_for(300ms);
    world.streams().reset("client", "server");
    world.run_for(100ms);
    world.streams().cut("server", "client");
    world.run_for(100ms);
    world.streams().heal_all();
    world.crash(client, 10ms);
    auto const before = o.counts.whole;
    world.run_for(300ms);
    CHECK(o.counts.whole > before);
    CHECK(o.counts.wrong == 0);
    o.hash = world.hash();
    return o;
}

} // namespace

TEST_CASE("a simulation's hosts have streams, and the same seed gives the same run", "[sim_streams]") {
    for (auto const how : {carrier::broker, carrier::hub}) {
        std::set<std::uint64_t> hashes;
        int failed = 0;
        for (std::uint64_t seed = 1; seed <= 10; ++seed) {
            auto const o = run(seed, how);
            hashes.insert(o.hash);
            failed += o.counts.failed;
            if (seed == 1) CHECK(run(seed, how).hash == o.hash);
        }
        CHECK(hashes.size() == 10);
        CHECK(failed > 0);
    }
}
