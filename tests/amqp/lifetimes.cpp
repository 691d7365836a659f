// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What outlives a connection, the broker's process and those who use it, on the model broker in a simulated network.
#include "amqp/town_kit.hpp"
#include "fw_catch.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <stdexcept>
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

// A sender and a receiver on a channel of two shards, ready.
struct two_shards {
    explicit two_shards(std::uint64_t seed = 1) : all(seed) { all.pass(5s); }

    static subscription orders() {
        subscription s;
        s.from = {"orders", channel_kind::point_to_point, 2};
        return s;
    }
    // The first shard's queue does not confirm.
    void stall() {
        testing::amqp_faults f;
        f.stalled_key = "fw.orders:0";
        all.broker->set_faults(f);
    }
    void go_on() { all.broker->set_faults({}); }
    // Sends to the first shard.
    void begin(std::vector<std::string> const& texts) { all.begin_send(sender, way, texts, outcomes, over); }
    void check_arrived() const {
        CHECK(over);
        for (auto const& o : outcomes) CHECK_FALSE(o.error);
    }

    town all;
    patient told;
    std::vector<outcome> outcomes;
    bool over = false;
    amqp sender = all.connect("sender");
    amqp receiver = all.connect("receiver");
    std::shared_ptr<source> from = receiver.listen(orders(), told);
    std::shared_ptr<sink> way = sender.open(orders().from);
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

TEST_CASE("nothing is sent on a new connection before the program's own queues are there again", "[amqp]") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        CAPTURE(seed);
        town all(seed);
        patient told;
        amqp one = all.connect("one");
        amqp two = all.connect("two");
        subscription asked;
        asked.from = {"questions", channel_kind::point_to_point, 0};
        auto const from = two.listen(asked, told);
        auto const answers = one.open_replies(told);
        auto const way = one.open(asked.from);
        REQUIRE_FALSE(all.send(one, way, "before"));
        REQUIRE(all.next(*from) == "before");
        all.cut("one");
        all.pass(5min); // its queue of replies has expired
        std::vector<outcome> outcomes;
        bool over = false;
        all.begin_send(one, way, {"question"}, outcomes, over);
        all.heal("one");
        REQUIRE(all.next(*from) == "question");
        CHECK_FALSE(all.send(two, two.open_reply(answers.address), "answer"));
        CHECK(all.next(*answers.replies) == "answer");
        CHECK(over);
    }
}

TEST_CASE("what is declared is there before what the same thread sends next", "[amqp]") {
    town all;
    patient told;
    amqp one = all.connect("one");
    subscription mail;
    mail.from = {"news", channel_kind::publish_subscribe, 0};
    mail.group = "mail";
    auto const way = one.open(mail.from);
    all.pass(5s);
    std::vector<outcome> outcomes[2];
    bool over[2]{};
    all.begin_send(one, way, {"before"}, outcomes[0], over[0]);
    one.declare(mail);
    all.begin_send(one, way, {"after"}, outcomes[1], over[1]);
    REQUIRE(all.until([&] { return over[0] && over[1]; }, 10s));
    amqp two = all.connect("two");
    auto const from = two.listen(mail, told);
    auto const first = all.next(*from);
    CHECK((first == "after" || (first == "before" && all.next(*from) == "after")));
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
    int refusals = 0;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        two_shards s(seed);
        testing::amqp_faults f;
        f.nack_first_one_in = 2;
        s.all.broker->set_faults(f);
        auto const& clock = env::clock::of(s.sender.get_executor());
        auto const began = clock.steady_now();
        CHECK_FALSE(s.all.send(s.sender, s.way, sent));
        if (clock.steady_now() - began >= 100ms) ++refusals; // the sender has rested
        std::vector<std::string> received;
        while (received.size() < sent.size()) received.push_back(s.all.next(*s.from));
        CHECK(received == sent);
    }
    CHECK(refusals > 2);
}

TEST_CASE("a shard's queue that confirms nothing keeps no other shard waiting", "[amqp]") {
    two_shards s;
    s.stall();
    s.begin({"1", "2", "3"});
    CHECK_FALSE(s.all.send(s.sender, s.way, {"4", "5"}, 1));
    s.all.pass(1min);
    CHECK_FALSE(s.over);
    std::vector<std::string> received{s.all.next(*s.from), s.all.next(*s.from), s.all.next(*s.from)};
    CHECK(received == std::vector<std::string>{"1", "4", "5"});
    s.go_on();
    s.all.pass(1s);
    s.check_arrived();
    CHECK(s.all.next(*s.from) == "2");
    CHECK(s.all.next(*s.from) == "3");
}

TEST_CASE("what waits for a shard's queue is sent in its place, also on another connection", "[amqp]") {
    two_shards s;
    s.stall();
    s.begin({"1", "2", "3"});
    s.all.pass(1s);
    CHECK(s.all.next(*s.from) == "1");
    SECTION("that takes the place of one that was lost") {
        s.go_on();
        s.all.cut("sender");
        s.all.pass(20s);
        s.all.heal("sender");
    }
    SECTION("of the channel, since another queue has gone") {
        s.all.broker->delete_queue("fw.orders:1");
        CHECK_FALSE(s.all.send(s.sender, s.way, {"other"}, 1));
        CHECK_FALSE(s.over);
        s.go_on();
    }
    s.all.pass(20s);
    s.check_arrived();
    // Nobody knows here that the first has come already.
    std::vector<std::string> received;
    for (std::string text; (text = s.all.next(*s.from)) != "none";)
        if (text != "other") received.push_back(text);
    CHECK(received == std::vector<std::string>{"1", "2", "3"});
}

TEST_CASE("what is given up while it waits for a shard's queue is not sent", "[amqp]") {
    two_shards s;
    s.stall();
    s.begin({"1"});
    std::vector<outcome> given_up;
    bool over = false;
    s.all.begin_send(s.sender, s.way, {"2"}, given_up, over, 0, 1s);
    s.all.pass(2s);
    REQUIRE(over);
    CHECK(given_up.at(0).error == errc::queue_full);
    s.go_on();
    CHECK_FALSE(s.all.send(s.sender, s.way, "3"));
    CHECK(s.all.next(*s.from) == "1");
    CHECK(s.all.next(*s.from) == "3");
}

TEST_CASE("what was given up takes room on its way, as long as its queue does not confirm", "[amqp]") {
    two_shards s;
    auto narrow = s.all.connect("narrow", amqp_options().queue(2, 1 << 20));
    auto const there = narrow.open(two_shards::orders().from);
    CHECK_FALSE(s.all.send(narrow, there, "in time"));
    s.stall();
    for (int i = 0; i < 5; ++i) {
        std::vector<outcome> late;
        bool over = false;
        s.all.begin_send(narrow, there, {"late"}, late, over, 0, 1s);
        s.all.pass(2s);
        REQUIRE(over);
        CHECK(late.at(0).error == (i < 2 ? errc::outcome_unknown : errc::queue_full));
    }
}

TEST_CASE("a shard's queue that refuses keeps no other shard waiting", "[amqp]") {
    two_shards s;
    CHECK_FALSE(s.all.send(s.sender, s.way, {"0"}, 1));
    testing::amqp_faults f;
    f.nack_first_one_in = 1; // of which the other queue has taken one
    s.all.broker->set_faults(f);
    s.begin({"1", "2"});
    auto const& clock = env::clock::of(s.sender.get_executor());
    for (int i = 0; i < 20; ++i) {
        auto const began = clock.steady_now();
        CHECK_FALSE(s.all.send(s.sender, s.way, {"other"}, 1));
        CHECK(clock.steady_now() - began < 50ms);
        s.all.pass(10ms);
    }
    CHECK_FALSE(s.over);
    s.go_on();
    s.all.pass(1s);
    s.check_arrived();
}

TEST_CASE("a shard's queue that is full for long seldom keeps others waiting", "[amqp]") {
    two_shards s;
    testing::amqp_faults f;
    f.full_key = "fw.orders:0";
    s.all.broker->set_faults(f);
    s.begin({"1", "2"});
    auto const& clock = env::clock::of(s.sender.get_executor());
    int late = 0;
    for (int i = 0; i < 600; ++i) {
        auto const began = clock.steady_now();
        CHECK_FALSE(s.all.send(s.sender, s.way, {"other"}, 1));
        if (clock.steady_now() - began > 50ms) ++late;
        s.all.pass(100ms);
    }
    // The channel is opened again after 3, 6, 12 and 24 seconds.
    CHECK(late >= 1);
    CHECK(late <= 4);
    CHECK_FALSE(s.over);
    s.go_on();
    s.all.pass(5s);
    s.check_arrived();
}

TEST_CASE("a delay whose queue would have too long a name is refused, and nothing else", "[amqp]") {
    town all;
    auto sender = all.connect("sender", amqp_options().prefix(std::string(32, 'p')));
    auto const way = sender.open({std::string(206, 'c'), channel_kind::point_to_point, 0});
    std::vector<outcome> outcomes;
    bool over = false;
    envelope_head late;
    late.id = {1, 100};
    late.due = env::clock::of(sender.get_executor()).now() + 1h;
    std::vector<envelope> one{envelope::of_bytes(late, {}, "late")};
    auto const until = env::clock::of(sender.get_executor()).steady_now() + 1min;
    way->send(std::move(one), until, outcomes, asio::bind_executor(sender.get_executor(), [&over] { over = true; }));
    all.pass(1s);
    REQUIRE(over);
    CHECK(outcomes.at(0).error == errc::too_large);
    CHECK_FALSE(all.send(sender, way, "in time"));
}

TEST_CASE("a header that RabbitMQ takes for its own is refused, and nothing else", "[amqp]") {
    town all;
    auto net = all.connect("a");
    auto const to = net.open({"orders", channel_kind::point_to_point, 0});
    std::vector<envelope> some;
    for (auto const* const name : {"CC", "tenant", "BCC", "cc"}) {
        envelope_head head;
        head.id = {1, some.size() + 1};
        headers h;
        h.set(name, "elsewhere");
        some.push_back(envelope::of_bytes(head, h.view(), "tea"));
    }
    std::vector<outcome> outcomes;
    bool over = false;
    auto const until = env::clock::of(net.get_executor()).steady_now() + 1min;
    to->send(std::move(some), until, outcomes, asio::bind_executor(net.get_executor(), [&over] { over = true; }));
    all.pass(5s);
    REQUIRE(over);
    REQUIRE(outcomes.size() == 4);
    CHECK(outcomes[0].error == errc::invalid_header);
    CHECK_FALSE(outcomes[1].error);
    CHECK(outcomes[2].error == errc::invalid_header);
    CHECK_FALSE(outcomes[3].error);
    CHECK(all.broker->queue("fw.orders")->ready == 2);
}

TEST_CASE("who is told of a trouble may end the transport, or throw", "[amqp]") {
    town all;
    std::optional<amqp> net;
    int told = 0;
    bool const throws = GENERATE(true, false);
    net.emplace(all.connect("a", amqp_options().on_trouble([&](auto, auto, auto) {
        ++told;
        if (throws) throw std::runtime_error("no log");
        net.reset();
    })));
    all.pass(1s);
    all.cut("a");
    if (throws) {
        CHECK_THROWS_WITH(all.pass(1min), "no log");
        all.heal("a");
        for (int i = 0; i < 100; ++i) try { // each attempt until then is told as well
                all.pass(1min);
                break;
            } catch (std::runtime_error const&) {}
        CHECK_FALSE(all.send(*net, net->open({"orders", channel_kind::point_to_point, 0}), "tea"));
    } else {
        all.pass(1min);
        CHECK(told == 1);
    }
}

TEST_CASE("what is opened after the end takes nothing", "[amqp]") {
    town all;
    auto net = all.connect("a");
    all.pass(1s);
    net.close();
    CHECK(all.send(net, net.open({"orders", channel_kind::point_to_point, 0}), "tea") == errc::closed);
}

TEST_CASE("a message that is larger than the broker allows ends alone", "[amqp]") {
    town all(testing::stream_options(1), testing::amqp_broker_options().most_bytes(1'000));
    std::vector<std::string> troubles;
    amqp sender = all.connect("sender", amqp_options().on_trouble([&](auto, error_code why, std::string_view text) {
        troubles.push_back(why.message() + ": " + std::string(text));
    }));
    amqp receiver = all.connect("receiver");
    patient told;
    subscription orders;
    orders.from = {"orders", channel_kind::point_to_point, 2};
    auto const from = receiver.listen(orders, told);
    auto const to = sender.open(orders.from);
    all.pass(5s);
    std::string const large(2'000, 'x');
    CHECK(all.send(sender, to, large) == errc::too_large);
    all.pass(1s);
    REQUIRE_FALSE(troubles.empty());
    CHECK(troubles.front().find("larger than configured max size 1000") != std::string::npos);

    std::vector<outcome> outcomes;
    bool over = false;
    all.begin_send(sender, to, {"1", "2", large, "3", "4"}, outcomes, over);
    all.pass(30s);
    REQUIRE(over);
    for (std::size_t const i : {0U, 1U, 3U, 4U}) CHECK_FALSE(outcomes[i].error);
    // It was on its way with others when the channel was closed.
    CHECK(outcomes[2].error == errc::outcome_unknown);
    CHECK_FALSE(all.send(sender, to, "5"));
    std::vector<std::string> came; // what was not confirmed comes twice
    while (came.size() < 20 && (came.empty() || came.back() != "5")) came.push_back(all.next(*from));
    auto const first = [&](std::string_view text) { return std::find(came.begin(), came.end(), text); };
    for (auto const* text : {"1", "2", "3", "4"})
        CHECK(first(text) < first(std::string(1, static_cast<char>(*text + 1))));
    CHECK(first(large) == came.end());
}

TEST_CASE("a direct reply that was on its way with a connection is not sent again", "[amqp]") {
    // RabbitMQ breaks the connection where the requester's node has gone, each time.
    town all;
    amqp answerer = all.connect("answerer");
    auto const way = answerer.open_reply("amq.rabbitmq.reply-to.g1h2AAtyZXBseUAxMjM0NQAAAAEAAAAAAAAAAQ==.abcd");
    REQUIRE(way);
    all.pass(2s);
    CHECK_FALSE(all.send(answerer, way, "taken"));
    testing::amqp_faults f;
    f.withhold_confirms = true;
    all.broker->set_faults(f);
    std::vector<outcome> outcomes;
    bool over = false;
    all.begin_send(answerer, way, {"lost"}, outcomes, over);
    all.pass(1s);
    REQUIRE_FALSE(over);
    all.broker->cut_connections();
    all.pass(1s);
    REQUIRE(over);
    CHECK(outcomes.front().error == errc::outcome_unknown);
}

TEST_CASE("a reply whose queue takes nothing is given up, and others are not", "[amqp]") {
    conversation c;
    testing::amqp_faults f;
    f.nack_one_in = 1;
    c.all.broker->set_faults(f);
    std::vector<outcome> replies, orders;
    bool replied = false, ordered = false;
    c.all.begin_send(c.answerer, c.answerer.open_reply(c.way.address), {"tea"}, replies, replied);
    auto const way = c.answerer.open({"orders", channel_kind::point_to_point, 0});
    c.all.begin_send(c.answerer, way, {"tea"}, orders, ordered);
    c.all.pass(8s);
    CHECK_FALSE(replied);
    c.all.pass(12s);
    REQUIRE(replied);
    CHECK(replies.front().error == errc::queue_full);
    CHECK_FALSE(ordered);
    c.all.broker->set_faults({});
    c.all.pass(5s);
    REQUIRE(ordered);
    CHECK_FALSE(orders.front().error);
}

TEST_CASE("a requester whose queue is full keeps no others from their replies", "[amqp]") {
    conversation c;
    amqp full = c.all.connect("full");
    auto const no_room = full.open_replies(c.told);
    c.all.pass(2s);
    testing::amqp_faults f;
    f.full_key = no_room.address;
    c.all.broker->set_faults(f);
    std::vector<outcome> refused;
    bool over = false;
    c.all.begin_send(c.answerer, c.answerer.open_reply(no_room.address), {"1", "2", "3"}, refused, over);
    auto const& clock = env::clock::of(c.answerer.get_executor());
    int late = 0;
    for (int i = 0; i < 100; ++i) {
        auto const began = clock.steady_now();
        CHECK_FALSE(c.reply("tea"));
        if (clock.steady_now() - began > 50ms) ++late;
        c.all.pass(10ms);
    }
    CHECK(late == 0);
    CHECK_FALSE(over);
    c.all.broker->set_faults({});
    CHECK(c.all.until([&] { return over; }, 1s));
    for (auto const& o : refused) CHECK_FALSE(o.error);
}

TEST_CASE("whoever settles waits for replies that the broker has not taken yet", "[amqp]") {
    conversation c;
    c.all.broker->block();
    std::vector<outcome> outcomes;
    bool replied = false, settled = false;
    c.all.begin_send(c.answerer, c.answerer.open_reply(c.way.address), {"tea"}, outcomes, replied);
    auto const until = env::clock::of(c.answerer.get_executor()).steady_now() + 1min;
    c.answerer.settle(until, asio::bind_executor(c.answerer.get_executor(), [&] { settled = true; }));
    c.all.pass(20s);
    CHECK_FALSE(settled);
    c.all.broker->unblock();
    c.all.pass(1s);
    CHECK(replied);
    CHECK(settled);
}

TEST_CASE("a delayed message outlives hours in which the broker is away", "[amqp]") {
    town all;
    patient told;
    amqp net = all.connect("one");
    subscription orders;
    orders.from = {"orders", channel_kind::point_to_point, 0};
    auto const from = net.listen(orders, told);
    auto const to = net.open(orders.from);
    envelope_head head;
    head.id = {1, 1};
    head.due = env::clock::of(net.get_executor()).now() + 30s;
    std::vector<envelope> one{envelope::of_bytes(head, {}, "tea")};
    std::vector<outcome> outcomes;
    bool over = false;
    to->send(std::move(one), env::steady_point::max(), outcomes,
        asio::bind_executor(net.get_executor(), [&over] { over = true; }));
    all.pass(5s);
    REQUIRE(over);
    REQUIRE_FALSE(outcomes.front().error);
    all.broker->crash();
    all.pass(11h);
    all.broker->start();
    CHECK(all.next(*from) == "tea");
}
