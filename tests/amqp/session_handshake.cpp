// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// How a connection begins, and how it does not.
#include "session_kit.hpp"

using namespace session_kit;
using namespace fairway::amqp_detail;
using session_kit::amqp::frame_type;

namespace {

// What is told has nothing of what it takes to be this client.
void check_texts(world const& w) {
    for (auto const& text : w.troubles) {
        CHECK(text.find("hush") == std::string::npos);
        CHECK(text.size() <= 200);
    }
}
// The attempt fails so, and the connection is closed.
void check_failure(world& w, server_end& at, errc why) {
    w.until([&] { return !w.troubles.empty() && at.lost; });
    CAPTURE(w.troubles[0]);
    CHECK(w.trouble_codes[0] == why);
    CHECK(w.trouble_places[0] == w.doors[0]->local().text());
    CHECK(w.ups == 0);
    CHECK(w.downs.empty());
    check_texts(w);
}

} // namespace

TEST_CASE("a session begins as AMQP 0-9-1 says, with what RabbitMQ wants to know of its clients") {
    world w;
    w.options->virtual_host = "shop";
    w.start();
    auto const at = w.next_end();
    at->send(0, world::offer());
    auto const ok = w.expect<connection_start_ok>(*at, 0);
    CHECK(ok.mechanism == "PLAIN");
    CHECK(ok.response.bytes == std::string_view("\0clerk\0hush-hush", 16));
    CHECK(ok.locale == "en_US");
    CHECK(find(ok.client_properties, "product")->text() == "Fairway");
    CHECK(find(ok.client_properties, "connection_name")->text() == "the till");
    auto const can = find(ok.client_properties, "capabilities")->table().value();
    for (auto const* what : {"publisher_confirms", "basic.nack", "consumer_cancel_notify", "connection.blocked",
             "authentication_failure_close"})
        CHECK(find(can, what)->flag() == true);
    at->send(0, connection_tune{2047, 131072, 60});
    auto const tuned = w.expect<connection_tune_ok>(*at, 0);
    CHECK(tuned.channel_max == 2047);
    CHECK(tuned.frame_max == 131072);
    CHECK(tuned.heartbeat == 10);
    CHECK(w.expect<connection_open>(*at, 0).virtual_host == "shop");
    CHECK_FALSE(w.link->current());
    at->send(0, connection_open_ok());
    w.until([&] { return w.ups == 1; });
    CHECK(w.link->current() == w.session);
    CHECK_FALSE(w.session->blocked());
    CHECK(w.troubles.empty());
    CHECK_FALSE(w.pace->overlaps);
}

TEST_CASE("a session keeps to the lesser of both sides' limits") {
    struct {
        connection_tune offered;
        connection_tune_ok agreed;
    } const cases[] = {
        {{0, 0, 0}, {100, 65536, 2}}, // 0: it does not mind
        {{7, 4096, 1}, {7, 4096, 1}},
        {{7, 10, 60}, {7, 4096, 2}}, // nobody may want less than 4096
        {{2047, 131072, 60}, {100, 65536, 2}},
    };
    for (auto const& c : cases) {
        world w;
        w.options->channel_max = 100;
        w.options->frame_max = 65536;
        w.options->heartbeat = 1001ms;
        w.open(c.offered);
        CHECK(w.agreed.channel_max == c.agreed.channel_max);
        CHECK(w.agreed.frame_max == c.agreed.frame_max);
        CHECK(w.agreed.heartbeat == c.agreed.heartbeat);
    }
}

TEST_CASE("without a user's name a client is who its certificate says") {
    world w;
    w.options->user.clear();
    w.start();
    auto const at = w.next_end();
    at->send(0, world::offer());
    auto const ok = w.expect<connection_start_ok>(*at, 0);
    CHECK(ok.mechanism == "EXTERNAL");
    CHECK(ok.response.bytes.empty());
}

TEST_CASE("a broker that wants other credentials is not asked again soon") {
    world w;
    w.start();
    auto const at = w.next_end();
    SECTION("it offers no mechanism that fits") { at->send(0, world::offer("AMQPLAIN EXTERNAL")); }
    SECTION("it wants to hear more") {
        at->send(0, world::offer());
        at->send(0, connection_secure{{"and?"}});
    }
    SECTION("it refuses the password") {
        at->send(0, world::offer());
        w.expect<connection_start_ok>(*at, 0);
        at->send(0, connection_close{reply_code::access_refused, "ACCESS_REFUSED - Login was refused", {}});
        w.expect<connection_close_ok>(*at, 0);
        at->close();
        w.until([&] { return !w.troubles.empty(); });
        CHECK(w.troubles[0] == "ACCESS_REFUSED - Login was refused");
    }
    SECTION("it refuses the virtual host") {
        at->send(0, world::offer());
        at->send(0, connection_tune{2047, 131072, 60});
        w.expect<connection_start_ok>(*at, 0);
        w.expect<connection_tune_ok>(*at, 0);
        w.expect<connection_open>(*at, 0);
        at->send(0, connection_close{reply_code::not_allowed, "NOT_ALLOWED - vhost shop not found", {}});
        w.expect<connection_close_ok>(*at, 0);
        at->close();
    }
    w.until([&] { return !w.troubles.empty() && (at->lost || w.ends[0]->frames.empty()); });
    CHECK(w.trouble_codes[0] == errc::unauthorized);
    CHECK(w.ups == 0);
    check_texts(w);
    w.settle();
    w.pass(2s);
    CHECK(w.ends.size() == 1);
    w.pass(5s);
    CHECK(w.ends.size() == 2);
}

TEST_CASE("a server that does not speak AMQP 0-9-1 is told apart") {
    world w;
    w.start();
    auto const at = w.next_end();
    SECTION("by its protocol header") { at->send_raw(std::string_view("AMQP\0\1\0\0", 8)); }
    SECTION("by what it starts with") {
        auto start = world::offer();
        start.version_major = 8;
        at->send(0, start);
    }
    check_failure(w, *at, errc::unsupported);
}

TEST_CASE("a server that breaks the protocol in the handshake is left, with a word about it") {
    struct {
        std::string what;
        reply_code code;
        std::function<void(server_end&)> act;
    } const cases[] = {
        {"garbage", reply_code::frame_error, [](server_end& at) { at.send_raw("HTTP/1.1 400 Bad Request\r\n\r\n"); }},
        {"a frame above 4 KiB", reply_code::frame_error,
            [](server_end& at) { at.send_raw(std::string_view("\1\0\0\0\0\x0f\xf9", 7)); }},
        {"a frame of 4 GiB", reply_code::frame_error,
            [](server_end& at) { at.send_raw(std::string_view("\1\0\0\xff\xff\xff\xff", 7)); }},
        {"a frame without its end", reply_code::frame_error,
            [](server_end& at) { at.send_raw(std::string_view("\1\0\0\0\0\0\4\0\x0a\0\x0a\0", 12)); }},
        {"another order", reply_code::command_invalid,
            [](server_end& at) {
                at.send(0, connection_tune{2047, 131072, 60});
            }},
        {"open at once", reply_code::command_invalid, [](server_end& at) { at.send(0, connection_open_ok()); }},
        {"two starts", reply_code::command_invalid,
            [](server_end& at) {
                at.send(0, world::offer());
                at.send(0, world::offer());
            }},
        {"a channel", reply_code::channel_error, [](server_end& at) { at.send(1, channel_open_ok()); }},
        {"a message", reply_code::unexpected_frame,
            [](server_end& at) { at.send_raw(std::string_view("\3\0\0\0\0\0\1x\xce", 9)); }},
        {"what a client says", reply_code::command_invalid, [](server_end& at) { at.send(0, connection_open()); }},
        {"a method that nobody knows", reply_code::not_implemented,
            [](server_end& at) { at.send_raw(std::string_view("\1\0\0\0\0\0\4\0\x0a\0\x63\xce", 12)); }},
    };
    for (auto const& c : cases) {
        CAPTURE(c.what);
        world w;
        w.start();
        auto const at = w.next_end();
        c.act(*at);
        w.until([&] { return !w.troubles.empty(); });
        CHECK(w.trouble_codes[0] == errc::decode_failed);
        w.until([&] { return !at->frames.empty(); });
        if (at->frames.size() > 1) at->frames.pop_front(); // start-ok
        CHECK(w.expect_close(*at).code == c.code);
        CHECK(w.ups == 0);
        check_texts(w);
    }
}

TEST_CASE("a server that says nothing is left after 10 s, and one that closes at once") {
    world w;
    w.start();
    auto const at = w.next_end();
    bool const silent = GENERATE(true, false);
    if (silent) {
        w.settle();
        w.pass(9990ms);
        CHECK(w.troubles.empty());
        w.pass(10ms);
        REQUIRE(w.troubles.size() == 1);
    } else {
        at->close();
    }
    check_failure(w, *at, silent ? errc::timed_out : errc::not_connected);
    w.until([&] { return w.ends.size() == 2; }); // soon
}

TEST_CASE("names that no connection can be opened with are said to be too large") {
    world w;
    w.options->user = std::string(5000, 'u');
    w.start();
    auto const at = w.next_end();
    at->send(0, world::offer());
    check_failure(w, *at, errc::too_large);
}

TEST_CASE("what a broker says is told within bounds") {
    world w;
    w.start();
    auto const at = w.next_end();
    std::string const text = "line\r\n\x1b[2J" + std::string(240, 'x');
    at->send(0, connection_close{reply_code::connection_forced, text, {}});
    w.expect<connection_close_ok>(*at, 0);
    w.until([&] { return !w.troubles.empty(); });
    CHECK(w.trouble_codes[0] == errc::not_connected);
    CHECK(w.troubles[0].starts_with("line???[2Jxxx"));
    CHECK(w.troubles[0].size() == 200);
}
