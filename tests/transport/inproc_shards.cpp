// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Shards of the in-process transport: one owner at a time, nothing lost, reordered or handled twice when members come
// and go.
#include "fw_catch.hpp"
#include "seam_kit.hpp"

#include <map>
#include <random>

using namespace seam_kit;

namespace {

address const sharded_orders{"orders", channel_kind::point_to_point, 4};

std::map<std::uint32_t, int> shards_of(consumer const& c) {
    std::map<std::uint32_t, int> seen;
    for (auto const& d : c.held) ++seen[*d.shard()];
    return seen;
}

} // namespace

TEST_CASE("shards are split among the members, each has one owner", "[inproc][shards]") {
    asio::io_context io;
    inproc net(io.get_executor(), inproc::hub());
    consumer a(net, sharded_orders, "x"), b(net, sharded_orders, "y");
    auto const to = net.open(sharded_orders);
    for (std::uint64_t i = 0; i < 40; ++i) try_send_one(*to, numbered(i + 1, static_cast<std::uint32_t>(i % 4)));
    a.receive();
    b.receive();
    auto const of_a = shards_of(a);
    auto const of_b = shards_of(b);
    CHECK(of_a.size() == 2);
    CHECK(of_b.size() == 2);
    for (auto const& [shard, n] : of_a) {
        CHECK(n == 10);
        CHECK(of_b.count(shard) == 0);
    }
}

TEST_CASE("a shard moves only when its owner has settled what it received", "[inproc][shards]") {
    asio::io_context io;
    inproc net(io.get_executor(), inproc::hub());
    address const one{"one", channel_kind::publish_subscribe, 2};
    consumer a(net, one, "g");
    auto const to = net.open(one);
    for (std::uint64_t i = 1; i <= 3; ++i) try_send_one(*to, numbered(i, 0)), try_send_one(*to, numbered(10 + i, 1));
    REQUIRE(a.receive(2) == numbers{1, 11});
    consumer b(net, one, "g"); // gets one of the two shards
    CHECK(b.receive().empty());
    auto const mine = a.receive();
    REQUIRE(mine.size() == 2); // the rest of the shard that stays
    bool const keeps_0 = mine == numbers{2, 3};
    REQUIRE((keeps_0 || mine == numbers{12, 13}));
    a.settle_all();
    CHECK(b.receive() == (keeps_0 ? numbers{12, 13} : numbers{2, 3}));
}

TEST_CASE("a released message of a shard is not overtaken by what was not received yet", "[inproc][shards]") {
    asio::io_context io;
    inproc net(io.get_executor(), inproc::hub());
    address const one{"one", channel_kind::point_to_point, 1};
    consumer a(net, one, "g");
    auto const to = net.open(one);
    for (std::uint64_t i = 1; i <= 4; ++i) try_send_one(*to, numbered(i, 0));
    REQUIRE(a.receive(1) == numbers{1});
    a.settle_all(false);
    CHECK(a.receive() == numbers{1, 2, 3, 4});
    CHECK(a.held[0].attempt() == 2);
}

TEST_CASE("members come and go: each message is accepted once, in order per shard", "[inproc][shards]") {
    for (unsigned seed = 1; seed <= 40; ++seed) {
        asio::io_context io;
        inproc net(io.get_executor(), inproc::hub());
        std::mt19937 random(seed);
        auto const pick = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
        auto const to = net.open(sharded_orders);
        std::vector<std::unique_ptr<consumer>> members;
        members.push_back(std::make_unique<consumer>(net, sharded_orders, "g", 8));
        std::uint64_t sent = 0;
        std::map<std::uint32_t, numbers> accepted;
        auto const accept = [&](consumer& c) {
            for (auto const& d : c.held) accepted[*d.shard()].push_back(number_of(d));
            c.settle_all();
        };
        for (int step = 0; step < 400; ++step) {
            switch (pick(6)) {
            case 0:
            case 1:
                for (int k = 0; k < 5; ++k, ++sent)
                    REQUIRE_FALSE(try_send_one(*to, numbered(sent + 1, static_cast<std::uint32_t>(pick(4)))));
                break;
            case 2: members[pick(members.size())]->receive(1 + pick(6)); break;
            case 3: accept(*members[pick(members.size())]); break;
            case 4:
                if (members.size() < 5) members.push_back(std::make_unique<consumer>(net, sharded_orders, "g", 8));
                break;
            case 5:
                if (members.size() > 1) {
                    auto const gone = members.begin() + static_cast<std::ptrdiff_t>(pick(members.size()));
                    (*gone)->in->close(); // what it held unsettled comes again
                    members.erase(gone);
                }
                break;
            default: break;
            }
        }
        for (int rounds = 0; rounds < 200; ++rounds)
            for (auto& m : members) m->receive(), accept(*m);
        std::size_t total = 0;
        for (auto const& [shard, all] : accepted) {
            total += all.size();
            INFO("seed " << seed << ", shard " << shard);
            CHECK(std::is_sorted(all.begin(), all.end()));
            CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
        }
        CHECK(total == sent);
    }
}
