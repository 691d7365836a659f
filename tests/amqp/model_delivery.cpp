// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"
#include "model_kit.hpp"

using namespace model_kit; // NOLINT

TEST_CASE("the model broker: consumers take turns, as far as they have credit", "[amqp][model]") {
    world w;
    client c(w);
    c.declare("q", GENERATE(std::string(), quorum));
    c.consume("q", "a", 0).consume("q", "b", 2).consume("q", "c", 0).said();
    for (auto const* const m : {"1", "2", "3", "4", "5", "6", "7", "8"}) c.publish("q", m);
    CHECK(c.said() == lines{"deliver a 1 1", "deliver b 2 2", "deliver c 3 3", "deliver a 4 4", "deliver b 5 5",
                          "deliver c 6 6", "deliver a 7 7", "deliver c 8 8"});
    c.send(basic_ack{2, false}).publish("q", "9").publish("q", "10").publish("q", "11");
    CHECK(c.said() == lines{"deliver b 9 9", "deliver a 10 10", "deliver c 11 11"});
}

TEST_CASE("the model broker: what comes back to a classic queue comes where it was", "[amqp][model]") {
    world w;
    client c(w);
    c.declare("q").consume("q", "t", 3).said();
    for (auto const* const m : {"1", "2", "3", "4"}) c.publish("q", m);
    CHECK(c.said() == lines{"deliver t 1 1", "deliver t 2 2", "deliver t 3 3"});
    SECTION("all") {
        c.send(basic_nack{3, true, true});
        CHECK(c.said() == lines{"deliver t 4 1 again", "deliver t 5 2 again", "deliver t 6 3 again"});
    }
    SECTION("one") {
        c.send(basic_reject{2, true});
        CHECK(c.said() == lines{"deliver t 4 2 again"});
    }
    SECTION("recovered") {
        c.send(basic_recover{true});
        CHECK(c.said() == lines{"deliver t 4 1 again", "deliver t 5 2 again", "deliver t 6 3 again"});
    }
    SECTION("after the end of its channel") {
        client other(w);
        CHECK(other.consume("q", "u").said() == lines{"deliver u 1 4"});
        c.send(channel_close{});
        CHECK(c.said() == lines{"closed"});
        CHECK(other.said() == lines{"deliver u 2 1 again", "deliver u 3 2 again", "deliver u 4 3 again"});
    }
}

TEST_CASE(
    "the model broker: what is sent back to a quorum queue comes behind all others, and is counted", "[amqp][model]") {
    world w;
    client c(w);
    c.declare("q", quorum).consume("q", "t", 3).said();
    for (auto const* const m : {"1", "2", "3", "4", "5"}) c.publish("q", m);
    CHECK(c.said() == lines{"deliver t 1 1", "deliver t 2 2", "deliver t 3 3"});
    c.send(basic_nack{2, true, true});
    CHECK(c.said() == lines{"deliver t 4 4", "deliver t 5 5"});
    c.send(basic_ack{0, true});
    CHECK(c.said() == lines{"deliver t 6 1 x1 again", "deliver t 7 2 x1 again"});
    CHECK(c.send(basic_reject{7, true}).said() == lines{"deliver t 8 2 x2 again"});
}

TEST_CASE("the model broker: what a lost channel had of a quorum queue comes first, in its order", "[amqp][model]") {
    world w;
    client c(w);
    auto b = std::make_unique<client>(w);
    b->declare("q", single).consume("q", "b", 3).said();
    c.consume("q", "c", 3).said();
    for (auto const* const m : {"1", "2", "3", "4", "5"}) b->publish("q", m);
    CHECK(b->said() == lines{"deliver b 1 1", "deliver b 2 2", "deliver b 3 3"});
    CHECK(c.said().empty());
    SECTION("its channel is closed") { b->send(channel_close{}); }
    SECTION("its connection is closed") { b->send(connection_close{}, 0); }
    SECTION("its connection is cut") { b->cut(); }
    CHECK(c.said() == lines{"deliver c 1 1 x1 again", "deliver c 2 2 x1 again", "deliver c 3 3 x1 again"});
    CHECK(c.send(basic_ack{0, true}).said() == lines{"deliver c 4 4", "deliver c 5 5"});
}

TEST_CASE("the model broker: nothing is given to what is about to end", "[amqp][model]") {
    world w;
    client b(w);
    client c(w);
    bool const counts = GENERATE(false, true);
    b.declare("q", counts ? quorum : std::string()).send(channel_open{}, 2);
    b.consume("q", "one", 1).consume("q", "two", 1).consume("q", "three", 3, 2).said();
    for (auto const* const m : {"1", "2", "3", "4"}) b.publish("q", m);
    CHECK(b.said() == lines{"deliver one 1 1", "deliver two 2 2", "2: deliver three 1 3", "2: deliver three 2 4"});
    SECTION("a channel") {
        b.send(channel_close{});
        CHECK(w.state.find_host("/")->find_queue("q")->ready() == 1);
        CHECK(b.said() == lines{counts ? "2: deliver three 3 1 x1 again" : "2: deliver three 3 1 again", "closed"});
    }
    SECTION("a connection") {
        b.cut();
        CHECK(w.state.find_host("/")->find_queue("q")->ready() == 4);
        CHECK(c.get("q").said() == lines{counts ? "got 1 1 x1 again of 4" : "got 1 1 again of 4"});
    }
}

TEST_CASE("the model broker: a single active consumer that is cancelled overlaps with the next one", "[amqp][model]") {
    world w;
    client a(w);
    client b(w);
    a.declare("q", single).consume("q", "a", 2).said();
    b.consume("q", "b", 2).said();
    for (auto const* const m : {"1", "2", "3"}) a.publish("q", m);
    CHECK(a.send(basic_cancel{"a"}).said() == lines{"deliver a 1 1", "deliver a 2 2"});
    CHECK(b.said() == lines{"deliver b 1 3"});
    a.send(basic_ack{1, false}).send(channel_close{});
    CHECK(b.said() == lines{"deliver b 2 2 x1 again"});
}

TEST_CASE("the model broker: acknowledgements name what is delivered and not settled", "[amqp][model]") {
    world w;
    client c(w);
    c.declare("q").consume("q", "t").publish("q", "1").publish("q", "2").publish("q", "3").said();
    auto const unsettled = [&] { return w.state.find_host("/")->find_queue("q")->unsettled(); };
    c.send(basic_ack{2, true});
    CHECK(unsettled() == 1);
    SECTION("a tag twice") {
        CHECK(c.send(basic_ack{2, false}).said() == lines{"close 406 PRECONDITION_FAILED - unknown delivery tag 2"});
        CHECK(w.state.find_host("/")->find_queue("q")->ready() == 1); // the third is back
    }
    SECTION("a tag that is none") {
        CHECK(c.send(basic_reject{7, true}).said() == lines{"close 406 PRECONDITION_FAILED - unknown delivery tag 7"});
    }
    SECTION("several up to a tag that is none") {
        CHECK(c.send(basic_nack{7, true, true}).said() ==
              lines{"close 406 PRECONDITION_FAILED - unknown delivery tag 7"});
    }
    SECTION("all, where there may be none") {
        CHECK(c.send(basic_ack{0, true}).send(basic_ack{0, true}).said().empty());
        CHECK(unsettled() == 0);
    }
}

TEST_CASE("the model broker: consumers are alone where they want to be", "[amqp][model]") {
    world w;
    client c(w);
    basic_consume alone;
    alone.queue = "q";
    alone.exclusive = true;
    auto const in_use = lines{"close 403 ACCESS_REFUSED - queue 'q' in vhost '/' in exclusive use"};
    c.declare("q").said();
    SECTION("the first") { CHECK(c.send(alone).consume("q", "other").said() == in_use); }
    SECTION("the second") { CHECK(c.consume("q", "other").send(alone).said() == in_use); }
    SECTION("and tags are used once") {
        CHECK(c.consume("q", "t").consume("q", "t").said() ==
              lines{"connection close 530 NOT_ALLOWED - attempt to reuse consumer tag 't'"});
    }
}

TEST_CASE("the model broker: basic.get takes one message", "[amqp][model]") {
    world w;
    client c(w);
    c.declare("q", quorum).publish("q", "1").publish("q", "2").said();
    CHECK(c.get("q", false).said() == lines{"got 1 1 x0 of 2"});
    CHECK(c.send(basic_nack{1, false, true}).get("q").get("q").get("q").said() ==
          lines{"got 2 2 x0 of 2", "got 3 1 x1 again of 1", "empty"});
}

TEST_CASE("the model broker: answers come directly to whoever asked", "[amqp][model]") {
    world w;
    client asks(w);
    client answers(w);
    answers.declare("q").consume("q", "t").said();
    basic_properties p;
    p.reply_to = "amq.rabbitmq.reply-to";
    basic_consume replies;
    replies.queue = "amq.rabbitmq.reply-to";
    replies.consumer_tag = "r";
    SECTION("asked without a consumer") {
        CHECK(asks.publish("q", "ask", p).said() ==
              lines{"close 406 PRECONDITION_FAILED - fast reply consumer does not exist"});
    }
    SECTION("a consumer that would acknowledge") {
        CHECK(asks.send(replies).said() == lines{"close 406 PRECONDITION_FAILED - reply consumer cannot acknowledge"});
    }
    SECTION("asked and answered") {
        replies.no_ack = true;
        asks.send(replies).publish("q", "ask", p);
        CHECK(answers.said() == lines{"deliver t 1 ask"});
        auto const reply_to = answers.last_reply_to();
        answers.publish(reply_to, "answer");
        CHECK(asks.said() == lines{"deliver r 1 answer"});
        // RabbitMQ delivers such a message, too, and says that it did not.
        answers.publish(to("", reply_to, true), "sure");
        CHECK(answers.said() == lines{"return 312 sure"});
        CHECK(asks.said() == lines{"deliver r 2 sure"});
        asks.cut();
        CHECK(answers.publish(reply_to, "late").said().empty());
    }
}
