// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What outlives a connection, the broker's process and those who use it, on the model broker in a simulated network.
#include "amqp/town_kit.hpp"
#include "fw_catch.hpp"

#include <cstdint>
#include <string>
#include <vector>

using namespace town_kit;

namespace {

// One who waits for replies, and one who replies.
struct conversation {
    conversation() { all.pass(2s); }

    error_code reply(std::string_view text) { return all.send(answerer, answerer.open_reply(way.address), text); }

    town all;
    patient told;
    amqp asker = all.connect("asker");
    amqp answerer = all.connect("answerer");
    reply_channel way = asker.open_replies(told);
};

} // namespace

TEST_CASE("a reply that the broker has confirmed outlives its process", "[amqp]") {
    conversation c;
    c.all.cut("asker");
    c.all.pass(20s); // the broker has noticed
    CHECK_FALSE(c.reply("tea is placed"));
    SECTION("stopped in good order") { c.all.broker->restart(); }
    SECTION("killed") {
        c.all.broker->crash();
        c.all.broker->start();
    }
    c.all.heal("asker");
    CHECK(c.all.next(*c.way.replies) == "tea is placed");
}

TEST_CASE("a reply finds its queue although the broker was restarted while the requester is away", "[amqp]") {
    conversation c;
    c.all.cut("asker");
    c.all.broker->restart();
    CHECK_FALSE(c.reply("tea is placed"));
    c.all.heal("asker");
    CHECK(c.all.next(*c.way.replies) == "tea is placed");
}

TEST_CASE("a queue of replies goes a minute after its owner, also over a restart", "[amqp]") {
    conversation c;
    c.all.cut("asker");
    c.all.pass(20s);
    c.all.broker->restart();
    CHECK(c.all.has(c.way.address));
    c.all.pass(61s);
    CHECK_FALSE(c.all.has(c.way.address));
}

TEST_CASE("queues that expire do so when nobody consumes from them any more, and are made again", "[amqp]") {
    town all;
    patient told;
    auto publisher = all.connect("publisher", amqp_options().expires(5min));
    subscription mail;
    mail.from = {"events", channel_kind::publish_subscribe, 2};
    mail.group = "mail";
    auto const way = publisher.open(mail.from);
    {
        auto subscriber = all.connect("subscriber", amqp_options().expires(5min));
        auto const from = subscriber.listen(mail, told);
        all.pass(1h);
        CHECK_FALSE(all.send(publisher, way, "1"));
        CHECK(all.next(*from) == "1");
        all.cut("subscriber");
        all.pass(20s);
    }
    CHECK(all.has("fw.events:mail:0"));
    all.pass(6min);
    CHECK_FALSE(all.has("fw.events:mail:0"));
    CHECK_FALSE(all.has("fw.events"));
    // Its exchange has gone as well. An event that no group wants is nobody's.
    CHECK_FALSE(all.send(publisher, way, "2"));
    auto later = all.connect("later", amqp_options().expires(5min));
    auto const from = later.listen(mail, told);
    all.pass(10s);
    CHECK_FALSE(all.send(publisher, way, "3"));
    CHECK(all.next(*from) == "3");
}

TEST_CASE("a queue that has gone is made again a second later: who consumed from it has heard of that", "[amqp]") {
    town all;
    auto publisher = all.connect("publisher", amqp_options().expires(1min));
    auto const way = publisher.open({"orders", channel_kind::point_to_point, 0});
    CHECK_FALSE(all.send(publisher, way, "1"));
    all.pass(3min);
    REQUIRE_FALSE(all.has("fw.orders"));
    auto const& clock = env::clock::of(publisher.get_executor());
    auto const sent = clock.steady_now();
    CHECK_FALSE(all.send(publisher, way, "2"));
    CHECK(all.has("fw.orders"));
    auto const took = clock.steady_now() - sent;
    CHECK(took >= 1s);
    CHECK(took < 2s);
}

TEST_CASE("messages keep their order where a shard's queue can't take the first of them yet", "[amqp]") {
    std::vector<std::string> const sent{"1", "2", "3", "4", "5", "6", "7", "8"};
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        town all(seed);
        patient told;
        subscription orders;
        orders.from = {"orders", channel_kind::point_to_point, 2};
        auto sender = all.connect("sender");
        auto receiver = all.connect("receiver");
        auto const from = receiver.listen(orders, told);
        auto const way = sender.open(orders.from);
        all.pass(5s);
        testing::amqp_faults f;
        f.nack_first_one_in = 2;
        all.broker->set_faults(f);
        CHECK_FALSE(all.send(sender, way, sent));
        std::vector<std::string> received;
        while (received.size() < sent.size()) received.push_back(all.next(*from));
        CHECK(received == sent);
    }
}
