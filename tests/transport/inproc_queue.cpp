// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Point-to-point and publish-subscribe queues of the in-process transport, at the seam.
#include "fw_catch.hpp"
#include "seam_kit.hpp"

using namespace seam_kit;

namespace {
address const orders{"orders", channel_kind::point_to_point, 0};
address const events{"events", channel_kind::publish_subscribe, 0};
} // namespace

TEST_CASE("point-to-point: each message goes to one consumer, round robin", "[inproc]") {
    asio::io_context io;
    inproc net(io.get_executor(), inproc::hub());
    consumer a(net, orders, "a"), b(net, orders, "b");
    auto const to = net.open(orders);
    for (std::uint64_t i = 1; i <= 6; ++i) REQUIRE_FALSE(try_one(*to, numbered(i)));
    CHECK(a.receive() == numbers{1, 3, 5});
    CHECK(b.receive() == numbers{2, 4, 6});
}

TEST_CASE("point-to-point: a consumer without room is passed over", "[inproc]") {
    asio::io_context io;
    inproc net(io.get_executor(), inproc::hub());
    consumer slow(net, orders, "a", 1), quick(net, orders, "a", 10);
    auto const to = net.open(orders);
    for (std::uint64_t i = 1; i <= 5; ++i) REQUIRE_FALSE(try_one(*to, numbered(i)));
    CHECK(slow.receive() == numbers{1});
    CHECK(quick.receive() == numbers{2, 3, 4, 5});
    REQUIRE_FALSE(try_one(*to, numbered(6)));
    CHECK(slow.receive().empty());
    slow.settle_all();
    REQUIRE_FALSE(try_one(*to, numbered(7)));
    CHECK(slow.receive() == numbers{7});
    CHECK(quick.receive() == numbers{6});
}

TEST_CASE("messages wait in order for a consumer that comes later", "[inproc]") {
    asio::io_context io;
    inproc net(io.get_executor(), inproc::hub());
    auto const to = net.open(orders);
    for (std::uint64_t i = 1; i <= 100; ++i) REQUIRE_FALSE(try_one(*to, numbered(i)));
    consumer late(net, orders, "g", 64);
    numbers all;
    for (int rounds = 0; rounds < 2; ++rounds) {
        for (auto const n : late.receive()) all.push_back(n);
        late.settle_all();
    }
    REQUIRE(all.size() == 100);
    CHECK(std::is_sorted(all.begin(), all.end()));
}

TEST_CASE("a released or abandoned message comes again, before later ones, with its attempt counted", "[inproc]") {
    asio::io_context io;
    inproc net(io.get_executor(), inproc::hub());
    auto const to = net.open(orders);
    for (std::uint64_t i = 1; i <= 3; ++i) REQUIRE_FALSE(try_one(*to, numbered(i)));
    auto first = std::make_unique<consumer>(net, orders, "g", 2);
    REQUIRE(first->receive() == numbers{1, 2});
    CHECK(first->held.front().attempt() == 1);
    first->settle_first(false);
    REQUIRE(first->receive() == numbers{1});
    CHECK(first->held.back().attempt() == 2);
    // It leaves without having settled 2 and 1.
    first->in->close();
    consumer second(net, orders, "g");
    REQUIRE(second.receive() == numbers{1, 2, 3});
    CHECK(second.held[0].attempt() == 3);
    CHECK(second.held[1].attempt() == 2);
    CHECK(second.held[2].attempt() == 1);
    SECTION("and settling after having left changes nothing") {
        first->settle_all();
        second.settle_all();
        CHECK(second.receive().empty());
    }
}

TEST_CASE("a settlement counts once, and unknown tags are ignored", "[inproc]") {
    asio::io_context io;
    inproc net(io.get_executor(), inproc::hub());
    auto const to = net.open(orders);
    consumer c(net, orders, "g", 1);
    REQUIRE_FALSE(try_one(*to, numbered(1)));
    REQUIRE_FALSE(try_one(*to, numbered(2)));
    REQUIRE(c.receive() == numbers{1});
    settlement const twice[] = {{c.held[0].tag(), true}, {c.held[0].tag(), false}, {~std::uint64_t{0}, true}};
    c.in->settle(twice);
    c.held.clear();
    CHECK(c.receive() == numbers{2});
    CHECK(c.held[0].attempt() == 1);
}

TEST_CASE("publish-subscribe: every group gets each message, its members compete", "[inproc]") {
    asio::io_context io;
    inproc net(io.get_executor(), inproc::hub());
    consumer billing(net, events, "billing"), mail1(net, events, "mail"), mail2(net, events, "mail");
    auto const to = net.open(events);
    for (std::uint64_t i = 1; i <= 4; ++i) REQUIRE_FALSE(try_one(*to, numbered(i)));
    CHECK(billing.receive() == numbers{1, 2, 3, 4});
    CHECK(mail1.receive() == numbers{1, 3});
    CHECK(mail2.receive() == numbers{2, 4});
}

TEST_CASE("publish-subscribe: a known group's messages are kept, a new group starts now", "[inproc]") {
    asio::io_context io;
    inproc net(io.get_executor(), inproc::hub());
    auto const to = net.open(events);
    REQUIRE_FALSE(try_one(*to, numbered(1))); // nobody is subscribed: accepted, and gone
    subscription what;
    what.from = events;
    what.group = "declared";
    net.declare(what);
    REQUIRE_FALSE(try_one(*to, numbered(2)));
    consumer known(net, events, "declared"), fresh(net, events, "fresh");
    CHECK(known.receive() == numbers{2});
    CHECK(fresh.receive().empty());
    known.in->close();
    REQUIRE_FALSE(try_one(*to, numbered(3)));
    consumer again(net, events, "declared");
    CHECK(again.receive() == numbers{2, 3}); // 2 had not been settled
}

TEST_CASE("a receiver is told once, when there is something again", "[inproc]") {
    asio::io_context io;
    inproc net(io.get_executor(), inproc::hub());
    consumer c(net, orders, "g");
    auto const to = net.open(orders);
    CHECK(c.told.times == 0);
    try_one(*to, numbered(1));
    try_one(*to, numbered(2));
    CHECK(c.told.times == 1);
    c.receive(1); // there is more: no need to tell
    try_one(*to, numbered(3));
    CHECK(c.told.times == 1);
    c.receive(64);
    try_one(*to, numbered(4));
    CHECK(c.told.times == 2);
}

TEST_CASE("a paused consumer gets no more, and what it had not received goes to others", "[inproc]") {
    asio::io_context io;
    inproc net(io.get_executor(), inproc::hub());
    consumer a(net, orders, "g"), b(net, orders, "g");
    auto const to = net.open(orders);
    for (std::uint64_t i = 1; i <= 4; ++i) try_one(*to, numbered(i));
    REQUIRE(a.receive(1) == numbers{1});
    a.in->pause();
    try_one(*to, numbered(5));
    CHECK(a.receive().empty());
    CHECK(b.receive() == numbers{2, 4, 3, 5});
    a.settle_all();
    CHECK(b.held[2].attempt() == 1); // 3 was never received before
}

TEST_CASE("a channel has one shape", "[inproc]") {
    asio::io_context io;
    inproc net(io.get_executor(), inproc::hub());
    net.open(orders);
    auto const mismatch = [&](address const& a) {
        try {
            net.open(a);
        } catch (system_error const& e) {
            return e.code() == errc::topology_mismatch;
        }
        return false;
    };
    CHECK(mismatch({"orders", channel_kind::publish_subscribe, 0}));
    CHECK(mismatch({"orders", channel_kind::point_to_point, 4}));
    CHECK_FALSE(mismatch(orders));
}

TEST_CASE("reply channels: only existing ones can be reached, and they end with their owner", "[inproc]") {
    asio::io_context io;
    inproc net(io.get_executor(), inproc::hub());
    net.open(orders);
    CHECK(net.open_reply("orders") == nullptr);
    CHECK(net.open_reply("inproc-reply:1") == nullptr);
    counting_receiver told;
    auto mine = net.open_replies(told);
    auto const to = net.open_reply(mine.address);
    REQUIRE(to);
    CHECK_FALSE(try_one(*to, numbered(7)));
    CHECK(told.times == 1);
    mine.replies->close();
    CHECK(try_one(*to, numbered(8)) == errc::unroutable);
    CHECK(net.open_reply(mine.address) == nullptr);
}

TEST_CASE("a closed transport refuses", "[inproc]") {
    asio::io_context io;
    inproc::hub const hub;
    inproc net(io.get_executor(), hub), other(io.get_executor(), hub);
    auto const to = net.open(orders);
    net.close();
    CHECK(try_one(*to, numbered(1)) == errc::closed);
    CHECK_FALSE(try_one(*other.open(orders), numbered(2)));
}
