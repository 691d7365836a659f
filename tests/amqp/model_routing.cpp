// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"
#include "model_kit.hpp"

using namespace model_kit; // NOLINT
using fairway::testing::amqp_detail::topic_matches;

TEST_CASE("the model broker: a topic's * is one word, its # any number of them", "[amqp][model]") {
    CHECK(topic_matches("a.b", "a.b"));
    CHECK_FALSE(topic_matches("a.b", "a"));
    CHECK_FALSE(topic_matches("a", "a.b"));
    CHECK(topic_matches("a.*", "a.b"));
    CHECK(topic_matches("a.*", "a."));
    CHECK_FALSE(topic_matches("a.*", "a"));
    CHECK_FALSE(topic_matches("*", ""));
    CHECK(topic_matches("#", ""));
    CHECK(topic_matches("#", "x.y"));
    CHECK(topic_matches("a.#", "a"));
    CHECK(topic_matches("#.b", "b"));
    CHECK(topic_matches("a.#.b", "a.b"));
    CHECK(topic_matches("a.#.b", "a.x.y.b"));
    CHECK_FALSE(topic_matches("a.#.b", "a.x.y"));
    CHECK(topic_matches("*.#", "a"));
    CHECK_FALSE(topic_matches("*.#", ""));
    CHECK(topic_matches("", ""));
}

TEST_CASE("the model broker: messages go where bindings lead, once to each queue", "[amqp][model]") {
    world w;
    client c(w);
    for (auto const* const q : {"one", "two"}) c.declare(q);
    c.bind("one", "amq.topic", "a.*").bind("one", "amq.topic", "a.#").bind("two", "amq.topic", "b");
    c.bind("one", "amq.direct", "x").bind("two", "amq.direct", "x");
    c.bind("two", "amq.fanout", "");
    c.said();
    auto const lying_in = [&](std::string_view q) {
        queue_purge p;
        p.queue = q;
        auto const n = w.state.find_host("/")->find_queue(q)->ready();
        c.send(p);
        return n;
    };
    c.publish(to("amq.topic", "a.b"), "t");
    CHECK(lying_in("one") == 1);
    CHECK(lying_in("two") == 0);
    c.publish(to("amq.direct", "x"), "d");
    CHECK(lying_in("one") == 1);
    CHECK(lying_in("two") == 1);
    c.publish(to("amq.fanout", "whatever"), "f");
    CHECK(lying_in("one") == 0);
    CHECK(lying_in("two") == 1);
    c.publish(to("", "one"), "default");
    CHECK(lying_in("one") == 1);

    queue_unbind u;
    u.queue = "one";
    u.exchange = "amq.direct";
    u.routing_key = "x";
    c.send(u).publish(to("amq.direct", "x"), "d");
    CHECK(lying_in("one") == 0);
    CHECK(lying_in("two") == 1);
}

TEST_CASE("the model broker: what leads nowhere comes back before its confirm where it is mandatory", "[amqp][model]") {
    world w;
    client c(w);
    c.declare("q").send(confirm_select{}).said();
    c.publish(to("", "nowhere"), "lost");
    c.publish(to("", "nowhere", true), "back");
    c.publish(to("", "q", true), "taken");
    CHECK(c.said() == lines{"return 312 back", "ack 3 and before"});
}

TEST_CASE("the model broker: exchanges are made once, and alike", "[amqp][model]") {
    world w;
    client c(w);
    exchange_declare d;
    d.exchange = "x";
    d.type = "topic";
    d.durable = true;
    CHECK(c.send(d).send(d).said().empty());
    SECTION("of another type") {
        d.type = "fanout";
        CHECK(c.send(d).said() == lines{"close 406 PRECONDITION_FAILED - inequivalent arg 'type' for exchange 'x' in "
                                        "vhost '/': received 'fanout' but current is 'topic'"});
    }
    SECTION("not durable") {
        d.durable = false;
        CHECK(
            c.send(d).said() == lines{"close 406 PRECONDITION_FAILED - inequivalent arg 'durable' for exchange 'x' in "
                                      "vhost '/': received 'false' but current is 'true'"});
    }
    SECTION("of a type that is none") {
        d.type = "weird";
        CHECK(c.send(d).said() == lines{"connection close 503 COMMAND_INVALID - unknown exchange type 'weird'"});
    }
    SECTION("of a reserved name") {
        d.exchange = "amq.x";
        CHECK(c.send(d).said() ==
              lines{"close 403 ACCESS_REFUSED - exchange name 'amq.x' contains reserved prefix 'amq.*'"});
    }
    SECTION("passively") {
        d.passive = true;
        CHECK(c.send(d).said().empty());
        d.exchange = "y";
        CHECK(c.send(d).said() == lines{"close 404 NOT_FOUND - no exchange 'y' in vhost '/'"});
    }
    SECTION("the default one is nobody's") {
        c.declare("q").said();
        CHECK(c.bind("q", "", "k").said() ==
              lines{"close 403 ACCESS_REFUSED - operation not permitted on the default exchange"});
    }
    SECTION("one that deletes itself goes with its last binding") {
        d.exchange = "brief";
        d.auto_delete = true;
        c.send(d).declare("q").bind("q", "brief", "k").said();
        queue_remove r;
        r.queue = "q";
        CHECK(c.send(r).said() == lines{"deleted 0"});
        d.passive = true;
        CHECK(c.send(d).said() == lines{"close 404 NOT_FOUND - no exchange 'brief' in vhost '/'"});
    }
    SECTION("one that is not there takes nothing") {
        CHECK(c.publish(to("y", "k"), "m").said() == lines{"close 404 NOT_FOUND - no exchange 'y' in vhost '/'"});
    }
}
