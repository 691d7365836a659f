// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Point-to-point and publish-subscribe queues of the in-process transport, at the seam.
#include "fw_catch.hpp"
#include "seam_kit.hpp"

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

using namespace seam_kit;

namespace {
address const orders{"orders", channel_kind::point_to_point, 0};
address const events{"events", channel_kind::publish_subscribe, 0};
} // namespace

TEST_CASE("point-to-point: each message goes to one consumer, the same number to each", "[inproc]") {
    asio::io_context io;
    inproc net(io.get_executor(), inproc::hub());
    consumer a(net, orders, "a"), b(net, orders, "b");
    auto const to = net.open(orders);
    for (std::uint64_t i = 1; i <= 6; ++i) REQUIRE_FALSE(try_send_one(*to, numbered(i)));
    CHECK(a.receive() == numbers{1, 2, 3});
    CHECK(b.receive() == numbers{4, 5, 6});
}

TEST_CASE("point-to-point: a consumer without room is passed over", "[inproc]") {
    asio::io_context io;
    inproc net(io.get_executor(), inproc::hub());
    consumer slow(net, orders, "a", 1), quick(net, orders, "a", 10);
    auto const to = net.open(orders);
    for (std::uint64_t i = 1; i <= 5; ++i) REQUIRE_FALSE(try_send_one(*to, numbered(i)));
    CHECK(slow.receive() == numbers{1});
    CHECK(quick.receive() == numbers{2, 3, 4, 5});
    REQUIRE_FALSE(try_send_one(*to, numbered(6)));
    CHECK(slow.receive().empty());
    slow.settle_all();
    REQUIRE_FALSE(try_send_one(*to, numbered(7)));
    CHECK(slow.receive() == numbers{6});
    CHECK(quick.receive() == numbers{7});
}

TEST_CASE("messages wait in order for a consumer that comes later", "[inproc]") {
    asio::io_context io;
    inproc net(io.get_executor(), inproc::hub());
    auto const to = net.open(orders);
    for (std::uint64_t i = 1; i <= 100; ++i) REQUIRE_FALSE(try_send_one(*to, numbered(i)));
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
    for (std::uint64_t i = 1; i <= 3; ++i) REQUIRE_FALSE(try_send_one(*to, numbered(i)));
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
    REQUIRE_FALSE(try_send_one(*to, numbered(1)));
    REQUIRE_FALSE(try_send_one(*to, numbered(2)));
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
    for (std::uint64_t i = 1; i <= 4; ++i) REQUIRE_FALSE(try_send_one(*to, numbered(i)));
    CHECK(billing.receive() == numbers{1, 2, 3, 4});
    CHECK(mail1.receive() == numbers{1, 2});
    CHECK(mail2.receive() == numbers{3, 4});
}

TEST_CASE("publish-subscribe: a known group's messages are kept, a new group starts now", "[inproc]") {
    asio::io_context io;
    inproc net(io.get_executor(), inproc::hub());
    auto const to = net.open(events);
    REQUIRE_FALSE(try_send_one(*to, numbered(1))); // nobody is subscribed: accepted, and gone
    subscription what;
    what.from = events;
    what.group = "declared";
    net.declare(what);
    REQUIRE_FALSE(try_send_one(*to, numbered(2)));
    consumer known(net, events, "declared"), fresh(net, events, "fresh");
    CHECK(known.receive() == numbers{2});
    CHECK(fresh.receive().empty());
    known.in->close();
    REQUIRE_FALSE(try_send_one(*to, numbered(3)));
    consumer again(net, events, "declared");
    CHECK(again.receive() == numbers{2, 3}); // 2 had not been settled
}

TEST_CASE("a receiver is told once, when there is something again", "[inproc]") {
    asio::io_context io;
    inproc net(io.get_executor(), inproc::hub());
    consumer c(net, orders, "g");
    auto const to = net.open(orders);
    CHECK(c.told.times == 0);
    try_send_one(*to, numbered(1));
    try_send_one(*to, numbered(2));
    CHECK(c.told.times == 1);
    c.receive(1); // there is more: no need to tell
    try_send_one(*to, numbered(3));
    CHECK(c.told.times == 1);
    c.receive(64);
    try_send_one(*to, numbered(4));
    CHECK(c.told.times == 2);
}

TEST_CASE("a paused consumer gets no more, and what it had not received goes to others", "[inproc]") {
    asio::io_context io;
    inproc net(io.get_executor(), inproc::hub());
    consumer a(net, orders, "g"), b(net, orders, "g");
    auto const to = net.open(orders);
    for (std::uint64_t i = 1; i <= 4; ++i) try_send_one(*to, numbered(i));
    REQUIRE(a.receive(1) == numbers{1});
    a.in->pause();
    try_send_one(*to, numbered(5));
    CHECK(a.receive().empty());
    CHECK(b.receive() == numbers{2, 3, 4, 5});
    a.settle_all();
    CHECK(b.held[1].attempt() == 1); // 3 was never received before
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
    CHECK_FALSE(try_send_one(*to, numbered(7)));
    CHECK(told.times == 1);
    mine.replies->close();
    CHECK(try_send_one(*to, numbered(8)) == errc::unroutable);
    CHECK(net.open_reply(mine.address) == nullptr);
}

TEST_CASE("a closed transport refuses", "[inproc]") {
    asio::io_context io;
    inproc::hub const hub;
    inproc net(io.get_executor(), hub), other(io.get_executor(), hub);
    auto const to = net.open(orders);
    net.close();
    CHECK(try_send_one(*to, numbered(1)) == errc::closed);
    CHECK_FALSE(try_send_one(*other.open(orders), numbered(2)));
}

TEST_CASE("sends that wait for room end with the transport that they came through", "[inproc]") {
    asio::io_context io;
    inproc::options small;
    small.queue_messages = 1;
    inproc::hub const hub(small);
    inproc net(io.get_executor(), hub), other(io.get_executor(), hub);
    auto const to = net.open(orders), to_same = other.open(orders);
    consumer c(other, orders, "g");
    error_code const waits = errc::would_deadlock; // which no send ends with
    error_code ends[2] = {waits, waits};
    REQUIRE_FALSE(try_send_one(*to, numbered(1)));
    auto const begin = [&](sink& way, std::uint64_t n, error_code& end) {
        send_one(way, numbered(n), env::steady_point::max(), io.get_executor(), [&end](error_code ec) { end = ec; });
    };
    begin(*to, 2, ends[0]);
    begin(*to_same, 3, ends[1]);
    io.poll();
    CHECK(ends[0] == waits);
    net.close();
    io.restart();
    io.poll();
    CHECK(ends[0] == errc::closed);
    CHECK(ends[1] == waits);
    CHECK(c.receive() == numbers{1});
    c.settle_all();
    io.restart();
    io.poll();
    CHECK_FALSE(ends[1]);
    CHECK(c.receive() == numbers{3});
}

TEST_CASE("one settlement ends deliveries in a row, or some of them", "[inproc]") {
    asio::io_context io;
    inproc net(io.get_executor(), inproc::hub());
    auto const to = net.open(orders);
    for (std::uint64_t i = 1; i <= 200; ++i) REQUIRE_FALSE(try_send_one(*to, numbered(i)));
    consumer c(net, orders, "g", 200);
    REQUIRE(c.receive(200).size() == 200);
    numbers tags;
    for (auto const& d : c.held) tags.push_back(d.tag());
    auto const tag = [&](std::size_t n) { return tags[n - 1]; };
    for (std::size_t n = 1; n < 200; ++n) REQUIRE(tag(n) + 1 == tag(n + 1));
    settlement const some[] = {{tag(50), true, 100}, {tag(10), false}, {tag(150), true, 3}, {tag(198), true, 50}};
    c.in->settle(some);
    c.held.clear();
    // What was settled is not settled again; what was not, is still held, and goes back with the consumer.
    CHECK(c.receive() == numbers{10});
    c.in->close();
    consumer next(net, orders, "g", 200);
    numbers expected;
    for (std::uint64_t n = 1; n < 50; ++n) expected.push_back(n);
    for (std::uint64_t n = 153; n < 198; ++n) expected.push_back(n);
    CHECK(next.receive(200) == expected);
    CHECK(next.held[9].attempt() == 3);
    CHECK(next.held[10].attempt() == 2);
}

TEST_CASE("each message of several groups ends once, in whatever order they settle", "[inproc]") {
    // An object that says when it ends.
    struct watched {
        explicit watched(int& gone) : count(&gone) {}
        watched(watched const&) = delete;
        watched& operator=(watched const&) = delete;
        ~watched() { ++*count; }
        int* count;
    };
    static fairway::body_type const type{sizeof(watched), alignof(watched), "text/plain",
        [](void* object) noexcept { static_cast<watched*>(object)->~watched(); }, [](void const*, std::string&) {}};
    std::mt19937 random(7);
    int gone = 0;
    constexpr int messages = 1'000;
    {
        asio::io_context io;
        inproc net(io.get_executor(), inproc::hub());
        std::vector<std::unique_ptr<consumer>> groups;
        for (int g = 0; g < 5; ++g)
            groups.push_back(std::make_unique<consumer>(net, events, "group" + std::to_string(g), 100));
        auto const to = net.open(events);
        int sent = 0;
        std::vector<int> settled(5, 0);
        while (*std::min_element(settled.begin(), settled.end()) < messages) {
            for (int k = 0; k < 20 && sent < messages; ++k, ++sent)
                REQUIRE_FALSE(try_send_one(
                    *to, envelope::of_object({}, {}, type, [&](void* where) { ::new (where) watched(gone); })));
            auto const g = static_cast<std::size_t>(random() % 5);
            auto& c = *groups[g];
            c.receive(1 + random() % 40);
            std::shuffle(c.held.begin(), c.held.end(), random);
            std::size_t const n = c.held.size() - (sent < messages ? random() % (c.held.size() + 1) : 0);
            for (std::size_t k = 0; k < n; ++k) {
                settlement const one[] = {{c.held.back().tag(), true}};
                c.held.pop_back();
                c.in->settle(one);
            }
            settled[g] += static_cast<int>(n);
            REQUIRE(gone <= *std::min_element(settled.begin(), settled.end()));
        }
        CHECK(gone == messages);
    }
    CHECK(gone == messages);
}

TEST_CASE("messages that nobody has received end with their hub", "[inproc]") {
    auto const alive = std::make_shared<int>(1);
    using held = std::shared_ptr<int>;
    static fairway::body_type const type{sizeof(held), alignof(held), "text/plain",
        [](void* object) noexcept { static_cast<held*>(object)->~held(); }, [](void const*, std::string&) {}};
    {
        asio::io_context io;
        inproc net(io.get_executor(), inproc::hub());
        auto const to = net.open(orders);
        consumer c(net, orders, "g", 10);
        for (int i = 0; i < 100; ++i)
            REQUIRE_FALSE(
                try_send_one(*to, envelope::of_object({}, {}, type, [&](void* where) { ::new (where) held(alive); })));
        c.receive(10);
        CHECK(alive.use_count() == 101);
        c.held.clear();
    }
    CHECK(alive.use_count() == 1);
}

TEST_CASE("competing consumers leave nothing behind, whoever asks first", "[inproc]") {
    for (unsigned seed = 1; seed <= 30; ++seed) {
        asio::io_context io;
        inproc net(io.get_executor(), inproc::hub());
        std::mt19937 random(seed);
        auto const to = net.open(orders);
        std::vector<std::unique_ptr<consumer>> all;
        for (int i = 0; i < 4; ++i) all.push_back(std::make_unique<consumer>(net, orders, "g", 1 + random() % 8));
        numbers got;
        std::vector<int> asked(4, 0);
        std::uint64_t sent = 0;
        for (int step = 0; step < 300; ++step) {
            for (auto n = random() % 4; n > 0; --n) REQUIRE_FALSE(try_send_one(*to, numbered(++sent)));
            auto const i = random() % 4;
            if (random() % 10 == 0)
                all[i]->in->pause(), all[i]->settle_all(), all[i]->in->close(),
                    all[i] = std::make_unique<consumer>(net, orders, "g", 1 + random() % 8), asked[i] = 0;
            // As a port does: asks only when it was told since it last got fewer than it asked for.
            if (all[i]->told.times == asked[i]) continue;
            asked[i] = all[i]->told.times;
            for (auto const n : all[i]->receive(64)) got.push_back(n);
            all[i]->settle_all();
        }
        for (bool more = true; more;) {
            more = false;
            for (std::size_t i = 0; i < 4; ++i) {
                if (all[i]->told.times == asked[i]) continue;
                asked[i] = all[i]->told.times;
                more = true;
                for (auto const n : all[i]->receive(64)) got.push_back(n);
                all[i]->settle_all();
            }
        }
        std::sort(got.begin(), got.end());
        INFO("seed " << seed);
        REQUIRE(got.size() == sent);
        for (std::uint64_t n = 1; n <= sent; ++n) REQUIRE(got[n - 1] == n);
    }
}
