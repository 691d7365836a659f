// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Instances that share shards, on the model broker in a simulated network.
#include "amqp/town_kit.hpp"
#include "fw_catch.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace town_kit;

namespace {

subscription orders(unsigned shards) {
    subscription s;
    s.from = {"orders", channel_kind::point_to_point, shards};
    return s;
}
std::size_t waiting(town const& all, unsigned shards) {
    std::size_t n = 0;
    for (unsigned i = 0; i < shards; ++i) {
        auto const q = all.broker->queue("fw.orders:" + std::to_string(i));
        n += q ? q->ready + q->unsettled : 0;
    }
    return n;
}
std::vector<notice_kind> told(source& by) {
    std::vector<notice> all;
    by.notices(all);
    std::vector<notice_kind> kinds;
    for (auto const& n : all) kinds.push_back(n.what);
    return kinds;
}

} // namespace

TEST_CASE("a broker that takes no messages hears of those that were handled, also of shards", "[amqp]") {
    town all;
    patient patience;
    amqp sender = all.connect("sender");
    amqp one = all.connect("one");
    amqp other = all.connect("other");
    auto const from = one.listen(orders(4), patience);
    auto const also = other.listen(orders(4), patience);
    auto const way = sender.open(orders(4).from);
    all.pass(10s);
    for (std::uint32_t shard = 0; shard < 4; ++shard) CHECK_FALSE(all.send(sender, way, {"1", "2", "3"}, shard));
    all.broker->block();
    all.pass(10s); // so that each of them has had something to say
    std::size_t handled = 0;
    all.until(
        [&] {
            for (auto const& by : {from, also}) {
                std::vector<delivery> batch;
                by->receive(batch, 10);
                for (auto const& d : batch) {
                    settlement const accepted{d.tag(), true, 1};
                    by->settle({&accepted, 1});
                    ++handled;
                }
            }
            return false;
        },
        5s);
    CHECK(handled == 12);
    CHECK(waiting(all, 4) == 0);
    CHECK(all.broker->connections() == 6);
}

TEST_CASE("who shares another number of shards is told so, and keeps no message from the others", "[amqp]") {
    town all;
    patient patience;
    amqp sender = all.connect("sender");
    amqp one = all.connect("one");
    auto const from = one.listen(orders(4), patience);
    auto const way = sender.open(orders(4).from);
    all.pass(5s);
    for (auto const* const host : {"a", "b", "c", "d"}) {
        CAPTURE(host);
        std::string troubles;
        amqp stranger = all.connect(
            host, amqp_options().on_trouble([&](std::string_view where, error_code why, std::string_view text) {
                troubles.append(where).append(why == errc::topology_mismatch ? " topology: " : ": ").append(text);
            }));
        auto const theirs = stranger.listen(orders(8), patience);
        all.pass(10s);
        CHECK(troubles.find("orders topology: ") != std::string::npos);
        for (std::uint32_t shard = 0; shard < 4; ++shard) {
            CHECK_FALSE(all.send(sender, way, {"1"}, shard));
            CHECK(all.next(*from) == "1");
        }
        std::vector<delivery> none;
        CHECK(theirs->receive(none, 10) == 0);
    }
}

TEST_CASE("a channel whose shape an operator mends is consumed after all", "[amqp]") {
    town all;
    patient patience;
    amqp first = all.connect("first");
    first.declare(orders(4));
    all.pass(5s);
    first.close();
    amqp second = all.connect("second");
    auto const from = second.listen(orders(2), patience);
    all.pass(5s);
    CHECK(told(*from).empty());
    all.broker->delete_queue("fw.orders");
    for (auto const* const shard : {"0", "1", "2", "3"}) all.broker->delete_queue(std::string("fw.orders:") + shard);
    all.pass(15s);
    CHECK_FALSE(all.send(second, second.open(orders(2).from), "1"));
    CHECK(all.next(*from) == "1");
}

TEST_CASE("a source that is closed before its transport has heard of it takes no shards", "[amqp]") {
    town all;
    patient patience;
    amqp first = all.connect("first");
    std::shared_ptr<source> gone;
    asio::post(first.get_executor(), [&gone] { gone->close(); });
    gone = first.listen(orders(2), patience);
    amqp second = all.connect("second");
    auto const from = second.listen(orders(2), patience);
    auto const way = second.open(orders(2).from);
    all.pass(5s);
    for (std::uint32_t shard : {0U, 1U}) {
        CHECK_FALSE(all.send(second, way, std::vector<std::string>{"tea"}, shard));
        CHECK(all.next(*from) == "tea");
    }
}

TEST_CASE("a member whose own queue is deleted meets the others again", "[amqp]") {
    town all;
    patient patience;
    amqp one = all.connect("one");
    amqp other = all.connect("other");
    auto const from = one.listen(orders(8), patience);
    auto const also = other.listen(orders(8), patience);
    all.pass(10s);
    auto const consumers = [&] {
        std::size_t n = 0;
        for (int i = 0; i < 8; ++i) n += all.broker->queue("fw.orders:" + std::to_string(i))->consumers;
        return n;
    };
    REQUIRE(consumers() == 8); // each has one
    CHECK(all.broker->delete_queue("amq.gen-1"));
    all.pass(20s);
    CHECK(consumers() == 8);
}

TEST_CASE("a lost connection takes the shards with it", "[amqp]") {
    town all;
    patient patience;
    amqp one = all.connect("one");
    auto const from = one.listen(orders(2), patience);
    all.pass(5s);
    using enum notice_kind;
    CHECK(told(*from) == std::vector{connected, shard_gained, shard_gained});
    all.broker->cut_connections();
    all.pass(10s);
    CHECK(told(*from) == std::vector{shard_lost, shard_lost, disconnected, connected, shard_gained, shard_gained});
}

TEST_CASE("members that say who they are take one channel, however often something is declared", "[amqp]") {
    town all(testing::stream_options(1), testing::amqp_broker_options().tune(4s, 131072, 16));
    patient patience;
    amqp one = all.connect("one");
    auto const from = one.listen(orders(2), patience);
    all.pass(5s);
    for (int i = 0; i < 30; ++i) {
        one.declare(orders(2));
        all.pass(2s);
    }
    CHECK_FALSE(all.send(one, one.open({"bills", channel_kind::point_to_point, 0}), "1"));
}

TEST_CASE("members that could not speak to each other meet again, and it was told", "[amqp]") {
    town all;
    patient patience;
    std::string troubles;
    amqp one = all.connect("one", amqp_options().on_trouble([&](std::string_view where, error_code, std::string_view) {
        troubles.append(where).append(" ");
    }));
    auto const from = one.listen(orders(8), patience);
    all.pass(5s);
    testing::amqp_faults f;
    f.close_one_in = 1; // as where an operator has deleted their exchange
    all.broker->set_faults(f);
    all.pass(5s);
    CHECK(troubles.find("fw.orders::members") != std::string::npos);
    all.broker->set_faults({});
    amqp other = all.connect("other");
    auto const also = other.listen(orders(8), patience);
    all.pass(10s);
    for (int i = 0; i < 8; ++i) CHECK(all.broker->queue("fw.orders:" + std::to_string(i))->consumers == 1);
}

TEST_CASE("instances that only look and have another number of shards are told of", "[amqp]") {
    town all;
    patient patience;
    std::string troubles;
    amqp one =
        all.connect("one", amqp_options().on_trouble([&](std::string_view, error_code why, std::string_view text) {
            if (why == errc::topology_mismatch) troubles.append(text).append("/");
        }));
    auto const from = one.listen(orders(4), patience);
    all.pass(5s);
    amqp stranger = all.connect("stranger", amqp_options().topology(topology_mode::none));
    auto const theirs = stranger.listen(orders(8), patience);
    all.pass(10s);
    CHECK(troubles == "another instance has another number of shards: of 8, here of 4/"); // once
}

TEST_CASE("a member that may not speak to the others takes its shards, and says that it may not", "[amqp]") {
    town all;
    patient patience;
    std::string troubles;
    testing::amqp_faults f;
    f.close_one_in = 1;
    all.broker->set_faults(f);
    amqp one = all.connect("one", amqp_options().on_trouble([&](std::string_view where, error_code, std::string_view) {
        troubles.append(where).append(" ");
    }));
    auto const from = one.listen(orders(2), patience);
    all.pass(3s);
    CHECK(troubles.find("fw.orders::members") != std::string::npos);
    auto const kinds = told(*from);
    CHECK(std::count(kinds.begin(), kinds.end(), notice_kind::shard_gained) >= 2);
}

TEST_CASE("who is refused stays so where another consumer of the same ends", "[amqp]") {
    town all;
    patient patience;
    amqp first = all.connect("first");
    first.declare(orders(4));
    all.pass(5s);
    amqp second = all.connect("second");
    auto const from = second.listen(orders(2), patience);
    {
        auto const also = second.listen(orders(2), patience);
        all.pass(5s);
    }
    all.pass(5s);
    second.declare({{"others", channel_kind::point_to_point}, {}});
    all.pass(15s);
    CHECK(told(*from).empty());
}
