// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"
#include "model_kit.hpp"

#include <algorithm>

using namespace model_kit; // NOLINT

namespace {

// All that is in a queue.
lines content_of(world& w, std::string_view queue) {
    client c(w);
    lines all;
    for (;;) {
        auto const got = c.get(queue).said();
        if (got.empty() || !got[0].starts_with("got ")) return all;
        auto const from = got[0].find(' ', 4) + 1;
        all.push_back(got[0].substr(from, got[0].find(' ', from) - from));
    }
}

} // namespace

TEST_CASE("the model broker: confirms wait while they are withheld, and then come together", "[amqp][model]") {
    world w;
    client c(w);
    w.state.faults.withhold_confirms = true;
    c.declare("q").send(confirm_select{}).publish("q", "1").publish("q", "2");
    CHECK(c.said() == lines{"declared 0 0"});
    w.advance(seconds(60));
    CHECK(c.said().empty());
    w.state.faults.withhold_confirms = false;
    CHECK(c.said() == lines{"ack 2 and before"});
}

TEST_CASE("the model broker: late confirms come in any order, each once", "[amqp][model]") {
    world w;
    client c(w);
    w.state.faults.least_confirm_delay = milliseconds(10);
    w.state.faults.most_confirm_delay = milliseconds(50);
    c.declare("q").send(confirm_select{}).said();
    for (int i = 0; i < 20; ++i) c.publish("q", "m");
    w.advance(milliseconds(9));
    CHECK(c.said().empty());
    std::vector<bool> confirmed(21);
    bool overtakes = false;
    for (int i = 0; i < 41; ++i) {
        w.advance(milliseconds(1));
        for (auto const& line : c.said()) {
            auto const n = std::stoul(line.substr(4));
            bool const several = line.find("and before") != std::string::npos;
            overtakes = overtakes || (!several && n > 1 && !confirmed[n - 1]);
            for (auto k = several ? std::size_t{1} : n; k <= n; ++k) {
                CHECK((several || !confirmed[k]));
                confirmed[k] = true;
            }
        }
    }
    CHECK(overtakes);
    CHECK(std::count(confirmed.begin(), confirmed.end(), true) == 20);
}

TEST_CASE("the model broker: a message that is refused is not taken", "[amqp][model]") {
    world w;
    client c(w);
    c.declare("q").send(confirm_select{}).said();
    w.state.faults.nack_one_in = 1;
    c.publish("q", "1");
    w.state.faults.nack_one_in = 0;
    c.publish("q", "2");
    CHECK(c.said() == lines{"nack 1", "ack 2"});
    CHECK(content_of(w, "q") == lines{"2"});
}

TEST_CASE("the model broker: a queue may refuse a channel's messages until it has taken one", "[amqp][model]") {
    world w;
    client c(w);
    c.declare("q").declare("r").send(confirm_select{}).said();
    w.state.faults.nack_first_one_in = 1;
    CHECK(c.publish("q", "1").said() == lines{"nack 1"});
    w.state.faults.nack_first_one_in = 0;
    CHECK(c.publish("q", "2").said() == lines{"ack 2"});
    w.state.faults.nack_first_one_in = 1;
    CHECK(c.publish("q", "3").publish("r", "4").said() == lines{"ack 3", "nack 4"});
    CHECK(content_of(w, "q") == lines{"2", "3"});
}

TEST_CASE("the model broker: a queue may refuse all of a channel", "[amqp][model]") {
    world w;
    client c(w);
    c.declare("q").send(confirm_select{}).said();
    w.state.faults.nack_channel_one_in = 1;
    CHECK(c.publish("q", "1").said() == lines{"nack 1"});
    w.state.faults.nack_channel_one_in = 0;
    CHECK(c.publish("q", "2").said() == lines{"nack 2"});
    client other(w);
    CHECK(other.send(confirm_select{}).publish("q", "3").said() == lines{"ack 1"});
    w.state.faults.nack_channel_one_in = 1;
    CHECK(other.publish("q", "4").said() == lines{"ack 2"});
    CHECK(content_of(w, "q") == lines{"3", "4"});
}

TEST_CASE("the model broker: a queue that has stalled keeps no other from confirming", "[amqp][model]") {
    world w;
    client c(w);
    c.declare("q").declare("r").send(confirm_select{}).said();
    w.state.faults.stalled_key = "q";
    CHECK(c.publish("q", "1").publish("r", "2").publish("q", "3").publish("r", "4").said() == lines{"ack 2", "ack 4"});
    w.state.faults.stalled_key.clear();
    CHECK(c.said() == lines{"ack 3 and before"});
    CHECK(content_of(w, "q") == lines{"1", "3"});
}

TEST_CASE("the model broker: a forgotten acknowledgement brings a message again", "[amqp][model]") {
    world w;
    client c(w);
    w.state.faults.repeat_one_in = 1;
    c.declare("q", quorum).consume("q", "t", 1).publish("q", "m").said();
    CHECK(c.send(basic_ack{1, false}).said() == lines{"deliver t 2 m x1 again"});
    w.state.faults.repeat_one_in = 0;
    CHECK(c.send(basic_ack{2, false}).said().empty());
}

TEST_CASE("the model broker: what is durable survives a restart, and nothing else", "[amqp][model]") {
    world w;
    {
        client c(w);
        queue_declare brief;
        brief.queue = "brief";
        exchange_declare x;
        x.exchange = "x";
        c.declare("classic").declare("quorum", quorum).send(brief).send(x);
        c.bind("classic", "amq.topic", "k").bind("brief", "amq.topic", "k");
        for (auto const* const q : {"classic", "quorum", "brief"})
            c.publish(q, "transient").publish(q, "persistent", persistent());
        c.get("quorum", false).said();
        c.cut();
        w.state.restart(false);
    }
    CHECK(content_of(w, "classic") == lines{"persistent"});
    CHECK(content_of(w, "quorum") == lines{"transient", "persistent"});
    CHECK(w.state.find_host("/")->find_queue("brief") == nullptr);
    client c(w);
    c.publish(to("amq.topic", "k"), "m");
    CHECK(content_of(w, "classic") == lines{"m"});
    CHECK(c.publish(to("x", "k"), "m").said() == lines{"close 404 NOT_FOUND - no exchange 'x' in vhost '/'"});
}

TEST_CASE("the model broker: a crash loses some messages, and none that was confirmed", "[amqp][model]") {
    std::string const type = GENERATE(std::string(), quorum);
    auto const left = [&](std::uint64_t seed) {
        world w(amqp_broker_options().seed(seed));
        client c(w);
        c.declare("q", type).send(confirm_select{}).said();
        for (int i = 0; i < 20; ++i) c.publish("q", "safe", persistent());
        CHECK(c.said() == lines{"ack 20 and before"});
        w.state.faults.withhold_confirms = true;
        for (int i = 0; i < 20; ++i) c.publish("q", std::to_string(i), persistent());
        c.said();
        c.cut();
        w.state.restart(true);
        return content_of(w, "q");
    };
    std::size_t lost = 0;
    std::size_t kept = 0;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        auto const all = left(seed);
        CHECK(std::count(all.begin(), all.end(), "safe") == 20);
        CHECK(left(seed) == all);
        kept += all.size() - 20;
        lost += 40 - all.size();
    }
    CHECK(kept > 0);
    CHECK(lost > 0);
}

TEST_CASE("the model broker: a crash takes the end of a quorum queue's log only, and nothing that was delivered",
    "[amqp][model]") {
    bool lost = false;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        world w(amqp_broker_options().seed(seed));
        {
            client c(w);
            w.state.faults.withhold_confirms = true;
            c.declare("q", quorum).send(confirm_select{}).consume("q", "t", 2);
            for (int i = 0; i < 9; ++i) c.publish("q", std::to_string(i));
            c.said();
            c.cut();
            w.state.restart(true);
        }
        auto const left = content_of(w, "q");
        CHECK(left.size() >= 2);
        for (std::size_t i = 0; i < left.size(); ++i) CHECK(left[i] == std::to_string(i));
        lost = lost || left.size() < 9;
    }
    CHECK(lost);
}

TEST_CASE("the model broker: a node that crashes loses some of what came to it, and nothing of another one",
    "[amqp][model]") {
    std::string const type = GENERATE(std::string(), quorum);
    std::size_t lost = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        world w(amqp_broker_options().seed(seed));
        client gone(w, true, 1);
        client other(w, true, 2);
        gone.declare("q", type).send(confirm_select{}).publish("q", "safe").said();
        w.state.faults.withhold_confirms = true;
        for (int i = 0; i < 5; ++i) {
            gone.publish("q", std::to_string(i)).said();
            other.publish("q", "other").said();
        }
        gone.cut();
        w.state.lose_node(1);
        auto left = content_of(w, "q");
        CHECK(std::count(left.begin(), left.end(), "safe") == 1);
        CHECK(std::count(left.begin(), left.end(), "other") == 5);
        std::erase_if(left, [](std::string const& text) { return text.size() > 1; });
        if (type == quorum)
            for (std::size_t i = 0; i < left.size(); ++i) CHECK(left[i] == std::to_string(i));
        lost += 5 - left.size();
    }
    CHECK(lost > 0);
    CHECK(lost < 100);
}

TEST_CASE("the model broker: what moves on after a time is as safe as it was, where the queue sees to that",
    "[amqp][model]") {
    bool lost = false;
    bool const confirmed = GENERATE(true, false);
    std::string const strategy = GENERATE("at-least-once", "at-most-once");
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        world w(amqp_broker_options().seed(seed));
        client c(w);
        w.state.faults.withhold_confirms = true;
        auto const waits =
            quorum + entries("x-message-ttl", 500, "x-dead-letter-exchange", "", "x-dead-letter-routing-key", "q",
                         "x-dead-letter-strategy", strategy, "x-overflow", "reject-publish");
        c.declare("q", quorum).declare("waits", waits).send(confirm_select{}).publish("waits", "m", persistent());
        w.advance(milliseconds(500));
        w.state.faults.withhold_confirms = !confirmed;
        c.said();
        c.cut();
        w.state.restart(true);
        lost = lost || content_of(w, "q").empty();
    }
    CHECK(lost == (!confirmed || strategy == "at-most-once"));
}

TEST_CASE("the model broker: channels end by errors that nobody has made", "[amqp][model]") {
    world w;
    client c(w);
    c.declare("q").send(confirm_select{}).publish("q", "1").consume("q", "t", 1).said();
    w.state.faults.close_one_in = 1;
    SECTION("at an acknowledgement, and what was delivered comes again") {
        CHECK(c.send(basic_ack{1, false}).said() ==
              lines{"close 406 PRECONDITION_FAILED - delivery acknowledgement on channel 1 timed out. Timeout value "
                    "used: 1800000 ms"});
        CHECK(content_of(w, "q") == lines{"1"});
    }
    SECTION("at a message, which is not taken") {
        CHECK(c.publish("q", "2").said() == lines{"close 404 NOT_FOUND - no exchange '' in vhost '/'"});
        CHECK(content_of(w, "q") == lines{"1"});
    }
}

TEST_CASE("the model broker: whoever publishes while it takes nothing is not read any further", "[amqp][model]") {
    world w;
    client c(w);
    c.declare("q").send(confirm_select{}).said();
    w.state.blocked = "low on memory";
    c.get("q");
    CHECK(c.said() == lines{"empty"});
    c.publish("q", "1").publish("q", "2");
    CHECK(c.said() == lines{"blocked low on memory"});
    CHECK(w.state.find_host("/")->find_queue("q")->ready() == 0);
    w.state.blocked.reset();
    c.unblock();
    CHECK(c.said() == lines{"unblocked", "ack 2 and before"});
}
