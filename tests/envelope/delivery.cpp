// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What a handler may ask of a delivery.
#include "fw_catch.hpp"

#include <fairway/envelope/delivery.hpp>

#include <optional>
#include <string_view>

using fairway::delivery;
using fairway::envelope;
using fairway::envelope_head;

TEST_CASE("a delivery tells all about its message") {
    fairway::headers h;
    h.set("tenant", "acme");
    envelope_head head;
    head.id = {1, 2};
    head.correlation = {3, 4};
    head.type = "shop.placed";
    head.version = {2, 1};
    head.content_type = "application/json";
    head.time = fairway::time_point(fairway::duration(10));
    head.expires = fairway::time_point(fairway::duration(20));
    head.shard = 3;
    head.shard_key = "k-1";
    head.reply_to = "inbox-1";
    head.source = "till";
    delivery const d(envelope::of_bytes(head, h.view(), "{}"), 77, 2);
    CHECK(d.id() == fairway::message_id{1, 2});
    CHECK(d.correlation() == fairway::message_id{3, 4});
    CHECK(d.type() == "shop.placed");
    CHECK(d.version() == fairway::message_version{2, 1});
    CHECK(d.content_type() == "application/json");
    CHECK(d.time() == head.time);
    CHECK(d.deadline() == head.expires);
    CHECK(d.source() == "till");
    CHECK(d.shard() == 3U);
    CHECK(d.shard_key() == "k-1");
    CHECK(d.wants_reply());
    CHECK(d.header("tenant") == "acme");
    CHECK_FALSE(d.header("trace"));
    CHECK(d.headers().size() == 1U);
    CHECK(d.attempt() == 2U);
    CHECK(d.body() == "{}");
    CHECK(d.tag() == 77U);
    CHECK(d.message().head().reply_to == "inbox-1");
}

TEST_CASE("a delivery says what its message has not") {
    delivery const d(envelope::of_bytes({}, {}, {}), 0, 1);
    CHECK_FALSE(static_cast<bool>(d.correlation()));
    CHECK_FALSE(d.deadline());
    CHECK_FALSE(d.shard());
    CHECK_FALSE(d.wants_reply());
    CHECK(d.shard_key().empty());
    CHECK(d.headers().empty());
    CHECK(d.body().empty());
}

TEST_CASE("a copy of a delivery keeps the message alive") {
    std::optional<delivery> first(delivery(envelope::of_bytes({}, {}, "body"), 1, 1));
    delivery const copy = *first;
    first.reset();
    CHECK(copy.body() == "body");
}

TEST_CASE("a delivery whose message is kept elsewhere keeps it once it is copied or told to") {
    std::optional<envelope> owner(envelope::of_bytes({}, {}, "body"));
    std::optional<delivery> lent(delivery::of_kept(*owner, 7, 3));
    CHECK(lent->body() == "body");
    CHECK(lent->tag() == 7U);
    CHECK(lent->attempt() == 3U);
    delivery moved = std::move(*lent);
    delivery const copy = moved;
    delivery assigned;
    assigned = moved;
    envelope const from_it = moved.message();
    moved.keep();
    moved.keep();
    lent.reset();
    owner.reset();
    CHECK(copy.body() == "body");
    CHECK(assigned.body() == "body");
    CHECK(moved.body() == "body");
    CHECK(from_it.body() == "body");
}

TEST_CASE("a lent delivery that goes leaves its message to the owner") {
    envelope const owner = envelope::of_bytes({}, {}, "body");
    {
        delivery lent = delivery::of_kept(owner, 1, 1);
        delivery const other = std::move(lent);
        delivery overwritten = delivery::of_kept(owner, 2, 1);
        overwritten = delivery();
        CHECK_FALSE(static_cast<bool>(overwritten.message()));
    }
    CHECK(owner.body() == "body");
}
