// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// When the broker hears of what was accepted.
#include "amqp/town_kit.hpp"
#include "fw_catch.hpp"

#include <boost/asio/post.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace town_kit;

namespace {

constexpr auto one_way = 100us;
constexpr auto a_while = 300us; // there and back, and less than acknowledgements wait

// A consumer that has taken so many of a queue's messages.
struct full_hands {
    full_hands(std::size_t prefetch, std::size_t messages, std::size_t taken) {
        what.from = {"orders", channel_kind::point_to_point, 0};
        what.prefetch = prefetch;
        from = consumer.listen(what, told);
        std::vector<std::string> const texts(messages, "tea");
        auto const way = sender.open(what.from);
        REQUIRE_FALSE(all.send(sender, way, texts));
        all.pass(5s);
        std::vector<delivery> batch;
        from->receive(batch, taken);
        for (auto const& d : batch) tags.push_back(d.tag());
    }
    ~full_hands() { from->close(); }
    void settle(std::size_t n, bool accept = true) {
        for (std::size_t i = 0; i < n; ++i) {
            settlement const one{tags.at(next++), accept, 1};
            from->settle({&one, 1});
        }
    }
    std::size_t unsettled_after(duration d) {
        all.pass(d);
        return all.broker->queue("fw.orders")->unsettled;
    }

    town all{testing::stream_options(1).latency(one_way, one_way)};
    patient told;
    amqp sender = all.connect("sender");
    amqp consumer = all.connect("consumer");
    subscription what;
    std::shared_ptr<source> from;
    std::vector<std::uint64_t> tags;
    std::size_t next = 0;
};

} // namespace

TEST_CASE("what is accepted alone is acknowledged at once, and what follows goes together", "[amqp]") {
    full_hands h(40, 40, 40);
    REQUIRE(h.unsettled_after(0s) == 40);
    h.settle(1);
    CHECK(h.unsettled_after(a_while) == 39);
    h.settle(8);
    CHECK(h.unsettled_after(a_while) == 39);
    SECTION("half of what may be open, at once") {
        h.settle(12);
        CHECK(h.unsettled_after(a_while) == 20);
        CHECK(h.unsettled_after(4ms) == 19);
    }
    SECTION("fewer after some milliseconds") {
        CHECK(h.unsettled_after(4ms) == 31);
        h.settle(1);
        CHECK(h.unsettled_after(a_while) == 31);
        CHECK(h.unsettled_after(4ms) == 30);
    }
    SECTION("with what is given back") {
        h.settle(1, false);
        CHECK(h.unsettled_after(a_while) == 31); // that one comes again
    }
    SECTION("with the end of the consumer") {
        h.from->close();
        CHECK(h.unsettled_after(a_while) == 0);
        CHECK(h.all.broker->queue("fw.orders")->ready == 31);
    }
    SECTION("before a consumer that is paused has ended") {
        h.from->pause();
        CHECK(h.unsettled_after(a_while) == 31);
    }
}

TEST_CASE("where all messages that may be open are, none waits for an acknowledgement", "[amqp]") {
    std::size_t const may = GENERATE(3U, 40U);
    full_hands h(may, 3 * may, 3 * may);
    REQUIRE(h.tags.size() == may);
    for (std::size_t open = may; open > 0; --open) {
        h.settle(1);
        std::vector<delivery> batch;
        h.all.pass(a_while);
        CHECK(h.from->receive(batch, may) == 1);
    }
}

TEST_CASE("a broker that can deliver no more once the last message was taken is told then", "[amqp]") {
    full_hands h(40, 40, 30);
    h.settle(1);
    CHECK(h.unsettled_after(a_while) == 39);
    h.all.pass(5s);
    h.settle(1);
    CHECK(h.unsettled_after(a_while) == 38);
    std::vector<std::string> const texts(2, "tea");
    REQUIRE_FALSE(h.all.send(h.sender, h.sender.open(h.what.from), texts));
    CHECK(h.unsettled_after(a_while) == 40);
    h.settle(1);
    CHECK(h.unsettled_after(a_while) == 40); // some lie here
    std::vector<delivery> batch;
    CHECK(h.from->receive(batch, 40) == 12);
    CHECK(h.unsettled_after(a_while) == 39);
}

TEST_CASE("what comes back counts its attempts", "[amqp]") {
    full_hands h(4, 1, 1);
    for (std::uint32_t n = 2; n < 5; ++n) {
        h.settle(1, false);
        h.all.pass(a_while);
        std::vector<delivery> again;
        REQUIRE(h.from->receive(again, 4) == 1);
        CHECK(again.front().attempt() == n);
        h.tags.push_back(again.front().tag());
    }
}

TEST_CASE("what was said before the end is said, also where the transport is gone at once", "[amqp]") {
    full_hands h(40, 40, 40);
    h.settle(2);
    asio::post(h.consumer.get_executor(), [&h] {
        h.from->close();
        h.consumer.close();
        h.consumer = h.sender; // it is no more
    });
    h.all.pass(5s);
    CHECK(h.all.broker->queue("fw.orders")->ready == 38);
}

TEST_CASE("each shard is acknowledged in steps of its own, and what is left of one in time", "[amqp]") {
    town all{testing::stream_options(1).latency(one_way, one_way)};
    patient told;
    auto sender = all.connect("sender");
    auto consumer = all.connect("consumer");
    subscription what;
    what.from = {"orders", channel_kind::point_to_point, 2};
    what.prefetch = 16; // of which a step is 8
    auto const from = consumer.listen(what, told);
    auto const way = sender.open(what.from);
    std::vector<std::uint64_t> tags[2];
    auto const send = [&](std::uint32_t shard, std::size_t n) {
        REQUIRE_FALSE(all.send(sender, way, std::vector<std::string>(n, "tea"), shard));
        std::vector<delivery> batch;
        all.pass(a_while);
        REQUIRE(from->receive(batch, 16) == n);
        for (auto const& d : batch) tags[shard].push_back(d.tag());
    };
    auto const settle = [&](std::uint32_t shard, std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) {
            settlement const one{tags[shard].at(i), true, 1};
            from->settle({&one, 1});
        }
        tags[shard].erase(tags[shard].begin(), tags[shard].begin() + static_cast<std::ptrdiff_t>(n));
    };
    auto const unsettled = [&] {
        all.pass(a_while);
        return std::pair(all.broker->queue("fw.orders:0")->unsettled, all.broker->queue("fw.orders:1")->unsettled);
    };
    using both = std::pair<std::size_t, std::size_t>;
    all.pass(2s);
    send(0, 9);
    send(1, 5);
    auto const& clock = env::clock::of(consumer.get_executor());
    auto const start = clock.steady_now();
    settle(0, 1);
    settle(1, 1);
    CHECK(unsettled() == both(8, 4));
    settle(1, 2);
    settle(0, 7);
    CHECK(unsettled() == both(1, 4));
    send(0, 8);
    settle(0, 8);
    CHECK(unsettled() == both(1, 4));
    all.pass(start + 4ms - clock.steady_now());
    CHECK(unsettled() == both(1, 2));
    settle(0, 1);
    CHECK(unsettled().first == 1);
    all.pass(4ms);
    CHECK(unsettled() == both(0, 2));
    from->close();
}

TEST_CASE("who waits for what was settled may end what is being settled, or the transport", "[amqp]") {
    town all{testing::stream_options(1).latency(one_way, one_way)};
    patient told;
    auto net = all.connect("a");
    auto const listen = [&](std::string_view channel) {
        subscription what;
        what.from = {std::string(channel), channel_kind::point_to_point, 0};
        return net.listen(what, told);
    };
    auto const first = listen("orders");
    all.pass(2s);
    auto const executor = net.get_executor();
    auto const until = env::clock::of(executor).steady_now() + 1min;
    bool const closes_all = GENERATE(false, true);
    bool settles = false;
    std::vector<bool> was_within;
    asio::post(executor, [&] {
        net.settle(until, asio::bind_executor(executor, [&] {
            was_within.push_back(settles);
            first->close();
            if (closes_all) net.close();
        }));
    });
    all.pass(one_way / 2); // only the broker's answer is missing
    std::vector<std::shared_ptr<source>> others;
    asio::post(executor, [&] {
        for (auto const* const channel : {"bills", "offers"}) others.push_back(listen(channel));
        first->pause();
        settles = true;
        // Ends the first one's channel, over which the answer would come.
        net.settle(until, asio::bind_executor(executor, [&] { was_within.push_back(settles); }));
        settles = false;
    });
    all.pass(5s);
    CHECK(was_within == std::vector<bool>{true, false});
    for (auto const& one : others) one->close();
}

TEST_CASE("settling waits until the broker has the last word of a consumer that is paused", "[amqp]") {
    full_hands h(4, 4, 4);
    h.from->pause();
    h.all.pass(a_while);
    h.settle(4);
    std::size_t unsettled = 99;
    auto const executor = h.consumer.get_executor();
    auto const until = env::clock::of(executor).steady_now() + 1min;
    h.consumer.settle(
        until, asio::bind_executor(executor, [&] { unsettled = h.all.broker->queue("fw.orders")->unsettled; }));
    h.all.pass(1s);
    CHECK(unsettled == 0);
}

TEST_CASE("a source that is let go has ended", "[amqp]") {
    town all;
    patient told;
    amqp net = all.connect("one");
    subscription orders;
    orders.from = {"orders", channel_kind::point_to_point, 0};
    auto from = net.listen(orders, told);
    all.pass(2s);
    REQUIRE(all.broker->queue("fw.orders")->consumers == 1);
    from.reset();
    all.pass(1s);
    CHECK(all.broker->queue("fw.orders")->consumers == 0);
}
