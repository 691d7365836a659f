// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"
#include "model_kit.hpp"

using namespace model_kit; // NOLINT

namespace {

std::string refused(std::string const& why) { return "close 406 PRECONDITION_FAILED - " + why; }

std::string of_one_life(int ms) { return entries("x-message-ttl", ms); }

} // namespace

TEST_CASE("the model broker: a queue is declared again only as it is", "[amqp][model]") {
    world w;
    client c(w);
    c.declare("q", of_one_life(30)).said();
    SECTION("the same, with a number of another size") {
        CHECK(c.declare("q", entries("x-message-ttl", std::int64_t{30})).said() == lines{"declared 0 0"});
    }
    SECTION("arguments that mean nothing don't count") {
        CHECK(c.declare("q", of_one_life(30) + entries("x-mine", 1)).said() == lines{"declared 0 0"});
    }
    SECTION("the type that it has without being told") {
        CHECK(c.declare("q", of_one_life(30) + entries("x-queue-type", "classic")).said() == lines{"declared 0 0"});
    }
    SECTION("another value") {
        CHECK(c.declare("q", of_one_life(5)).said() ==
              lines{refused(
                  "inequivalent arg 'x-message-ttl' for queue 'q' in vhost '/': received '5' but current is '30'")});
    }
    SECTION("no value") {
        CHECK(
            c.declare("q").said() == lines{refused("inequivalent arg 'x-message-ttl' for queue 'q' in vhost '/': "
                                                   "received none but current is the value '30' of type 'signedint'")});
    }
    SECTION("another type") {
        CHECK(
            c.declare("q", of_one_life(30) + quorum).said() ==
            lines{refused("inequivalent arg 'x-queue-type' for queue 'q' in vhost '/': received the value 'quorum' of "
                          "type 'longstr' but current is none")});
    }
    SECTION("not durable") {
        queue_declare d;
        d.queue = "q";
        CHECK(
            c.send(d).said() == lines{refused("inequivalent arg 'durable' for queue 'q' in vhost '/': received 'false' "
                                              "but current is 'true'")});
    }
}

TEST_CASE("the model broker: arguments that no queue can have are refused", "[amqp][model]") {
    world w;
    client c(w);
    auto const bad = [&](std::string const& arguments, std::string const& why) {
        CHECK(c.declare("q", arguments).said() == lines{refused(why)});
        c.send(channel_close_ok{}).send(channel_open{});
    };
    bad(of_one_life(-1), "invalid arg 'x-message-ttl' for queue 'q' in vhost '/': {value_negative,-1}");
    bad(entries("x-expires", 0), "invalid arg 'x-expires' for queue 'q' in vhost '/': {value_zero,0}");
    bad(entries("x-queue-type", "odd"),
        "invalid arg 'x-queue-type' for queue 'q' in vhost '/': \"unsupported queue type 'odd'\"");
    bad(entries("x-single-active-consumer", "yes"),
        "invalid arg 'x-single-active-consumer' for queue 'q' in vhost '/': {unacceptable_type,longstr}");
    bad(entries("x-delivery-limit", 3),
        "invalid arg 'x-delivery-limit' for queue 'q' in vhost '/' of queue type rabbit_classic_queue");
    bad(entries("x-dead-letter-routing-key", "k"),
        "invalid arg 'x-dead-letter-routing-key' for queue 'q' in vhost '/': routing_key_but_no_dlx_defined");
    queue_declare d;
    d.queue = "q";
    d.arguments = table_view(quorum);
    CHECK(c.send(d).said() == lines{refused("invalid property 'non-durable' for queue 'q' in vhost '/'")});
}

TEST_CASE("the model broker: an exclusive queue is of its connection only, and goes with it", "[amqp][model]") {
    world w;
    client owner(w);
    client other(w);
    queue_declare d;
    d.exclusive = true;
    CHECK(owner.send(d).said() == lines{"declared 0 0"});
    auto const name = owner.last_queue();
    CHECK(name.starts_with("amq.gen-"));
    d.queue = name;
    d.passive = true;
    CHECK(owner.send(d).said() == lines{"declared 0 0"});
    auto const answer = other.send(d).said();
    REQUIRE(answer.size() == 1);
    CHECK(answer[0].starts_with("close 405 RESOURCE_LOCKED - cannot obtain exclusive access to locked queue '" + name));
    owner.cut();
    other.send(channel_close_ok{}).send(channel_open{});
    CHECK(other.send(d).said() == lines{"close 404 NOT_FOUND - no queue '" + name + "' in vhost '/'"});
}

TEST_CASE("the model broker: queues end as they were told to", "[amqp][model]") {
    world w;
    client c(w);
    auto const is_there = [&](std::string_view name) { return w.state.find_host("/")->find_queue(name) != nullptr; };
    SECTION("with the last consumer") {
        queue_declare d;
        d.queue = "brief";
        d.auto_delete = true;
        c.send(d).consume("brief", "a").consume("brief", "b");
        c.send(basic_cancel{"a"});
        CHECK(is_there("brief"));
        c.send(basic_cancel{"b"});
        CHECK_FALSE(is_there("brief"));
    }
    SECTION("unused for a while") {
        c.declare("e", entries("x-expires", 1000));
        w.advance(milliseconds(900));
        c.get("e");
        w.advance(milliseconds(900));
        CHECK(is_there("e"));
        CHECK(w.state.wake() == w.now + milliseconds(100));
        c.consume("e", "t");
        w.advance(seconds(9));
        CHECK(is_there("e"));
        c.send(basic_cancel{"t"});
        w.advance(milliseconds(999));
        CHECK(is_there("e"));
        w.advance(milliseconds(1));
        CHECK_FALSE(is_there("e"));
    }
    SECTION("deleted, which their consumers are told") {
        c.declare("q").consume("q", "t").said();
        queue_remove r;
        r.queue = "q";
        r.if_unused = true;
        CHECK(c.send(r).said() == lines{refused("queue 'q' in vhost '/' in use")});
        client other(w);
        other.consume("q", "u").said();
        c.send(channel_close_ok{}).send(channel_open{}).said();
        r.if_unused = false;
        CHECK(c.publish("q", "m").send(r).said() == lines{"deleted 0"});
        CHECK(other.said() == lines{"deliver u 1 m", "cancel u"});
        CHECK(c.send(r).said() == lines{"deleted 0"}); // there is none
    }
}

TEST_CASE("the model broker: a full queue drops its oldest message, or takes no more", "[amqp][model]") {
    world w;
    client c(w);
    c.send(confirm_select{}).said();
    auto const publish_all = [&](int n) {
        lines all;
        for (int i = 0; i < n; ++i)
            for (auto const& line : c.publish("q", std::to_string(i)).said()) all.push_back(line);
        return all;
    };
    SECTION("drop-head") {
        c.declare("q", entries("x-max-length", 2) + GENERATE(std::string(), quorum)).said();
        CHECK(publish_all(3) == lines{"ack 1", "ack 2", "ack 3"});
        auto const got = c.get("q").said();
        REQUIRE(got.size() == 1);
        CHECK(got[0].starts_with("got 1 1"));
    }
    SECTION("reject-publish") {
        c.declare("q", entries("x-max-length", 2, "x-overflow", "reject-publish")).said();
        CHECK(publish_all(3) == lines{"ack 1", "ack 2", "nack 3"});
        c.get("q").said();
        CHECK(publish_all(2) == lines{"ack 4", "nack 5"});
    }
    SECTION("reject-publish of a quorum queue, which notices late and waits until there is some room") {
        c.declare("q", quorum + entries("x-max-length", 10, "x-overflow", "reject-publish")).said();
        for (int i = 0; i < 11; ++i) c.publish("q", "m");
        CHECK(c.said() == lines{"ack 11 and before"});
        for (int i = 0; i < 2; ++i) {
            c.get("q").said();
            CHECK(publish_all(1) == lines{"nack " + std::to_string(12 + i)});
        }
        c.get("q").said();
        CHECK(publish_all(1) == lines{"ack 14"});
    }
}
