// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"
#include "sim_kit.hpp"

using namespace sim_kit;
using namespace std::chrono_literals;
using fairway::testing::broker_options;
using fairway::testing::link_way;
using fairway::testing::simulation_options;
using texts = std::vector<std::string>;

namespace {

// Sends the numbers from..to and waits for their confirms.
void send_all(simulation& world, sender& out, std::uint64_t from, std::uint64_t to, std::uint32_t shard = no_shard) {
    for (auto n = from; n <= to; ++n) out.send(n, shard);
    world.settle();
}

} // namespace

TEST_CASE("a consumer holds no more than its prefetch") {
    simulation world;
    auto& a = add(world, "a");
    sender out(a, queue());
    consumer in(a, queue(), "g", 3);
    send_all(world, out, 1, 5);
    CHECK(in.receive() == numbers{1, 2, 3});
    in.settle(2);
    world.settle();
    CHECK(in.receive() == numbers{4});
    in.settle_all();
    world.settle();
    CHECK(in.receive() == numbers{5});
}

TEST_CASE("competing consumers share a queue, groups have their own") {
    simulation world;
    auto& a = add(world, "a");
    auto& b = add(world, "b");
    sender out(a, topic());
    consumer one(a, topic(), "g", 2);
    consumer two(b, topic(), "g", 2);
    consumer other(b, topic(), "h");
    world.settle();
    send_all(world, out, 1, 4);
    auto all = one.receive();
    auto const rest = two.receive();
    CHECK(all.size() == 2);
    all.insert(all.end(), rest.begin(), rest.end());
    std::sort(all.begin(), all.end());
    CHECK(all == numbers{1, 2, 3, 4});
    CHECK(other.receive() == numbers{1, 2, 3, 4});
    CHECK(world.backlog("news", "g") == 4);
    CHECK(world.backlog("news", "nobody") == 0);
}

TEST_CASE("what a lost connection had comes again in order, elsewhere too") {
    for (bool const silent : {false, true}) {
        simulation world;
        auto& a = add(world, "a");
        auto& b = add(world, "b");
        sender out(b, queue());
        std::optional<consumer> first(std::in_place, a, queue(), "g", 4);
        world.settle();
        send_all(world, out, 1, 6);
        CHECK(first->receive() == numbers{1, 2, 3, 4});
        first->settle(2);
        world.settle();
        consumer second(b, queue(), "g", 10);
        world.settle();
        CHECK(second.receive() == numbers{6});
        if (silent) {
            world.cut(a);
            first->settle(1); // does not arrive
        } else {
            world.crash(a);
            first.reset();
        }
        world.run_for(6s);
        CHECK(second.receive() == numbers{1, 3, 4, 5});
        CHECK(second.held[1].attempt() == 2);
    }
}

TEST_CASE("a consumer learns that it was disconnected, and its old settlements do nothing") {
    simulation world;
    auto& a = add(world, "a");
    auto& b = add(world, "b");
    sender out(b, queue());
    consumer in(a, queue(), "g", 3);
    world.settle();
    CHECK(in.notices() == texts{"connected"});
    send_all(world, out, 1, 4);
    CHECK(in.receive(2) == numbers{1, 2});
    world.cut(a);
    world.run_for(6s);
    CHECK(in.notices() == texts{"disconnected"});
    CHECK(in.receive().empty()); // 3 was not received yet: it is the broker's again
    world.heal(a);
    world.run_for(5s);
    CHECK(in.notices() == texts{"connected"});
    in.settle(1);
    world.settle();
    CHECK(world.backlog("work") == 4);
    in.held.clear();
    CHECK(in.receive() == numbers{1, 2, 3});
    in.settle_all();
    world.settle();
    CHECK(in.receive() == numbers{4});
}

TEST_CASE("a shard moves when its owner has settled what it received, and not before") {
    simulation world;
    auto& a = add(world, "a");
    auto& b = add(world, "b");
    auto const moves = topic("moves", 2);
    sender out(a, moves);
    consumer one(a, moves);
    world.settle();
    CHECK(one.notices() == texts{"connected", "gained 0", "gained 1"});
    send_all(world, out, 1, 3, 0);
    send_all(world, out, 11, 13, 1);
    CHECK(one.receive(1) == numbers{1});
    consumer two(b, moves);
    world.settle();
    // Shard 1 moves: nothing of it was received, so it moves at once.
    CHECK(one.notices() == texts{"revoking 1", "lost 1"});
    CHECK(two.notices() == texts{"connected", "gained 1"});
    CHECK(two.receive() == numbers{11, 12, 13});
    CHECK(two.held[0].attempt() == 1);

    two.in().pause(); // it wants no more: its shard moves back once it has finished
    world.settle();
    CHECK(two.notices() == texts{"revoking 1"});
    two.settle(11);
    two.settle(12, false);
    world.settle();
    CHECK(one.notices().empty());
    two.settle(13, false);
    world.settle();
    CHECK(two.notices() == texts{"lost 1"});
    CHECK(one.notices() == texts{"gained 1"});
    CHECK(one.receive() == numbers{2, 3, 12, 13});
    CHECK(one.held[3].attempt() == 2);
}

TEST_CASE("an owner that does not give its shard away loses it, and its settlements are void") {
    simulation world(simulation_options(1).broker(broker_options().revoke_within(3s)));
    auto& a = add(world, "a");
    auto& b = add(world, "b");
    auto const moves = topic("moves", 1);
    sender out(b, moves);
    consumer one(a, moves);
    world.settle();
    send_all(world, out, 1, 3, 0);
    CHECK(one.receive(2) == numbers{1, 2});
    (void)one.notices();
    consumer two(b, moves);
    world.settle();
    CHECK(one.notices().empty()); // the only shard stays where it is
    one.in().pause();
    world.run_for(2s);
    CHECK(one.notices() == texts{"revoking 0"});
    CHECK(two.receive().empty());
    world.run_for(2s);
    CHECK(one.notices() == texts{"lost 0"});
    CHECK(two.notices() == texts{"connected", "gained 0"});
    one.settle_all();
    world.settle();
    CHECK(two.receive() == numbers{1, 2, 3});
    CHECK(two.held[0].attempt() == 2);
    CHECK(world.backlog("moves", "g") == 3);
}

TEST_CASE("what a consumer gives back of a shard is not overtaken") {
    simulation world;
    auto& a = add(world, "a");
    auto& b = add(world, "b");
    auto const moves = topic("moves", 1);
    sender out(b, moves);
    consumer in(a, moves);
    world.settle();
    send_all(world, out, 1, 3, 0);
    CHECK(in.receive(1) == numbers{1});
    for (std::uint64_t n = 4; n <= 6; ++n) out.send(n, 0); // these are on their way
    in.settle(1, false);
    world.settle();
    CHECK(in.receive() == numbers{1, 2, 3, 4, 5, 6});
    CHECK(in.held[0].attempt() == 2);
    CHECK(in.held[1].attempt() == 1);
}

TEST_CASE("intake of one shard can be held, and goes on where it stopped") {
    simulation world;
    auto& a = add(world, "a");
    auto const moves = topic("moves", 2);
    sender out(a, moves);
    consumer in(a, moves, "g", 4);
    world.settle();
    send_all(world, out, 1, 3, 0);
    CHECK(in.receive(1) == numbers{1});
    in.in().hold(0, true);
    send_all(world, out, 11, 13, 1);
    CHECK(in.receive() == numbers{11, 12, 13});
    in.in().hold(0, false);
    in.settle_all();
    world.settle();
    CHECK(in.receive() == numbers{2, 3});
}

TEST_CASE("a paused consumer gives back what it has not received") {
    simulation world;
    auto& a = add(world, "a");
    sender out(a, queue());
    consumer one(a, queue());
    send_all(world, out, 1, 4);
    CHECK(one.receive(1) == numbers{1});
    out.send(5);
    one.in().pause();
    world.settle();
    CHECK(one.receive().empty());
    consumer two(a, queue());
    world.settle();
    CHECK(two.receive() == numbers{2, 3, 4, 5});
    CHECK(two.held[0].attempt() == 1);
    one.settle(1);
    world.settle();
    CHECK(world.backlog("work") == 4);
}

TEST_CASE("what is held too long is delivered again") {
    simulation world(simulation_options(1).broker(broker_options().max_hold(10s).counts_attempts(false)));
    auto& a = add(world, "a");
    CHECK(a.transport().describe().max_hold == 10s);
    CHECK_FALSE(a.transport().describe().counts_attempts);
    sender out(a, queue());
    consumer one(a, queue(), "g", 2);
    world.settle();
    send_all(world, out, 1, 2);
    CHECK(one.receive() == numbers{1, 2});
    world.run_for(9s);
    one.settle(1);
    CHECK(one.receive().empty());
    world.run_for(2s);
    CHECK(one.receive() == numbers{2});
    CHECK(one.held.back().attempt() == 1); // not counted
    one.settle_all();                      // the old one does nothing
    world.settle();
    CHECK(world.backlog("work") == 0);

    auto const moves = topic("moves", 1);
    sender to_shard(a, moves);
    consumer two(a, moves);
    world.settle();
    (void)two.notices();
    send_all(world, to_shard, 1, 2, 0);
    CHECK(two.receive(1) == numbers{1});
    world.run_for(11s);
    CHECK(two.notices() == texts{"lost 0", "gained 0"});
    CHECK(two.receive() == numbers{1, 2});
}

TEST_CASE("accepted messages come again, once, where the broker is told to") {
    simulation world;
    auto& a = add(world, "a");
    sender out(a, queue());
    consumer in(a, queue());
    world.duplicate(1);
    send_all(world, out, 1, 2);
    CHECK(in.receive() == numbers{1, 2});
    in.settle_all();
    world.settle();
    CHECK(in.receive() == numbers{1, 2});
    CHECK(in.held[0].attempt() == 2);
    in.settle_all();
    world.settle();
    CHECK(in.receive().empty());
}

TEST_CASE("of a log a settlement ends all before it, and the next owner begins behind the last") {
    simulation world(simulation_options(1).broker(broker_options().log(true)));
    auto& a = add(world, "a");
    auto& b = add(world, "b");
    auto const able = a.transport().describe();
    CHECK(able.settles_prefix);
    CHECK_FALSE(able.delay);
    CHECK_FALSE(able.counts_attempts);
    auto const moves = topic("moves", 1);
    sender out(b, moves);
    std::optional<consumer> one(std::in_place, a, moves);
    consumer two(b, moves);
    consumer other(b, moves, "other");
    world.settle();
    CHECK(one->notices() == texts{"connected", "gained 0"});
    send_all(world, out, 1, 5, 0);
    CHECK(one->receive() == numbers{1, 2, 3, 4, 5});
    one->settle(3); // 1 and 2 with it
    world.settle();
    CHECK(world.backlog("moves", "g") == 2);
    world.crash(a);
    one.reset();
    world.run_for(6s);
    CHECK(two.receive() == numbers{4, 5});
    two.settle(4, false);
    two.settle(5); // void: it was behind what was given back
    world.settle();
    CHECK(two.receive() == numbers{4, 5});
    two.settle_all();
    world.settle();
    CHECK(world.backlog("moves", "g") == 0);
    CHECK(other.receive() == numbers{1, 2, 3, 4, 5});
}

TEST_CASE("an unsharded log has one owner") {
    simulation world(simulation_options(1).broker(broker_options().log(true)));
    auto& a = add(world, "a");
    sender out(a, queue());
    consumer one(a, queue());
    consumer two(a, queue());
    send_all(world, out, 1, 3);
    CHECK(one.notices() == texts{"connected", "gained"});
    CHECK(two.notices() == texts{"connected"});
    CHECK(one.receive() == numbers{1, 2, 3});
    CHECK(two.receive().empty());
    one.settle(2);
    world.settle();
    one.in().close();
    world.settle();
    CHECK(two.receive() == numbers{3});
}

TEST_CASE("a link cut in one direction, and healed in time, loses nothing") {
    for (auto const way : {link_way::up, link_way::down, link_way::both}) {
        simulation world;
        auto& a = add(world, "a");
        auto& b = add(world, "b");
        sender out(b, queue());
        consumer in(a, queue());
        world.settle();
        (void)in.notices();
        world.cut(a, way, 4s);
        send_all(world, out, 1, 3);
        CHECK(in.receive().size() == (way == link_way::up ? 3U : 0U));
        world.run_for(5s);
        (void)in.receive();
        in.settle_all();
        world.settle();
        CHECK(world.backlog("work") == 0);
        CHECK(in.notices().empty());
    }
}
