// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Envelopes as AMQP messages, channels as queues and exchanges, who owns which shard.
#include "fw_catch.hpp"

#include <fairway/transport/amqp/delay_queue.hpp>
#include <fairway/transport/amqp/envelope_map.hpp>
#include <fairway/transport/amqp/members.hpp>
#include <fairway/transport/amqp/topology.hpp>

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <vector>

using namespace fairway;
using namespace fairway::amqp_detail;
using namespace std::chrono_literals;

namespace {

auto const no_id = [] { return message_id{}; };
time_point const now{1'700'000'000s};

envelope_head full_head() {
    envelope_head h;
    h.id = {0x0123456789abcdefULL, 0xfedcba9876543210ULL};
    h.conversation = {1, 2};
    h.causation = {1, 3};
    h.time = now + 5ns;
    h.expires = now + 1500ms;
    h.type = "shop.place-order";
    h.version = {2, 7};
    h.content_type = "application/json";
    h.shard_key = "order-7";
    h.reply_to = "fw.reply.abc";
    h.source = "checkout";
    return h;
}

} // namespace

TEST_CASE("an envelope comes back as it was", "[amqp]") {
    headers user;
    user.set("tenant", "acme").set("empty", "");
    auto const sent = envelope::of_bytes(full_head(), user.view(), "{}");
    envelope_properties writer;
    auto const& p = writer.of(sent, now);
    CHECK(p.delivery_mode == 2);
    CHECK(p.message_id == "01234567-89ab-cdef-fedc-ba9876543210");
    CHECK(p.correlation_id == p.message_id); // a request's answer is known by the request's id
    CHECK(p.expiration == "1500");
    CHECK(p.time == timestamp{1'700'000'000});
    received_head const got(p, no_id);
    auto const& h = got.head();
    auto const before = full_head();
    CHECK(h.id == before.id);
    CHECK_FALSE(h.correlation);
    CHECK(h.conversation == before.conversation);
    CHECK(h.causation == before.causation);
    CHECK(h.time == before.time);
    CHECK(h.expires == before.expires);
    CHECK(h.type == before.type);
    CHECK(h.version == before.version);
    CHECK(h.content_type == before.content_type);
    CHECK(h.shard_key == before.shard_key);
    CHECK(h.reply_to == before.reply_to);
    CHECK(h.source == before.source);
    CHECK(got.headers().size() == 2);
    CHECK(got.headers().find("tenant") == "acme");
    CHECK(got.headers().find("empty") == "");
    CHECK(got.left_out() == 0);
}

TEST_CASE("what was not set is no property", "[amqp]") {
    envelope_head h;
    h.id = {7, 8};
    envelope_properties writer;
    auto const& p = writer.of(envelope::of_bytes(h, {}, ""), now);
    CHECK(p.delivery_mode == 2); // it outlives the broker's process, as its queue does
    CHECK_FALSE(p.correlation_id);
    CHECK_FALSE(p.reply_to);
    CHECK_FALSE(p.expiration);
    CHECK_FALSE(p.headers);
    CHECK_FALSE(p.type);
    received_head const got(p, no_id);
    CHECK(got.head().id == h.id);
    CHECK(got.head().version == message_version{});
    CHECK(got.head().expires == no_time);
}

TEST_CASE("a reply says which request it answers", "[amqp]") {
    envelope_head h;
    h.id = {7, 8};
    h.correlation = {5, 6};
    envelope_properties writer;
    received_head const got(writer.of(envelope::of_bytes(h, {}, ""), now), no_id);
    CHECK(got.head().correlation == message_id{5, 6});
    CHECK(got.head().reply_to.empty());
}

TEST_CASE("messages of programs without Fairway are understood as far as they go", "[amqp]") {
    std::string table;
    append_entry(table, "count", std::int32_t{-3});
    append_entry(table, "fresh", true);
    append_entry(table, "x-death", std::string_view("the broker's"));
    append_entry(table, "price", 1.5); // not a header of an envelope
    append_entry(table, "bad name", std::string_view("v"));
    append_entry(table, "lines", std::string_view("a\nb"));
    basic_properties p;
    p.headers = table_view(table);
    p.correlation_id = "call \x01 1";
    p.reply_to = "amq.gen-abc";
    p.message_id = "not a uuid";
    p.type = "two\nlines";
    received_head const got(p, no_id);
    auto const& h = got.head();
    CHECK(got.headers().find("count") == "-3");
    CHECK(got.headers().find("fresh") == "true");
    CHECK(got.headers().size() == 2);
    CHECK(got.left_out() == 4);
    CHECK(h.type.empty());
    CHECK(h.id);
    CHECK(h.id == received_head(p, no_id).head().id); // whoever reads it
    auto const to = reply_address::parse(h.reply_to);
    REQUIRE(to);
    CHECK(to->queue == "amq.gen-abc");
    CHECK(to->correlation == "call \x01 1");
    // It can be an envelope, whatever it says.
    CHECK_NOTHROW(envelope::of_bytes(h, got.headers().view(), "x"));

    basic_properties nothing;
    CHECK(received_head(nothing, [] { return message_id{3, 4}; }).head().id == message_id{3, 4});
}

TEST_CASE("a correlation id comes back as it was written", "[amqp]") {
    std::string const id = "019B76DA-A800-7001-B708-7F14D60D048A";
    basic_properties p;
    p.message_id = p.correlation_id = id;
    p.reply_to = "amq.gen-abc";
    received_head const got(p, no_id);
    auto const to = reply_address::parse(got.head().reply_to);
    REQUIRE(to);
    CHECK(to->correlation == id);
    std::string const usual = to_string(got.head().id);
    p.message_id = p.correlation_id = usual;
    CHECK(received_head(p, no_id).head().reply_to == "amq.gen-abc"); // its request's id will do
}

TEST_CASE("a key that is no header's value is left out", "[amqp]") {
    std::string table;
    append_entry(table, "fw-key", std::string(limits::header_value + 1, 'k'));
    basic_properties p;
    p.headers = table_view(table);
    received_head const got(p, no_id);
    CHECK(got.head().shard_key.empty());
    CHECK(got.left_out() == 1);
    CHECK_NOTHROW(envelope::of_bytes(got.head(), got.headers().view(), "x"));
}

TEST_CASE("how often a message has come back is the broker's to say", "[amqp]") {
    auto const attempt = [](auto const& count, bool redelivered) {
        std::string table;
        append_entry(table, "x-delivery-count", count);
        basic_properties p;
        p.headers = table_view(table);
        received_head const got(p, no_id);
        CHECK(got.headers().empty()); // nor is it the user's header
        CHECK(got.left_out() == 0);
        return got.attempt(redelivered);
    };
    CHECK(attempt(std::int64_t{7}, false) == 1); // a publisher's own
    CHECK(attempt(std::int64_t{1}, true) == 2);
    CHECK(attempt(std::int64_t{7}, true) == 8);
    CHECK(attempt(std::int64_t{-7}, true) == 2);
    CHECK(attempt(std::int64_t{1} << 40, true) == 1'000'001);
    CHECK(attempt(std::string_view("7"), true) == 2);
    received_head const classic(basic_properties(), no_id); // whose queue does not count
    CHECK(classic.attempt(false) == 1);
    CHECK(classic.attempt(true) == 2);
}

TEST_CASE("replies go to queues for replies only", "[amqp]") {
    std::string const secret = "00112233445566778899aabbccddeeff";
    for (std::string const& good :
        {"fw.reply." + secret, "shop.reply." + secret, "reply." + secret, std::string("amq.gen-x")})
        CHECK(reply_address::parse(good)->queue == good);
    for (std::string_view const bad : {"", "orders", "fw.orders", "fw.reply.", "fw.reply.00ff", "amq.gen-", "=", "=3",
             "=3:abc", "=9:fw.reply", "=99999999999999999999:x", "=9:amq.gen-x0", "=9:amq.gen-xzz", "=6:orders00"}) {
        INFO(bad);
        CHECK_FALSE(reply_address::parse(bad));
    }
    for (std::string const& bad : {secret, "fw.replies." + secret, "fw.reply." + secret + "0",
             "fw.reply." + secret + ".", "fw.reply.g" + secret.substr(1), std::string(300, 'x') + "reply." + secret}) {
        INFO(bad);
        CHECK_FALSE(reply_address::parse(bad));
    }
    std::vector<std::string> const more{"legacy."};
    CHECK(reply_address::parse("legacy.answers", more));
    CHECK(reply_address::parse("=14:legacy.answers00", more)->correlation == std::string(1, '\0'));
    CHECK_FALSE(reply_address::parse("legacy.", more));
    CHECK_FALSE(reply_address::parse("other.answers", more));
    reply_address const a{"amq.gen-x", std::string("\0\xff", 2)};
    auto const again = reply_address::parse(a.text());
    REQUIRE(again);
    CHECK(again->queue == a.queue);
    CHECK(again->correlation == a.correlation);
}

TEST_CASE("a direct reply goes to what names a process and a key, as RabbitMQ breaks down over all else", "[amqp]") {
    std::string const process = "g1h2AAtyZXBseUAxMjM0NQAAAAEAAAAAAAAAAQ==";
    auto const is_good = [](std::string const& rest) {
        return reply_address::parse("amq.rabbitmq.reply-to" + rest).has_value();
    };
    CHECK(is_good("." + process + ".abcd"));
    CHECK(is_good("." + process + ".+/8="));
    CHECK(is_good(".g1h3C3JlcGx5QDEyMzQ1AAAAAQAAAAAAAAAB.abcd")); // a short name
    for (std::string const& bad :
        {std::string(), std::string("."), std::string(".g1h3DHJhYmJpdEBtb2RlbAAAAAEAAAAAAAAAAQ==.abcd"),
            std::string(".x.y"), std::string(".eHh4.eHh4"), "." + process, "." + process + ".", "." + process + ".abc",
            "." + process + ".ab*d", "." + process + ".=abc", "." + process + ".abcd.abcd",
            "." + process.substr(0, 36) + ".abcd", ".AAAA" + process.substr(4) + ".abcd",
            "." + process.substr(0, 4) + "AAAA" + process.substr(8) + ".abcd", std::string("..abcd")}) {
        INFO(bad);
        CHECK_FALSE(is_good(bad));
    }
}

TEST_CASE("channels, groups and shards have names that no others have", "[amqp]") {
    naming const names;
    std::set<std::string> all;
    std::size_t made = 0;
    auto const add = [&](topology const& t) {
        for (auto const& q : t.queues) all.insert(q.name), ++made;
    };
    address const queue{"a.b", channel_kind::point_to_point, 0};
    address const shards{"a", channel_kind::point_to_point, 2};
    address const topic{"a.c", channel_kind::publish_subscribe, 0};
    address const parts{"a.d", channel_kind::publish_subscribe, 2};
    add(topology_of(queue, names));
    add(topology_of(shards, names));
    for (auto const* group : {"g", "0", "g.0"})
        for (auto const& from : {topic, parts}) {
            subscription s;
            s.from = from;
            s.group = group;
            auto const t = topology_of(s, names);
            for (auto const& b : t.bindings) all.insert(b.queue), ++made;
        }
    CHECK(all.size() == made);
    CHECK(all.contains("fw.a.b"));
    CHECK(all.contains("fw.a:1"));
    CHECK(all.contains("fw.a.c:g"));
    CHECK(all.contains("fw.a.d:g:0"));
    auto const way = names.way(parts, 1);
    CHECK(way.exchange == "fw.a.d");
    CHECK(way.key == "1");
    CHECK_FALSE(way.mandatory);
    CHECK(names.way(shards, 1).key == "fw.a:1");
    CHECK(names.way(shards, 1).mandatory);
}

TEST_CASE("the queue of a channel's name tells its shape from others", "[amqp]") {
    naming const names;
    std::set<std::string> shapes;
    for (auto const kind : {channel_kind::point_to_point, channel_kind::publish_subscribe})
        for (unsigned const shards : {0U, 1U, 2U, 1024U}) {
            auto const t = topology_of(address{"orders", kind, shards}, names);
            auto const& q = t.shape ? *t.shape : t.queues.front();
            CHECK(q.name == "fw.orders");
            shapes.insert(q.arguments);
        }
    CHECK(shapes.size() == 8);
}

TEST_CASE("what expires says so wherever it is declared", "[amqp]") {
    naming const brief("fw.", 90min);
    naming const lasting;
    for (auto const kind : {channel_kind::point_to_point, channel_kind::publish_subscribe})
        for (unsigned const shards : {0U, 2U}) {
            subscription s;
            s.from = {"orders", kind, shards};
            s.group = "g";
            for (auto const& q : topology_of(s, brief).queues)
                CHECK(find(table_view(q.arguments), "x-expires")->integer() == 5'400'000);
            for (auto const& e : topology_of(s, brief).exchanges) CHECK(e.auto_delete);
            for (auto const& q : topology_of(s, lasting).queues)
                CHECK_FALSE(find(table_view(q.arguments), "x-expires"));
            for (auto const& e : topology_of(s, lasting).exchanges) CHECK_FALSE(e.auto_delete);
        }
}

TEST_CASE("delays are rounded up to two or three digits, and lead on to where the message goes", "[amqp]") {
    route const to{"fw.events", "all", false};
    auto const has = [&](duration d, std::string const& ms) {
        return delay_queue::of(to, d, now, "fw.")->queue.name.starts_with("fw.delay:9:fw.events:all:" + ms + ":");
    };
    CHECK(has(1ns, "1"));
    CHECK(has(99ms, "99"));
    CHECK(has(101ms, "110"));
    CHECK(has(999ms, "1000"));
    CHECK(has(1100ms, "1100"));
    CHECK(has(9'901ms, "10000"));
    CHECK(has(10'001ms, "10100"));
    CHECK(has(12'345ms, "12400"));
    CHECK(has(24h - 2us, "86400000"));
    CHECK(delay_queue::of(to, 24h * 24, now, "fw."));
    CHECK_FALSE(delay_queue::of(to, 24h * 25, now, "fw."));
    auto const two_seconds = delay_queue::of(to, 2s, now, "fw.");
    table_view const arguments(two_seconds->queue.arguments);
    CHECK(find(arguments, "x-queue-type")->text() == "quorum");
    CHECK(find(arguments, "x-dead-letter-strategy")->text() == "at-least-once"); // for which it needs the next one
    CHECK(find(arguments, "x-overflow")->text() == "reject-publish");
    CHECK(find(arguments, "x-message-ttl")->integer() == 2'000);
    CHECK(find(arguments, "x-dead-letter-exchange")->text() == "fw.events");
    CHECK(find(arguments, "x-dead-letter-routing-key")->text() == "all");
    auto const name = [](route const& way) { return delay_queue::of(way, 2s, now, "fw.")->queue.name; };
    CHECK(name({"x", "y:z"}) != name({"x:y", "z"}));
}

TEST_CASE("a queue of delayed messages expires hours after all that can come into it is due", "[amqp]") {
    route const to{"", "fw.orders", true};
    for (duration const delay : {duration(1ms), duration(30s), duration(1h), duration(24h * 24)}) {
        CAPTURE(delay.count());
        // Whoever makes it, and whoever is the last one to find it there.
        for (auto made = now; made < now + delay + 12h; made += delay / 7 + 47min) {
            auto const queue = delay_queue::of(to, delay, made, "fw.")->queue;
            auto const expires = find(table_view(queue.arguments), "x-expires")->integer().value();
            auto last = made;
            for (auto const step : {duration(1h), duration(1min), duration(1s)})
                while (delay_queue::of(to, delay, last + step, "fw.")->queue.name == queue.name) last += step;
            CHECK(last + delay + 11h <= made + std::chrono::milliseconds(expires));
        }
    }
}

TEST_CASE("members who have heard of each other agree about the shards", "[amqp]") {
    env::steady_point const start{};
    member_list a(1), b(2);
    auto const shares = [](std::vector<bool> const& mine) { return std::count(mine.begin(), mine.end(), true); };
    CHECK(shares(a.mine(8)) == 8);
    CHECK(a.heard(2, start));
    CHECK_FALSE(a.heard(2, start + 1s));
    CHECK_FALSE(a.heard(1, start)); // itself
    CHECK(b.heard(1, start));
    auto const of_a = a.mine(8), of_b = b.mine(8);
    CHECK(shares(of_a) == 4);
    for (std::size_t i = 0; i < 8; ++i) CHECK(of_a[i] != of_b[i]);
    CHECK_FALSE(a.forget(start + 1s + member_list::most_silence - 1ns));
    CHECK(a.forget(start + 1s + member_list::most_silence));
    CHECK(shares(a.mine(8)) == 8);
    CHECK(b.left(1));
    CHECK_FALSE(b.left(1));
    CHECK(shares(b.mine(8)) == 8);
}
