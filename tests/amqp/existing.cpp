// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Exchanges and queues that others have made, and who makes what.
#include "amqp/town_kit.hpp"
#include "code_of.hpp"
#include "fw_catch.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace town_kit;

namespace {

constexpr auto queue = channel_kind::point_to_point;
constexpr auto topic = channel_kind::publish_subscribe;

subscription of(std::string channel, channel_kind kind, std::string group, unsigned shards = 0) {
    subscription s;
    s.from = {std::move(channel), kind, shards};
    s.group = std::move(group);
    return s;
}

// A town with the exchange `old.news`, the queue `old.orders`, and the queue `old.news:mail` that is bound to the
// exchange; the programs that have made them are there no more.
struct estate {
    estate() {
        {
            amqp before = all.connect("before", amqp_options().prefix("old."));
            before.declare(of("news", topic, "mail"));
            before.declare(of("orders", queue, ""));
            all.pass(5s);
            before.close();
            all.pass(1s);
        }
        REQUIRE(all.has("old.news:mail"));
        REQUIRE(all.has("old.orders"));
    }
    amqp connect(std::string const& host, amqp_options o) {
        return all.connect(host, o.on_trouble([this](std::string_view where, error_code why, std::string_view) {
            troubles.push_back(std::string(where) + ": " + why.message());
        }));
    }

    std::vector<std::string> troubles;
    town all;
    patient told;
};

} // namespace

TEST_CASE("a channel is a queue that others have made", "[amqp]") {
    estate e;
    auto const names = amqp_options().existing_queue("jobs", "old.orders");
    amqp sender = e.connect("sender", names);
    amqp receiver = e.connect("receiver", names);
    auto const from = receiver.listen(of("jobs", queue, "any"), e.told);
    CHECK_FALSE(e.all.send(sender, sender.open({"jobs", queue, 0}), "one"));
    CHECK(e.all.next(*from) == "one");
    CHECK_FALSE(e.all.has("fw.jobs"));
    CHECK(e.troubles.empty());
}

TEST_CASE("a group consumes a queue that others have made and bound", "[amqp]") {
    estate e;
    amqp sender = e.connect("sender", amqp_options().prefix("old."));
    amqp receiver = e.connect("receiver", amqp_options().existing_queue("events", "mail", "old.news:mail"));
    auto const from = receiver.listen(of("events", topic, "mail"), e.told);
    CHECK_FALSE(e.all.send(sender, sender.open({"news", topic, 0}), "rain"));
    CHECK(e.all.next(*from) == "rain");
    for (auto const* none : {"fw.events", "fw.events:mail"}) CHECK_FALSE(e.all.has(none));
    CHECK(e.troubles.empty());
}

TEST_CASE("events go to an exchange that others have made, with a key of the user's", "[amqp]") {
    estate e;
    auto const to = [](std::string key) { return amqp_options().existing_exchange("events", "old.news", key); };
    amqp created = e.connect("created", to("order.created"));
    amqp paid = e.connect("paid", to("bill.paid"));
    amqp orders = e.connect("orders", to("order.#"));
    amqp everyone = e.connect("everyone", to("#"));
    auto const of_orders = orders.listen(of("events", topic, "stock"), e.told);
    auto const of_all = everyone.listen(of("events", topic, "log"), e.told);
    e.all.pass(2s);
    CHECK_FALSE(e.all.send(paid, paid.open({"events", topic, 0}), "paid"));
    CHECK_FALSE(e.all.send(created, created.open({"events", topic, 0}), "created"));
    CHECK(e.all.next(*of_orders) == "created");
    CHECK(e.all.next(*of_all) == "paid");
    CHECK(e.all.next(*of_all) == "created");
    CHECK(e.all.broker->queue("old.news:mail")->ready == 2); // others get them as ever
    CHECK(e.all.has("fw.events:stock"));
    CHECK_FALSE(e.all.has("fw.events"));
    CHECK(e.troubles.empty());
}

TEST_CASE("commands go through an exchange that others have made, and must arrive somewhere", "[amqp]") {
    estate e;
    auto const names = amqp_options().existing_exchange("jobs", "old.news", "job");
    amqp sender = e.connect("sender", names);
    auto const to = sender.open({"jobs", queue, 0});
    e.all.broker->delete_queue("old.news:mail"); // it would get them all
    CHECK(e.all.send(sender, to, "lost") == errc::unroutable);
    amqp receiver = e.connect("receiver", names);
    auto const from = receiver.listen(of("jobs", queue, ""), e.told);
    e.all.pass(2s);
    CHECK_FALSE(e.all.send(sender, to, "found"));
    CHECK(e.all.next(*from) == "found");
    CHECK(e.troubles.empty());
}

TEST_CASE("what others should have made is never made, and what is missing is told", "[amqp]") {
    estate e;
    amqp sender = e.connect(
        "sender", amqp_options().existing_exchange("events", "old.missing", "k").existing_queue("jobs", "old.nothing"));
    CHECK(e.all.send(sender, sender.open({"events", topic, 0}), "x") == errc::unroutable);
    CHECK(e.all.send(sender, sender.open({"jobs", queue, 0}), "x") == errc::unroutable);
    amqp receiver = e.connect("receiver", amqp_options().existing_queue("jobs", "old.nothing"));
    auto const from = receiver.listen(of("jobs", queue, ""), e.told);
    e.troubles.clear();
    e.all.pass(5s);
    CHECK_FALSE(e.troubles.empty());
    CHECK_FALSE(e.all.has("old.nothing"));
    // It goes on once they have made it.
    amqp maker = e.all.connect("maker", amqp_options().prefix("old."));
    maker.declare(of("nothing", queue, ""));
    e.all.pass(5s);
    CHECK_FALSE(e.all.send(sender, sender.open({"jobs", queue, 0}), "at last"));
    CHECK(e.all.next(*from) == "at last");
}

TEST_CASE("delayed messages come to a queue that others have made", "[amqp]") {
    estate e;
    amqp one = e.connect("one", amqp_options().existing_queue("jobs", "old.orders").prefix("mine."));
    auto const from = one.listen(of("jobs", queue, ""), e.told);
    envelope_head head;
    head.id = {1, 1};
    head.due = env::clock::of(one.get_executor()).now() + 30s;
    std::vector<outcome> outcomes;
    bool over = false;
    std::vector<envelope> later;
    later.push_back(envelope::of_bytes(head, {}, "later"));
    one.open({"jobs", queue, 0})
        ->send(std::move(later), env::steady_point::max(), outcomes,
            asio::bind_executor(one.get_executor(), [&over] { over = true; }));
    e.all.pass(20s);
    REQUIRE(over);
    CHECK_FALSE(outcomes.front().error);
    auto const now = env::clock::of(one.get_executor()).now();
    CHECK(e.all.has(amqp_detail::delay_queue::of({"", "old.orders", true}, 30s, now, "mine.")->queue.name));
    CHECK(e.all.broker->queue("old.orders")->ready == 0);
    CHECK(e.all.next(*from) == "later");
}

TEST_CASE("names of what exists are checked where they are given and where they are used", "[amqp]") {
    auto const refused = [](auto&& use) { return code_of(use) == errc::invalid_argument; };
    std::string const long_name(256, 'x');
    CHECK(refused([&] { amqp_options().existing_exchange("events", "", "k"); }));
    CHECK(refused([&] { amqp_options().existing_exchange("events", long_name, "k"); }));
    CHECK(refused([&] { amqp_options().existing_exchange("events", "e", long_name); }));
    CHECK(refused([&] { amqp_options().existing_queue("jobs", ""); }));
    CHECK(refused([&] { amqp_options().existing_queue("jobs", long_name); }));
    CHECK(refused([&] { amqp_options().existing_queue("events", "", "q"); }));
    CHECK(refused([&] { amqp_options().reply_queues(""); }));
    CHECK(refused([&] { amqp_options().prefix(std::string(33, 'x')); }));
    CHECK_NOTHROW(amqp_options().prefix(std::string(32, 'x')));
    town all;
    patient told;
    amqp net = all.connect("one", amqp_options()
                                      .existing_exchange("parts", "e", "k")
                                      .existing_queue("jobs", "q")
                                      .existing_queue("events", "mail", "q"));
    CHECK(refused([&] { net.open({"parts", queue, 2}); }));
    CHECK(refused([&] { net.open({"jobs", queue, 2}); }));
    CHECK(refused([&] { net.open({"jobs", topic, 0}); }));
    CHECK(refused([&] { net.listen(of("events", queue, "mail"), told); }));
    CHECK_NOTHROW(net.open({"events", topic, 0}));
}

TEST_CASE("who only looks finds what is there, and consumes it", "[amqp]") {
    town all;
    patient told;
    std::vector<std::string> troubles;
    auto const with = [&](topology_mode mode) {
        return amqp_options().topology(mode).on_trouble(
            [&](std::string_view where, error_code why, std::string_view text) {
                troubles.push_back(std::string(where) + ": " + why.message() + ": " + std::string(text));
            });
    };
    amqp maker = all.connect("maker");
    std::vector<subscription> const channels{
        of("jobs", queue, ""), of("events", topic, "mail"), of("lines", queue, "", 2), of("parts", topic, "mail", 2)};
    for (auto const& s : channels) maker.declare(s);
    all.pass(5s);
    maker.close();
    all.pass(1s);
    // Of use to who makes queues only.
    for (auto const* shape : {"fw.events", "fw.lines", "fw.parts"}) CHECK(all.broker->delete_queue(shape));
    auto const mode = GENERATE(topology_mode::verify, topology_mode::none);
    amqp sender = all.connect("sender", with(mode));
    amqp receiver = all.connect("receiver", with(mode));
    CHECK_FALSE(sender.describe().delay);
    for (auto const& s : channels) {
        INFO(s.from.channel);
        auto const from = receiver.listen(s, told);
        all.pass(2s);
        CHECK_FALSE(all.send(sender, sender.open(s.from), {"one"}, s.from.shards > 0 ? 1 : 0));
        CHECK(all.next(*from) == "one");
    }
    for (auto const* shape : {"fw.events", "fw.lines", "fw.parts"}) CHECK_FALSE(all.has(shape));
    CHECK(troubles.empty());
}

TEST_CASE("who only looks makes nothing, and goes on once it is there", "[amqp]") {
    auto const mode = GENERATE(topology_mode::verify, topology_mode::none);
    town all;
    patient told;
    amqp sender = all.connect("sender", amqp_options().topology(mode));
    amqp receiver = all.connect("receiver", amqp_options().topology(mode));
    auto const jobs = of("jobs", queue, "");
    auto const from = receiver.listen(jobs, told);
    auto const to = sender.open(jobs.from);
    CHECK(all.send(sender, to, "nowhere") == errc::unroutable);
    CHECK_FALSE(all.has("fw.jobs"));
    amqp maker = all.connect("maker");
    maker.declare(jobs);
    all.pass(5s);
    CHECK_FALSE(all.send(sender, to, "there"));
    CHECK(all.next(*from) == "there");
}

TEST_CASE("replies go to reply queues of whatever prefix, and to those that the user has named", "[amqp]") {
    town all;
    patient told;
    amqp asker = all.connect("asker", amqp_options().prefix("shop."));
    amqp maker = all.connect("maker", amqp_options().prefix("legacy."));
    maker.declare(of("answers", queue, ""));
    amqp answerer = all.connect("answerer", amqp_options().reply_queues("legacy.answ"));
    auto const way = asker.open_replies(told);
    all.pass(2s);
    CHECK(way.address.starts_with("shop.reply."));
    CHECK_FALSE(all.send(answerer, answerer.open_reply(way.address), "yes"));
    CHECK(all.next(*way.replies) == "yes");
    CHECK(asker.open_reply("legacy.answers") == nullptr);
    CHECK_FALSE(all.send(answerer, answerer.open_reply("legacy.answers"), "kept"));
    CHECK(all.broker->queue("legacy.answers")->ready == 1);
}

TEST_CASE("instances that only look and can't meet say so, and share the shards once they can", "[amqp]") {
    auto const mode = GENERATE(topology_mode::verify, topology_mode::none);
    town all;
    patient told;
    std::string troubles;
    auto const lines = of("lines", queue, "", 2);
    amqp maker = all.connect("maker");
    CHECK(maker.open(lines.from)); // its queues, and no members
    all.pass(5s);
    amqp receiver = all.connect("receiver",
        amqp_options().topology(mode).on_trouble([&](std::string_view where, error_code why, std::string_view) {
            troubles += std::string(where) + ": " + why.message() + "\n";
        }));
    auto const from = receiver.listen(lines, told);
    all.pass(5s);
    CHECK(troubles.find("fw.lines::members: ") != std::string::npos);
    maker.declare(lines);
    all.pass(5s);
    CHECK_FALSE(all.send(maker, maker.open(lines.from), {"one"}, 1));
    CHECK(all.next(*from) == "one");
}
