// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A node of the broker goes, and its clients find the others: on the model broker in a simulated network.
#include "amqp/town_kit.hpp"
#include "fw_catch.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

using namespace town_kit;

namespace {

subscription orders() {
    subscription s;
    s.from = {"orders", channel_kind::point_to_point, 2};
    return s;
}
std::vector<std::string> numbers(int from, int to) {
    std::vector<std::string> all;
    for (; from < to; ++from) all.push_back(std::to_string(from));
    return all;
}

// Two nodes, one who sends and one who receives.
struct two_nodes {
    explicit two_nodes(std::uint64_t seed = 1) : all(seed), name(std::to_string(seed)) {}

    testing::amqp_broker& first() { return *all.broker; }

    town all;
    std::string name; // which node a host tries first follows from its name
    patient told;
    testing::amqp_broker& second = all.add_node("broker2");
    amqp sender = all.connect("sender" + name);
    amqp receiver = all.connect("receiver" + name);
};

// The longest time from the loss of a node to the next message that is confirmed and received.
template <class Lose>
duration longest_gap(Lose lose) {
    duration longest{};
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        two_nodes w(seed);
        auto const from = w.receiver.listen(orders(), w.told);
        auto const way = w.sender.open(orders().from);
        REQUIRE_FALSE(w.all.send(w.sender, way, "before"));
        REQUIRE(w.all.next(*from) == "before");
        w.all.pass(10s);
        auto const since = w.all.now();
        lose(w);
        REQUIRE_FALSE(w.all.send(w.sender, way, "after"));
        REQUIRE(w.all.next(*from) == "after");
        longest = std::max(longest, w.all.now() - since);
    }
    return longest;
}

} // namespace

TEST_CASE("nodes crash one after another: nothing is lost, and nothing of a shard is overtaken", "[amqp]") {
    bool moved = false;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        CAPTURE(seed);
        two_nodes w(seed);
        testing::amqp_faults slow;
        slow.most_confirm_delay = 20ms;
        w.first().set_faults(slow);
        auto const from = w.receiver.listen(orders(), w.told);
        auto const way = w.sender.open(orders().from);
        std::vector<outcome> outcomes[6];
        bool over[6]{};
        std::vector<std::string> received;
        auto const receive = [&] {
            std::vector<delivery> batch;
            from->receive(batch, 3);
            for (auto const& d : batch) {
                received.emplace_back(d.message().body());
                settlement const accepted{d.tag(), true, 1};
                from->settle({&accepted, 1});
            }
            return false;
        };
        for (int round = 0; round < 6; ++round) {
            w.all.begin_send(w.sender, way, numbers(50 * round, 50 * round + 50), outcomes[round], over[round]);
            w.all.until(receive, round * 10ms + 20ms);
            auto& node = round % 2 == 0 ? w.first() : w.second;
            auto& other = round % 2 == 0 ? w.second : w.first();
            moved = moved || (node.connections() > 0 && other.connections() < 4);
            node.crash();
            w.all.until(receive, round % 3 * 300ms);
            node.start();
        }
        w.all.until([&] { return !receive() && std::all_of(over, over + 6, [](bool b) { return b; }); }, 1min);
        w.all.until(receive, 5s);
        for (auto const& some : outcomes)
            for (auto const& o : some) CHECK_FALSE(o.error);
        std::vector<std::string> fresh;
        std::set<std::string> known;
        for (auto const& text : received)
            if (known.insert(text).second) fresh.push_back(text);
        CHECK(fresh == numbers(0, 300));
    }
    CHECK(moved);
}

TEST_CASE("a reply finds its requester at another node", "[amqp]") {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        two_nodes w(seed);
        auto const way = w.receiver.open_replies(w.told);
        auto const reply = [&](std::string_view text) {
            return w.all.send(w.sender, w.sender.open_reply(way.address), text);
        };
        w.all.pass(2s);
        CHECK_FALSE(reply("1"));
        CHECK(w.all.next(*way.replies) == "1");
        w.all.pass(1s); // it is acknowledged
        w.first().crash();
        CHECK_FALSE(reply("2"));
        CHECK(w.all.next(*way.replies) == "2");
        w.all.pass(1s);
        w.first().start();
        w.second.crash();
        CHECK_FALSE(reply("3"));
        CHECK(w.all.next(*way.replies) == "3");
    }
}

TEST_CASE("a node that is not there is passed over, and found when it is the only one", "[amqp]") {
    two_nodes w;
    w.first().stop();
    auto const from = w.receiver.listen(orders(), w.told);
    auto const way = w.sender.open(orders().from);
    CHECK_FALSE(w.all.send(w.sender, way, "1"));
    CHECK(w.all.now() < 1s);
    CHECK(w.all.next(*from) == "1");
    CHECK(w.second.connections() == 4);
    w.all.pass(1s);
    w.first().start();
    w.second.stop();
    CHECK_FALSE(w.all.send(w.sender, way, "2"));
    CHECK(w.all.next(*from) == "2");
    CHECK(w.first().connections() == 4);
}

TEST_CASE("a channel whose messages a queue refuses for good is opened again", "[amqp]") {
    two_nodes w;
    auto const from = w.receiver.listen(orders(), w.told);
    auto const replies = w.receiver.open_replies(w.told);
    auto const way = GENERATE(true, false) ? w.sender.open(orders().from) : w.sender.open_reply(replies.address);
    testing::amqp_faults f;
    f.nack_channel_one_in = 1;
    w.first().set_faults(f);
    std::vector<outcome> outcomes;
    bool over = false;
    w.all.begin_send(w.sender, way, numbers(0, 9), outcomes, over);
    w.all.pass(2s);
    w.first().set_faults({});
    CHECK_FALSE(over);
    CHECK(w.all.until([&] { return over; }, 3s));
    for (auto const& o : outcomes) CHECK_FALSE(o.error);
}

TEST_CASE("a channel that a queue refuses is opened again, also for senders without patience", "[amqp]") {
    two_nodes w;
    auto const from = w.receiver.listen(orders(), w.told);
    auto const shardless = GENERATE(true, false);
    auto const way = w.sender.open(shardless ? address{"bills", channel_kind::point_to_point} : orders().from);
    testing::amqp_faults f;
    f.nack_channel_one_in = 1;
    w.first().set_faults(f);
    w.all.pass(1s);
    auto const try_for_a_second = [&] {
        std::vector<outcome> outcomes;
        bool over = false;
        w.all.begin_send(w.sender, way, numbers(0, 1), outcomes, over, 0, 1s);
        REQUIRE(w.all.until([&] { return over; }, 2s));
        return outcomes.front().error;
    };
    CHECK(try_for_a_second() == errc::outcome_unknown);
    w.first().set_faults({}); // but not of that channel
    CHECK(try_for_a_second() == errc::outcome_unknown);
    int more = 0;
    while (try_for_a_second() && more < 10) ++more;
    CHECK(more >= 1);
    CHECK(more <= 5);
}

TEST_CASE("all goes on soon after a node's process has ended", "[amqp]") {
    auto const gap = longest_gap([](two_nodes& w) { w.first().crash(); });
    CAPTURE(gap.count());
    CHECK(gap < 500ms);
}

TEST_CASE("all goes on when a node's machine has fallen silent for two heartbeats", "[amqp]") {
    auto const gap = longest_gap([](two_nodes& w) { w.all.lose("broker"); });
    CAPTURE(gap.count());
    CHECK(gap > 7s);
    CHECK(gap < 9s);
}
