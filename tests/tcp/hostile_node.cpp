// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Peers that break rules, or use all that these allow, at a node with services: it keeps little for them, says little
// of them, and goes on to serve the others.
#include "hostile_kit.hpp"

#include "fw_catch.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <list>

using namespace hostile_kit;

namespace {

constexpr std::size_t mebibyte = 1024 * 1024;
constexpr std::size_t most_per_peer = 2 * mebibyte;

std::size_t grown_since(std::size_t before) {
    auto const now = heap_bytes();
    return now > before ? now - before : 0;
}

// Asks the node to consume what this peer sends; the number of the consumer.
std::uint32_t offer_orders(world& w, bad_peer& p) {
    p.say(offer_record{1, wire_kind::point_to_point, 0, orders::name});
    REQUIRE(w.until([&] { return p.has(record_type::subscribe); }));
    return read_fields<subscribe_record>(p.payload_of(record_type::subscribe)).consumer;
}
std::string order(std::string_view body) {
    envelope_head head;
    head.id = {7, 8};
    head.type = "hostile.place";
    head.content_type = "application/json";
    return bytes_of(envelope::of_bytes(head, headers().view(), body));
}
subscribe_record subscription_to(std::uint32_t consumer, std::string_view channel, std::uint32_t shards) {
    subscribe_record s;
    s.consumer = consumer;
    s.kind = wire_kind::publish_subscribe;
    s.shards = shards;
    s.channel = channel;
    s.group = "bad";
    s.prefetch = 0xffffffffU;
    s.window_messages = 0xffffffffU;
    s.window_bytes = ~std::uint64_t{0};
    s.member = consumer;
    return s;
}

} // namespace

TEST_CASE("at a node, peers that are silent after the connection was made go after 10 s") {
    world w;
    REQUIRE(w.serves());
    auto const before = heap_bytes();
    std::list<bad_peer> all;
    for (int i = 0; i < 32; ++i) all.emplace_back(w);
    w.settle();
    CHECK(grown_since(before) < 32 * 64 * 1024);
    CHECK(w.serves());
    w.pass(11s);
    CHECK(std::all_of(all.begin(), all.end(), [](auto const& p) { return p.ended(); }));
    CHECK(w.troubles.size() == 32);
    CHECK(w.serves());
}

TEST_CASE("at a node, one byte a second ends before the peer is authenticated, and is little afterwards") {
    world w;
    REQUIRE(w.serves());
    bad_peer slow(w);
    for (int i = 0; i < 12 && !slow.ended(); ++i) {
        slow.say(std::string(preamble.substr(static_cast<std::size_t>(i) % 8, 1)));
        w.pass(1s);
    }
    CHECK(slow.ended());
    auto const before = heap_bytes();
    bad_peer known(w);
    known.greet();
    known.say(with_size(mebibyte, std::string(1, static_cast<char>(record_type::reply))));
    for (int i = 0; i < 60; ++i) {
        known.say(std::string(1, 'x'));
        w.pass(1s);
    }
    CHECK_FALSE(known.ended()); // it lives, and has time
    CHECK(grown_since(before) < most_per_peer);
    CHECK(w.serves());
}

TEST_CASE("at a node, whatever is no Fairway is cut off, and never shown") {
    world w;
    REQUIRE(w.serves());
    auto const before = heap_bytes();
    std::string const secret = "c0ffee-secret";
    for (auto const& said : {"GET /" + secret + " HTTP/1.1\r\nHost: x\r\n\r\n", "\x16\x03\x01\x02\x01\x01" + secret,
             "SSH-2.0-" + secret, std::string(4096, '\0') + secret, std::string(4096, '\xff') + secret,
             with_size(0, secret), with_size(0xffffffffU, secret), with_size(0x80000000U, secret)}) {
        for (bool const after_preamble : {false, true}) {
            bad_peer p(w);
            p.say((after_preamble ? std::string(preamble) : std::string()) + said);
            CHECK(w.until([&] { return p.ended(); }, 11s));
        }
    }
    for (auto const size : {0U, 0x7fffffffU, 0x80000000U, 0xffffffffU}) {
        bad_peer p(w);
        p.greet();
        p.say(with_size(size, secret));
        CHECK(w.until([&] { return p.ended(); }, 11s));
    }
    CHECK(std::none_of(w.troubles.begin(), w.troubles.end(),
        [&](auto const& t) { return t.find(secret) != std::string::npos || t.size() > 300; }));
    CHECK(grown_since(before) < most_per_peer);
    CHECK(w.serves());
}

TEST_CASE("at a node, header bombs end the session") {
    world w;
    REQUIRE(w.serves());
    auto const before = heap_bytes();
    headers many;
    for (int i = 0; i < 64; ++i) many.set("h" + std::to_string(i), "v");
    envelope_head head;
    head.id = {1, 2};
    head.type = "hostile.place";
    auto const good = bytes_of(envelope::of_bytes(head, many.view(), "{}"));
    // The packed headers, with their count and size, stand before the size of the body and the body.
    auto const packed = many.view().packed().size();
    auto const at = good.size() - 2 - 4 - packed - 5;
    REQUIRE(static_cast<unsigned char>(good[at + 4]) == 64);
    std::vector<std::string> bombs;
    for (int count : {0, 63, 65, 255}) {
        bombs.push_back(good);
        bombs.back()[at + 4] = static_cast<char>(count);
    }
    for (int byte : {0x00, 0x7f, 0x80, 0xff}) { // of the size
        bombs.push_back(good);
        bombs.back()[at + 3] = bombs.back()[at + 2] = static_cast<char>(byte);
        if (byte == 0) bombs.back()[at] = 0;
    }
    for (auto const& bomb : bombs) {
        bad_peer p(w);
        p.greet();
        auto const consumer = offer_orders(w, p);
        p.say(delivery_to(consumer, 1, bomb));
        CHECK(p.goodbye() == goodbye_code::protocol);
    }
    CHECK(grown_since(before) < most_per_peer);
    CHECK(w.handled == 1);
    CHECK(w.serves());
}

TEST_CASE("at a node, nothing is done for peers that are not authenticated") {
    world w([](tcp_options& o) { o.accept_with(nullptr, true); });
    for (bool const greets : {false, true}) {
        bad_peer p(w);
        std::string bytes(preamble);
        hello_record h;
        h.node = id_of(9);
        if (greets) append_record(bytes, h);
        append_record(bytes, subscription_to(1, "hostile.sales", 0));
        append_record(bytes, offer_record{1, wire_kind::point_to_point, 0, orders::name});
        p.say(bytes);
        CHECK(p.goodbye() == (greets ? goodbye_code::unauthorized : goodbye_code::protocol));
        CHECK(p.heard() == 1);
    }
    CHECK(w.handled == 0);
}

TEST_CASE("at a node, deliveries beyond the window end the session") {
    world w;
    REQUIRE(w.serves());
    w.stuck = true;
    auto const before = heap_bytes();
    bad_peer p(w);
    p.greet();
    auto const consumer = offer_orders(w, p);
    auto const window = read_fields<subscribe_record>(p.payload_of(record_type::subscribe)).window_messages;
    auto const one = order(R"({"number":1})");
    std::string bytes;
    for (std::uint64_t tag = 1; tag <= window; ++tag) bytes += delivery_to(consumer, tag, one);
    p.say(bytes);
    w.pass(1s);
    CHECK_FALSE(p.ended());
    CHECK(grown_since(before) < most_per_peer);
    bytes.clear();
    for (std::uint64_t tag = 1; tag <= 1'000; ++tag) bytes += delivery_to(consumer, window + tag, one);
    p.say(bytes);
    CHECK(p.goodbye() == goodbye_code::protocol);
    CHECK(grown_since(before) < most_per_peer);
    w.stuck = false;
    w.pass(1s);
    CHECK(w.serves());
}

TEST_CASE("at a node, settlements of what was never delivered end the session") {
    world w;
    REQUIRE(w.serves());
    for (auto const how : {settle_how::accepted, settle_how::released, settle_how::returned})
        for (std::uint64_t const tag : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 63})
            for (std::uint32_t const count : {1U, 0xffffffffU}) {
                bad_peer p(w);
                p.greet();
                p.say(subscription_to(1, sales::name, 0));
                REQUIRE(w.until([&] { return p.has(record_type::subscribed); }));
                settled const one{tag, count, how};
                p.say(settle_record{1, ~std::uint64_t{0}, settled_list({&one, 1})});
                CHECK(p.goodbye() == goodbye_code::protocol);
            }
    CHECK(w.serves());
}

TEST_CASE("at a node, deliveries that come with a goodbye are handled where nobody delivers them again") {
    for (auto const why : {goodbye_code::shutting_down, goodbye_code::normal}) {
        world w;
        REQUIRE(w.serves());
        bad_peer p(w);
        p.greet();
        auto const consumer = offer_orders(w, p);
        std::string bytes = delivery_to(consumer, 1, order(R"({"number":1})"));
        append_record(bytes, goodbye_record{why, {}});
        p.say(bytes);
        w.pass(1s);
        CHECK(p.ended());
        CHECK(w.handled == (why == goodbye_code::shutting_down ? 2 : 1));
        CHECK(w.serves());
    }
    // Also where they are more than it takes.
    world w;
    bad_peer p(w);
    p.greet();
    auto const consumer = offer_orders(w, p);
    std::string bytes = delivery_to(consumer, 1, order(R"({"number":1})"));
    bytes += delivery_to(consumer, 1, order(R"({"number":1})"));
    append_record(bytes, goodbye_record{goodbye_code::shutting_down, {}});
    p.say(bytes);
    w.pass(1s);
    CHECK(p.ended());
    CHECK(w.serves());
}

TEST_CASE("at a node, a consumer that pauses again and again ends the session") {
    world w;
    bad_peer p(w);
    p.greet();
    p.say(subscription_to(1, sales::name, 0));
    p.say(pause_record{1});
    REQUIRE(w.until([&] { return p.has(record_type::closed); }));
    p.say(pause_record{1});
    CHECK(p.goodbye() == goodbye_code::protocol);
    CHECK(w.serves());
}

TEST_CASE("at a node, a delivery to no consumer ends the session") {
    world w;
    bad_peer p(w);
    p.greet();
    envelope_head head;
    head.id = {7, 9};
    head.type = "hostile.sold";
    auto const message = bytes_of(envelope::of_bytes(head, headers().view(), "{}"));
    p.say(delivery_to(0, 1, message));
    CHECK(p.goodbye() == goodbye_code::protocol);
    CHECK(w.serves());
}

TEST_CASE("at a node, what is said of consumers and roads that are not there changes nothing") {
    world w;
    REQUIRE(w.serves());
    bad_peer p(w);
    p.greet();
    p.say(subscription_to(1, sales::name, 0));
    REQUIRE(w.until([&] { return p.has(record_type::subscribed); }));
    std::string bytes;
    settled const one{1, 1, settle_how::accepted};
    append_record(bytes, settle_record{77, 1, settled_list({&one, 1})});
    for (std::uint32_t const shard : {0U, 1U, 0xffffffffU}) append_record(bytes, hold_record{1, shard, true});
    append_record(bytes, recalled_record{1});
    append_record(bytes, withdraw_record{5});
    append_record(bytes, unsubscribe_record{5});
    p.say(bytes);
    CHECK_FALSE(p.ended());
    // It is delivered to nevertheless, as all are.
    auto const sale = w.stock->sender<sales>();
    sold const s{"tea"};
    CHECK_FALSE(sale.try_send(s));
    CHECK(w.until([&] { return p.has(record_type::deliver); }));
    CHECK(w.serves());
}

TEST_CASE("at a node, answers to what was never asked end the session") {
    for (auto const& say : std::vector<std::function<void(bad_peer&)>>{[](bad_peer& p) { p.say(subscribed_record{1}); },
             [](bad_peer& p) { p.say(closed_record{1}); },
             [](bad_peer& p) {
                 p.say(recall_record{1, 0});
             },
             [](bad_peer& p) {
                 p.say(held_record{1, 0});
             },
             [](bad_peer& p) { p.say(delivery_to(1, 1, order("{}"))); },
             [](bad_peer& p) { p.say(ack_record{1'000'000}); }}) {
        world w;
        REQUIRE(w.serves());
        bad_peer p(w);
        p.greet();
        say(p);
        CHECK(p.goodbye() == goodbye_code::protocol);
        CHECK(w.handled == 1);
        CHECK(w.serves());
    }
}

TEST_CASE("at a node, for a subscriber that never reads only so much is kept, and for so long") {
    world w([](tcp_options& o) { o.queue(1'000, mebibyte); });
    REQUIRE(w.serves());
    auto const before = heap_bytes();
    {
        bad_peer p(w, false);
        p.greet();
        p.say(subscription_to(1, sales::name, 0)); // with a window without bounds
        auto const sale = w.stock->sender<sales>();
        sold const s{std::string(1'000, 'x')};
        std::size_t sent = 0;
        for (int i = 0; i < 30'000; ++i) {
            sent += !sale.try_send(s);
            if (i % 100 == 0) w.settle();
        }
        CHECK(sent >= 1'000);
        // What is in the session and in the channel until it was acknowledged, and the queue of the group.
        CHECK(grown_since(before) < most_per_peer + mebibyte);
        CHECK(w.serves());
        w.pass(50s); // it acknowledges nothing
        CHECK(w.troubles.size() <= 2);
    }
    // What its group has not had, which is kept for whoever comes next.
    CHECK(grown_since(before) < most_per_peer + mebibyte);
    CHECK(w.serves());
}

TEST_CASE("at a node, a subscriber that settles nothing but says it has gets its window, and no more") {
    world w([](tcp_options& o) { o.queue(1'000, mebibyte); });
    REQUIRE(w.serves());
    bad_peer p(w);
    p.greet();
    p.say(subscription_to(1, sales::name, 0));
    auto const sale = w.stock->sender<sales>();
    sold const s{std::string(100'000, 'x')};
    settled const none{std::uint64_t{1} << 40, 1, settle_how::accepted};
    for (int i = 0; i < 400; ++i) {
        static_cast<void>(sale.try_send(s));
        w.settle();
        if (i % 10 == 0) p.say(ack_record{0});
    }
    CHECK(p.count(record_type::deliver) + p.count(record_type::fragment) < 200);
    p.say(settle_record{1, 100'000, settled_list({&none, 1})});
    CHECK(p.goodbye() == goodbye_code::protocol);
    CHECK(w.serves());
}

TEST_CASE("the bytes that are out are those that were sent and are not settled") {
    sent_sizes out;
    CHECK(out.bytes() == 0);
    for (std::uint32_t size : {10U, 0U, 30U, 40U}) out.add(size);
    CHECK(out.bytes() == 80);
    CHECK(out.end(3, 1));
    CHECK_FALSE(out.end(3, 1)); // again
    CHECK_FALSE(out.end(2, 1)); // it was not sent
    CHECK(out.bytes() == 50);
    CHECK_FALSE(out.end(0, 0xffffffffU));
    CHECK(out.end(1, 1));
    CHECK(out.end(4, 1));
    CHECK(out.bytes() == 0);
    out.add(5); // with the tag 5
    for (std::uint64_t const tag : {std::uint64_t{1}, std::uint64_t{6}, ~std::uint64_t{0}})
        CHECK_FALSE(out.end(tag, 1));
    CHECK(out.bytes() == 5);
    CHECK_FALSE(out.end(5, 0xffffffffU));
    CHECK(out.bytes() == 0);
}

TEST_CASE("at a node, replies to who never reads them are bounded") {
    world w;
    REQUIRE(w.serves());
    auto const before = heap_bytes();
    bad_peer p(w, false);
    p.greet();
    p.say(offer_record{1, wire_kind::point_to_point, 0, orders::name});
    constexpr std::uint32_t consumer = 1; // the first one that the node tells it of
    for (std::uint64_t tag = 1; tag <= 3'000 && !p.ended(); ++tag) {
        envelope_head head;
        head.id = {tag, 1};
        head.correlation = {tag, 2};
        head.type = "hostile.place";
        head.content_type = "application/json";
        // Each time to another reply channel.
        auto const to = tcp_detail::reply_address{id_of(9), tag}.text();
        head.reply_to = to;
        p.say(delivery_to(consumer, tag, bytes_of(envelope::of_bytes(head, headers().view(), R"({"number":1})"))));
    }
    w.pass(1s);
    CHECK(w.handled > 1'000);
    CHECK(grown_since(before) < 2 * most_per_peer); // with what the service knows of duplicates
    CHECK(w.serves());
}

TEST_CASE("at a node, ten thousand idle connections leave it as it was") {
    rlimit files{};
    REQUIRE(getrlimit(RLIMIT_NOFILE, &files) == 0);
    // The node's own connections and what the process has open besides.
    constexpr rlim_t beside = 3'000;
    constexpr std::size_t many = 10'000;
    if (files.rlim_max < many + beside) {
        WARN("not tested: ten thousand connections need a limit of "
             << many + beside << " open files (ulimit -Hn), not " << files.rlim_max);
        return;
    }
    files.rlim_cur = files.rlim_max;
    REQUIRE(setrlimit(RLIMIT_NOFILE, &files) == 0);
    world w;
    REQUIRE(w.serves());
    auto const before = heap_bytes();
    {
        std::list<ip::tcp::socket> all;
        for (std::size_t i = 0; i < many; ++i) {
            all.emplace_back(w.io).connect(ip::tcp::endpoint(ip::make_address("127.0.0.1"), w.at.port));
            if (i % 64 == 63) w.settle();
        }
        w.settle();
        // A quarter KiB of each is the test's own.
        CHECK(grown_since(before) < 2 * most_per_peer + many * 512);
        CHECK(w.troubles.size() < 100);
        CHECK(w.serves());
    }
    w.pass(11s);
    CHECK(w.troubles.size() < 150);
    CHECK(w.serves());
}

TEST_CASE("at a node, many sessions that are idle are little each") {
    world w;
    REQUIRE(w.serves());
    auto const before = heap_bytes();
    std::list<bad_peer> all;
    for (unsigned i = 0; i < 200; ++i) all.emplace_back(w).greet(10 + i % 200);
    CHECK(grown_since(before) < 200 * 192 * 1024UL);
    CHECK(w.serves());
}

TEST_CASE("at a node, a storm of subscriptions is refused when it asks for too much") {
    world w;
    REQUIRE(w.serves());
    auto const before = heap_bytes();
    {
        std::list<bad_peer> all;
        for (unsigned peer = 0; peer < 4; ++peer) {
            auto& p = all.emplace_back(w);
            p.greet(10 + peer);
            std::string bytes;
            std::list<std::string> names; // 1,024 consumers of 4,096 shards, first of one channel, then of many
            for (std::uint32_t n = 1; n <= 1'024; ++n) {
                names.push_back("storm-" + std::to_string(peer % 2 == 0 ? 0 : n) + "-" + std::to_string(peer));
                append_record(bytes, subscription_to(n, names.back(), peer < 2 ? 4'096 : 64));
                append_record(bytes, declare_record{wire_kind::publish_subscribe, 4'096, names.back(), "group"});
            }
            p.say(bytes);
            CHECK(w.until([&] { return p.count(record_type::subscribed) + p.count(record_type::refused) >= 1'024; }));
            CHECK(p.count(record_type::refused) > 0);
            CHECK_FALSE(p.ended());
            CHECK(p.count(record_type::recall) <= 1'024);
            CHECK(grown_since(before) < (peer + 1) * most_per_peer);
        }
        CHECK(w.serves());
        for (auto& p : all) p.close();
        w.pass(20s);
    }
    // With them goes what was there for them alone.
    CHECK(grown_since(before) < most_per_peer);
    CHECK(w.serves());
}

TEST_CASE("at a node, a peer does not decide what a channel is that services open later") {
    using late = publish_subscribe<"hostile.late", sold>;
    using jobs = point_to_point<"hostile.jobs", place>;
    world w;
    REQUIRE(w.serves());
    bad_peer wrong(w);
    wrong.greet(10);
    wrong.say(declare_record{wire_kind::publish_subscribe, 7, late::name, "bad"});
    wrong.say(declare_record{wire_kind::publish_subscribe, 0, jobs::name, "bad"});
    wrong.say(subscription_to(1, late::name, 7));
    wrong.say(subscription_to(2, jobs::name, 0));
    bad_peer right(w);
    right.greet(11);
    right.say(subscription_to(1, late::name, 0));
    REQUIRE(w.until([&] { return wrong.count(record_type::subscribed) == 2 && right.has(record_type::subscribed); }));

    w.stock->handle<jobs>([](place const& p) { return placed{p.number}; });
    auto const out = w.stock->sender<late>();
    sold const s{"tea"};
    CHECK_FALSE(out.try_send(s));
    CHECK(w.until([&] { return right.has(record_type::deliver) && wrong.count(record_type::refused) == 2; }));
    CHECK(read_fields<refused_record>(wrong.payload_of(record_type::refused)).reason ==
          static_cast<std::uint16_t>(errc::topology_mismatch));
    CHECK_FALSE(wrong.has(record_type::deliver));
    CHECK_FALSE(right.has(record_type::refused));
    // From now on it is refused at once, and may still have what is as it takes it for.
    wrong.say(subscription_to(3, late::name, 7));
    auto as_it_is = subscription_to(4, late::name, 0);
    as_it_is.group = "another";
    wrong.say(as_it_is);
    CHECK(w.until([&] { return wrong.count(record_type::refused) == 3 && wrong.count(record_type::subscribed) == 3; }));
    CHECK_FALSE(wrong.has(record_type::deliver));
    CHECK_FALSE(out.try_send(s));
    CHECK(w.until([&] { return wrong.has(record_type::deliver); }));
    CHECK_FALSE(wrong.ended());
    CHECK(w.serves());
}

TEST_CASE("at a node, more offers than there may be end the session, for their number") {
    world w;
    REQUIRE(w.serves());
    bad_peer p(w);
    p.greet();
    auto const offers = [](std::uint32_t first, std::uint32_t last) {
        std::string bytes;
        for (auto n = first; n <= last; ++n) {
            auto const name = "storm-" + std::to_string(n);
            append_record(bytes, offer_record{n, wire_kind::point_to_point, 0, name});
        }
        return bytes;
    };
    p.say(offers(1, 1'024));
    CHECK(w.until([&] { return p.count(record_type::answered) == 1'024; }));
    CHECK_FALSE(p.ended());
    p.say(offers(1'025, 1'025));
    CHECK(p.goodbye() == goodbye_code::limits);
    CHECK(w.serves());
}

TEST_CASE("at a node, offers of what no channel can be end the session") {
    world w;
    auto const too_long = std::string(max_channel_name_length + 1, 'c');
    for (auto const& o :
        {offer_record{1, wire_kind::publish_subscribe, 0, orders::name},
            offer_record{1, wire_kind::point_to_point, 0, "or ders"}, offer_record{1, wire_kind::point_to_point, 0, ""},
            offer_record{1, wire_kind::point_to_point, 4'097, orders::name},
            offer_record{1, wire_kind::point_to_point, 0, too_long}}) {
        bad_peer p(w);
        p.greet();
        p.say(o);
        CHECK(p.goodbye() == goodbye_code::protocol);
    }
    CHECK(w.serves());
}

TEST_CASE("at a node, groups that come and go are bounded") {
    world w;
    REQUIRE(w.serves());
    auto const sale = w.stock->sender<sales>();
    auto const before = heap_bytes();
    for (unsigned visit = 0; visit < 4; ++visit) {
        bad_peer p(w);
        p.greet(10 + visit);
        std::string bytes;
        std::list<std::string> names;
        for (unsigned n = 0; n < 2'000; ++n) {
            names.push_back("g" + std::to_string(visit * 2'000 + n));
            append_record(bytes, declare_record{wire_kind::publish_subscribe, 0, sales::name, names.back()});
        }
        p.say(bytes);
        w.settle();
        p.close();
        w.pass(11s);
    }
    CHECK(grown_since(before) < most_per_peer);
    CHECK(w.serves());
}

TEST_CASE("lines about trouble are bounded, and count what they leave out") {
    tcp_detail::trouble_limit limit;
    env::steady_point at{std::chrono::hours(1)};
    for (std::uint32_t i = 0; i < limit.at_once; ++i) REQUIRE(limit.admit(at) == 0U);
    for (int i = 0; i < 10; ++i) CHECK_FALSE(limit.admit(at));
    CHECK_FALSE(limit.admit(at + 999ms));
    CHECK(limit.admit(at + 1s) == 11U);
    CHECK_FALSE(limit.admit(at + 1s));
    CHECK_FALSE(limit.admit(at + 1'999ms));
    CHECK(limit.admit(at + 2s) == 2U);
    CHECK(limit.admit(at + 1h) == 0U);
    for (std::uint32_t i = 1; i < limit.at_once; ++i) CHECK(limit.admit(at + 1h) == 0U);
    CHECK_FALSE(limit.admit(at + 1h));
}
