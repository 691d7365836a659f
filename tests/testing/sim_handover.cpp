// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A shard that moves while a message of it is on its way to the dead-letter channel.
#include "fw_catch.hpp"

#include <fairway/fairway.hpp>
#include <fairway/testing/simulation.hpp>

#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace fairway;

namespace {

struct step {
    using contract = fairway::command<"handover.step">;
    std::string key;
    std::string const& shard_key() const { return key; }
};
using steps = sharded<2, point_to_point<"steps", step>>;
using dead_steps = point_to_point<"steps.worker.dead", step>;

std::string key_of_shard(std::uint32_t shard) {
    for (int n = 0;; ++n)
        if (std::string key = "k" + std::to_string(n); shard_of(key, 2) == shard) return key;
}

task<> send_one_of_each_shard(sender_port<steps> port, std::vector<std::string>& sent) {
    for (std::uint32_t shard : {0U, 1U}) {
        step const one{key_of_shard(shard)};
        co_await port.send(one);
        sent.push_back(one.key);
        co_await sleep_for(1s);
    }
}

} // namespace

TEST_CASE("what was given up ends where it failed, though its shard is to move") {
    // Room for one dead letter: the second one waits.
    auto const broker = testing::broker_options().queue_messages(1).revoke_within(10min);
    testing::simulation world(testing::simulation_options(1).broker(broker));
    std::vector<std::string> calls;
    auto const work = [&](testing::host& h) {
        auto& s = h.make<service>(h.transport(), "worker");
        s.handle<steps>([&calls, name = h.name()](step const& m) {
            calls.push_back(std::string(name) + " " + m.key);
            throw fault("no", "never");
        });
        s.start();
    };
    world.add_host("a", work);
    std::vector<std::string> sent;
    world.add_host("shop", [&](testing::host& h) {
        auto& s = h.make<service>(h.transport(), "shop");
        h.spawn(send_one_of_each_shard(s.sender<steps>(), sent));
    });
    REQUIRE(world.run_until([&] { return calls.size() == 2; }, 10s));
    world.add_host("b", work);
    world.run_for(5s);
    std::vector<std::string> const once = {"a " + key_of_shard(0), "a " + key_of_shard(1)};
    CHECK(calls == once);

    std::vector<std::string> letters;
    world.add_host("doctor", [&](testing::host& h) {
        auto& s = h.make<service>(h.transport(), "doctor");
        s.handle<dead_steps>([&letters](step const& m) { letters.push_back(m.key); });
        s.start();
    });
    world.run_for(2min);
    CHECK(calls == once);
    CHECK(letters == sent);
    CHECK(world.backlog("steps") == 0);
}

TEST_CASE("a shard whose intake was paused is paused again after a reconnect, and others go on") {
    class counter final : public observer {
    public:
        void on(observation const& o) noexcept override {
            paused += o.what == occurrence::intake_paused ? 1 : 0;
            cut += o.what == occurrence::disconnected ? 1 : 0;
        }
        int paused = 0, cut = 0;
    };
    testing::simulation world(testing::simulation_options(1));
    auto const seen = std::make_shared<counter>();
    std::string const bad = key_of_shard(0), good = key_of_shard(1);
    int handled = 0;
    auto& a = world.add_host("a", [&](testing::host& h) {
        auto& s = h.make<service>(h.transport(), "worker", seen);
        s.handle<steps>(
            [&](step const& m) {
                if (m.key == bad) throw transient("later");
                ++handled;
            },
            handler_options().prefetch(8).retry(
                retry_policy().attempts(3).delay(10min).max_delay(10min).jitter(false)));
        s.start();
    });
    auto& shop = world.add_host("shop", [](testing::host& h) { h.make<service>(h.transport(), "shop"); });
    auto const send = [&](std::string const& key, int n) {
        sender_port<steps> const port = shop.make<service>(shop.transport(), "shop-of-" + key).sender<steps>();
        step const one{key};
        for (int i = 0; i < n; ++i) CHECK_FALSE(port.try_send(one));
    };
    world.run_for(1s);
    send(bad, 20);
    world.run_for(2s);
    CHECK(seen->paused == 1);
    send(good, 5);
    world.run_for(2s);
    CHECK(handled == 5);

    world.cut(a, testing::link_way::both, 1min);
    world.run_for(2min);
    CHECK(seen->cut == 1);
    CHECK(seen->paused == 2);
    send(good, 20);
    world.run_for(1min);
    CHECK(handled == 25);
}
