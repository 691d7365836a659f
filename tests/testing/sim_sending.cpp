// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"
#include "sim_kit.hpp"

using namespace sim_kit;
using namespace std::chrono_literals;
using fairway::testing::broker_options;
using fairway::testing::link_options;
using fairway::testing::link_way;
using fairway::testing::simulation_options;

TEST_CASE("a message crosses the model broker whole") {
    simulation world;
    auto& a = add(world, "a");
    auto& b = add(world, "b");
    consumer in(b, queue("work", 4));
    sender out(a, queue("work", 4));
    auto const sent = out.send(7, 2);
    world.settle();
    REQUIRE(sent->done);
    CHECK_FALSE(sent->error());
    CHECK(sent->outcomes[0].level == acceptance::broker);
    CHECK(in.told() > 0);
    CHECK(in.receive() == numbers{7});
    auto const& d = in.held.front();
    CHECK(d.type() == "test.number");
    CHECK(d.shard() == 2U);
    CHECK(d.shard_key() == "key2");
    CHECK(d.header("n") == "7");
    CHECK(d.body() == "body 7");
    CHECK(d.attempt() == 1);
    CHECK(world.backlog("work") == 1);
    in.settle_all();
    world.settle();
    CHECK(world.backlog("work") == 0);
}

TEST_CASE("a full queue makes senders wait, then refuses") {
    simulation world(simulation_options(1).broker(broker_options().queue_messages(2)));
    auto& a = add(world, "a");
    sender out(a, queue());
    for (std::uint64_t n = 1; n <= 2; ++n) out.send(n);
    auto const third = out.send(numbered(3), 10s);
    auto const fourth = out.send(numbered(4), 20s);
    world.run_for(5s);
    CHECK_FALSE(third->done);
    world.run_for(6s);
    REQUIRE(third->done);
    CHECK(third->error() == errc::queue_full);
    consumer in(a, queue(), "g", 1);
    world.run_for(1s);
    REQUIRE(fourth->done);
    CHECK_FALSE(fourth->error());
    CHECK(in.receive() == numbers{1});
}

TEST_CASE("a send that meets its deadline says whether it may have happened") {
    simulation world(simulation_options(1).links(link_options().dead_after(3s)));
    auto& a = add(world, "a");
    world.cut(a);
    sender out(a, queue());
    auto const never_sent = out.send(numbered(1), 1s);
    world.run_for(2s);
    REQUIRE(never_sent->done);
    CHECK(never_sent->error() == errc::not_connected);

    world.heal(a);
    world.run_for(10s);
    CHECK(world.backlog("work") == 0);
    auto const first = out.send(2);
    world.settle();
    CHECK(first->done);
    world.cut(a, link_way::down); // it arrives, its confirm does not
    auto const unconfirmed = out.send(numbered(3), 1s);
    world.run_for(2s);
    REQUIRE(unconfirmed->done);
    CHECK(unconfirmed->error() == errc::outcome_unknown);
    CHECK(world.backlog("work") == 2);
}

TEST_CASE("a cancelled send says whether it may have happened") {
    simulation world;
    auto& a = add(world, "a");
    sender out(a, queue());
    auto const early = out.send(1); // there is no connection yet
    early->cancel.emit(boost::asio::cancellation_type::terminal);
    world.settle();
    REQUIRE(early->done);
    CHECK(early->error() == errc::cancelled);
    world.cut(a);
    auto const late = out.send(2);
    late->cancel.emit(boost::asio::cancellation_type::terminal);
    world.run_for(100ms);
    REQUIRE(late->done);
    CHECK(late->error() == errc::outcome_unknown);
    world.heal(a);
    world.settle();
    CHECK(world.backlog("work") == 1);
}

TEST_CASE("what was not confirmed is sent again in order, and may come twice") {
    simulation world;
    auto& a = add(world, "a");
    auto& b = add(world, "b");
    sender out(a, queue());
    consumer in(b, queue());
    auto const first = out.send(1);
    world.settle();
    world.cut(a, link_way::down);
    std::vector<std::shared_ptr<sending>> rest;
    for (std::uint64_t n = 2; n <= 4; ++n) rest.push_back(out.send(n));
    world.run_for(1s);
    CHECK(in.receive() == numbers{1, 2, 3, 4});
    world.cut(a);
    rest.push_back(out.send(5));
    world.run_for(10s);
    CHECK_FALSE(rest[0]->done);
    world.heal(a);
    world.run_for(10s);
    for (auto const& s : rest) {
        REQUIRE(s->done);
        CHECK_FALSE(s->error());
    }
    CHECK(in.receive() == numbers{2, 3, 4, 5});
}

TEST_CASE("try_send fills a bounded buffer, and flush waits for the confirms") {
    simulation world(simulation_options(1).links(link_options().unsent_messages(2)));
    auto& a = add(world, "a");
    sender out(a, queue());
    CHECK_FALSE(out.try_send(numbered(1)));
    CHECK_FALSE(out.try_send(numbered(2)));
    CHECK(out.try_send(numbered(3)) == errc::queue_full);
    auto const waits = out.send(4);
    auto const flushed = out.flush();
    CHECK_FALSE(flushed->first);
    world.settle();
    CHECK(flushed->first);
    CHECK_FALSE(flushed->second);
    REQUIRE(waits->done);
    CHECK_FALSE(waits->error());
    CHECK(world.backlog("work") == 3);
    auto const nothing = out.flush();
    world.settle();
    CHECK(nothing->first);
}

TEST_CASE("many envelopes have one outcome each") {
    simulation world(simulation_options(1).links(link_options().unsent_messages(2)));
    auto& a = add(world, "a");
    sender out(a, queue());
    std::vector<envelope> all;
    for (std::uint64_t n = 1; n <= 7; ++n) all.push_back(numbered(n));
    auto const sent = out.send(std::move(all), 30s);
    world.settle();
    REQUIRE(sent->done);
    REQUIRE(sent->outcomes.size() == 7);
    for (auto const& o : sent->outcomes) CHECK_FALSE(o.error);
    consumer in(a, queue());
    world.settle();
    CHECK(in.receive() == numbers{1, 2, 3, 4, 5, 6, 7});
}

TEST_CASE("a reply channel is its host's own, and dies with the connection") {
    simulation world;
    auto& a = add(world, "a");
    auto& b = add(world, "b");
    std::optional<consumer> replies(std::in_place, a);
    world.settle();
    sender answers(b, replies->reply_address);
    auto const first = answers.send(1);
    world.settle();
    CHECK_FALSE(first->error());
    CHECK(replies->receive() == numbers{1});
    CHECK_FALSE(b.transport().open_reply("somewhere/else"));

    world.cut(a);
    world.run_for(6s); // the connection is lost now, and so is the channel
    auto const lost = answers.send(2);
    world.run_for(1s);
    REQUIRE(lost->done);
    CHECK(lost->error() == errc::unroutable);
    world.heal(a);
    world.run_for(10s);
    auto const again = answers.send(3);
    world.settle();
    CHECK_FALSE(again->error());
    CHECK(replies->receive() == numbers{3});

    world.crash(a);
    replies.reset();
    world.run_for(10s);
    auto const gone = answers.send(4);
    world.settle();
    CHECK(gone->error() == errc::unroutable);
}

TEST_CASE("delays and times to live are the broker's, whatever the clocks say") {
    simulation world(simulation_options(3).clocks(1h, 0));
    auto& a = add(world, "a");
    auto& b = add(world, "b");
    REQUIRE(std::max(a.now(), b.now()) - std::min(a.now(), b.now()) > 1s);
    sender out(a, queue());
    consumer in(b, queue());
    world.settle();
    envelope_head h;
    h.type = "test.number";
    h.id = {1, 1};
    h.due = a.now() + 5s;
    h.expires = h.due + 10s;
    out.send(envelope::of_bytes(h, {}, "later"));
    world.run_for(4900ms);
    CHECK(in.receive().empty());
    world.run_for(200ms);
    CHECK(in.receive() == numbers{1});
    auto const left = in.held.front().deadline().value() - b.now();
    CHECK(left > 9s);
    CHECK(left <= 10s);

    in.in().close();
    h.id = {1, 2};
    h.due = no_time;
    h.expires = a.now() + 2s;
    auto const sent = out.send(envelope::of_bytes(h, {}, "short-lived"));
    world.run_for(3s);
    CHECK_FALSE(sent->error());
    consumer late(b, queue());
    world.settle();
    CHECK(late.receive() == numbers{1}); // it was not settled
    CHECK(late.held.front().attempt() == 2);
}

TEST_CASE("a channel has one shape") {
    simulation world;
    auto& a = add(world, "a");
    sender out(a, queue("work", 4));
    REQUIRE_THROWS_AS(sender(a, queue("work", 5)), system_error);
    REQUIRE_THROWS_AS(consumer(a, topic("work", 4)), system_error);
    CHECK_NOTHROW(sender(a, queue("work", 4)));
}

TEST_CASE("a restart of the broker keeps what was confirmed") {
    simulation world;
    auto& a = add(world, "a");
    auto& b = add(world, "b");
    sender out(a, queue());
    consumer in(b, queue());
    out.send(1);
    out.send(2);
    world.settle();
    CHECK(in.receive(1) == numbers{1});
    (void)in.notices();
    world.restart_broker(2s);
    auto const meanwhile = out.send(3);
    world.run_for(1s);
    CHECK(in.notices() == std::vector<std::string>{"disconnected"});
    CHECK_FALSE(meanwhile->done);
    in.settle(1); // too late
    world.run_for(10s);
    CHECK_FALSE(meanwhile->error());
    CHECK(in.notices() == std::vector<std::string>{"connected"});
    CHECK(in.receive() == numbers{1, 2, 3});
    CHECK(in.held[0].attempt() == 2);
}
