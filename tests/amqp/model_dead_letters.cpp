// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"
#include "model_kit.hpp"

using namespace model_kit; // NOLINT

namespace {

std::string const to_graves = entries("x-dead-letter-exchange", "", "x-dead-letter-routing-key", "graves");

basic_properties of_life(std::string_view ms) {
    basic_properties p;
    p.expiration = ms;
    return p;
}

// What x-death says of its first entry: reason, queue, count.
std::string death(client& c) {
    auto const deaths = find(c.headers(), "x-death");
    if (!deaths || !deaths->array()) return "none";
    auto const first = (*deaths->array()->begin()).table();
    auto const text = [&](std::string_view name) { return std::string(*find(*first, name)->text()); };
    return text("reason") + " " + text("queue") + " " + std::to_string(*find(*first, "count")->integer());
}

std::size_t ready(world& w, std::string_view queue) { return w.state.find_host("/")->find_queue(queue)->ready(); }

} // namespace

TEST_CASE("the model broker: messages expire at the head of their queue only", "[amqp][model]") {
    world w;
    client c(w);
    c.declare("q", GENERATE(std::string(), quorum)).publish("q", "1").publish("q", "2", of_life("100")).said();
    w.advance(seconds(1));
    CHECK(ready(w, "q") == 2);
    c.get("q");
    w.advance(milliseconds(0));
    CHECK(ready(w, "q") == 0);
    CHECK(c.get("q").said().back() == "empty");
}

TEST_CASE("the model broker: a queue's time to live holds for all in it", "[amqp][model]") {
    world w;
    client c(w);
    c.declare("q", entries("x-message-ttl", 500)).publish("q", "1").publish("q", "2", of_life("100"));
    c.publish("q", "3", of_life("900"));
    CHECK(w.state.wake() == w.now + milliseconds(500));
    w.advance(milliseconds(499));
    CHECK(ready(w, "q") == 3);
    w.advance(milliseconds(1));
    CHECK(ready(w, "q") == 0);
}

TEST_CASE("the model broker: what may not wait is delivered at once or not at all", "[amqp][model]") {
    world w;
    client c(w);
    c.declare("q").publish("q", "1", of_life("0")).consume("q", "t", 1).publish("q", "2", of_life("0"));
    c.publish("q", "3", of_life("0")).send(basic_ack{1, false});
    CHECK(c.said() == lines{"declared 0 0", "deliver t 1 2"});
}

TEST_CASE("the model broker: dead letters say why, where and how often", "[amqp][model]") {
    world w;
    client c(w);
    c.declare("graves");
    SECTION("expired") {
        c.declare("q", to_graves).publish("q", "m", of_life("100"));
        w.advance(milliseconds(100));
        c.get("graves").said();
        CHECK(death(c) == "expired q 1");
        CHECK(find(c.headers(), "x-first-death-reason")->text() == "expired");
        CHECK(find(c.headers(), "x-first-death-queue")->text() == "q");
        auto const first = *(*find(c.headers(), "x-death")->array()->begin()).table();
        CHECK(find(first, "original-expiration")->text() == "100");
        CHECK(find(first, "time")->time()->seconds == 1'767'225'600);
        CHECK(find(first, "routing-keys")->array()->begin()->text() == "q");
        w.advance(std::chrono::hours(1)); // it has lost its own expiration
    }
    SECTION("rejected") {
        c.declare("q", to_graves).publish("q", "m").get("q", false).send(basic_reject{1, false}).get("graves").said();
        CHECK(death(c) == "rejected q 1");
    }
    SECTION("pushed out") {
        c.declare("q", to_graves + entries("x-max-length", 1)).publish("q", "1").publish("q", "2");
        CHECK(c.get("graves").said().back() == "got 1 1 of 1");
        CHECK(death(c) == "maxlen q 1");
    }
    SECTION("delivered too often") {
        c.declare("q", to_graves + quorum + entries("x-delivery-limit", 1))
            .publish("q", "m")
            .consume("q", "t", 1)
            .said();
        CHECK(c.send(basic_nack{1, false, true}).said() == lines{"deliver t 2 m x1 again"});
        CHECK(c.send(basic_nack{2, false, true}).said().empty());
        c.get("graves").said();
        CHECK(death(c) == "delivery_limit q 1");
    }
    SECTION("the same again") {
        c.declare("q", to_graves).publish("q", "m");
        for (int i = 1; i <= 2; ++i) {
            c.get("q", false).said();
            c.send(basic_reject{static_cast<std::uint64_t>(2 * i - 1), false});
            c.get("graves", true).said();
            CHECK(death(c) == "rejected q " + std::to_string(i));
            basic_properties p;
            std::string const headers(c.headers().bytes());
            p.headers = table_view(headers);
            c.publish("q", "m", p);
        }
    }
}

TEST_CASE("the model broker: dead letters don't go round by themselves", "[amqp][model]") {
    world w;
    client c(w);
    c.declare("q", entries("x-dead-letter-exchange", "", "x-dead-letter-routing-key", "q", "x-message-ttl", 10));
    c.publish("q", "m");
    w.advance(milliseconds(10));
    CHECK(ready(w, "q") == 0);
    c.publish("q", "m").get("q", false).send(basic_reject{1, false});
    CHECK(ready(w, "q") == 1); // somebody wants it so
}
