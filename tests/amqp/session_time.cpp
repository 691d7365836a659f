// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Heartbeats, blocks, and ends.
#include "session_kit.hpp"

using namespace session_kit;
using namespace fairway::amqp_detail;
using session_kit::listener;

namespace {

void beat(server_end& at) {
    std::string bytes;
    append_heartbeat(bytes);
    at.send_raw(bytes);
}

} // namespace

TEST_CASE("a session that is idle says so after half of the interval") {
    world w;
    auto const at = w.open(); // 10 s
    auto const c = w.open_channel(*at, hear());
    w.settle();
    w.pass(4990ms);
    CHECK(at->heartbeats == 0);
    w.pass(10ms);
    CHECK(at->heartbeats == 1);
    w.pass(3s);
    c->put(basic_ack{1, false}); // says enough
    w.settle();
    w.pass(4990ms);
    CHECK(at->heartbeats == 1);
    w.pass(10ms);
    CHECK(at->heartbeats == 2);
    CHECK(w.downs.empty());
}

TEST_CASE("a broker is dead after two intervals of silence, and not before") {
    world w;
    auto const at = w.open();
    auto const user = hear();
    auto const c = w.open_channel(*at, user);
    w.settle();
    for (int i = 0; i < 30; ++i) {
        w.pass(5s);
        if (i % 3 == 2) beat(*at); // each 15 s
        w.settle();
    }
    CHECK(w.downs.empty());
    w.pass(19'990ms);
    CHECK(w.downs.empty());
    w.pass(10ms);
    CHECK(w.downs == std::vector<fairway::error_code>{errc::not_connected});
    CHECK(w.troubles == w.down_texts);
    CHECK(user->heard.size() == 1);
    CHECK(user->why == errc::not_connected);
    w.until([&] { return at->lost; });
    w.open(); // another one
    CHECK(w.ups == 2);
}

TEST_CASE("without heartbeats silence means nothing") {
    world w;
    w.options->heartbeat = 0s;
    auto const at = w.open({2047, 131072, 0});
    w.settle();
    for (int i = 0; i < 10; ++i) w.pass(1h);
    CHECK(w.downs.empty());
    CHECK(at->heartbeats == 0);
}

TEST_CASE("an idle session gives memory back, and goes on") {
    world w;
    auto const at = w.open();
    auto const user = hear();
    auto const c = w.open_channel(*at, user);
    for (std::uint64_t round = 1; round <= 3; ++round) {
        std::string many;
        for (int i = 0; i < 2000; ++i) append_method(many, 1, basic_ack{round, false}, 4096);
        at->send_raw(many);
        w.until([&] { return user->heard.size() == 2000 * round; });
        c->publish({}, {}, std::string(100'000, 'x'));
        w.settle();
        w.pass(5s);
        CHECK(at->heartbeats == static_cast<int>(round));
        beat(*at);
        w.settle();
    }
    CHECK(user->heard.size() == 6000);
    CHECK(w.downs.empty());
}

TEST_CASE("a broker that takes no messages says so, and says when it does again") {
    world w;
    auto const at = w.open();
    at->send(0, connection_blocked{"low on memory"});
    w.until([&] { return w.session->blocked(); });
    at->send(0, connection_blocked{"low on disk"});
    w.settle();
    CHECK(w.blocks == std::vector<bool>{true});
    // It reads nothing, but it lives.
    at->pause();
    auto const user = hear();
    auto const c = w.session->open(user);
    while (c->has_room()) c->publish({}, {}, std::string(100'000, 'x'));
    for (int i = 0; i < 20; ++i) {
        w.pass(9s);
        beat(*at);
        w.settle();
    }
    CHECK(w.downs.empty());
    at->resume();
    at->send(0, connection_unblocked());
    w.until([&] { return !w.session->blocked(); });
    CHECK(w.blocks == std::vector<bool>{true, false});
    // The next session begins without a block.
    at->send(0, connection_blocked{"again"});
    w.until([&] { return w.session->blocked(); });
    at->close();
    w.until([&] { return w.downs.size() == 1; });
    w.open();
    CHECK_FALSE(w.session->blocked());
}

TEST_CASE("the broker ends a session with a reason, gets its answer, and another session begins") {
    world w;
    auto const at = w.open();
    auto const user = hear();
    auto const c = w.open_channel(*at, user);
    auto const old = w.session;
    bool dropped = false;
    auto const token = std::shared_ptr<int>(new int(0), [&](int* p) {
        dropped = true;
        delete p;
    });
    c->call<queue_declare_ok>(queue_declare(), [t = token](queue_declare_ok const&) { FAIL_CHECK("answered"); });
    w.expect<queue_declare>(*at, 1);
    at->send(0, connection_close{reply_code::connection_forced, "CONNECTION_FORCED - shutdown", {}});
    w.expect<connection_close_ok>(*at, 0);
    CHECK(w.downs == std::vector<fairway::error_code>{errc::not_connected});
    CHECK(w.down_texts == lines{"CONNECTION_FORCED - shutdown"});
    CHECK(w.troubles == w.down_texts);
    CHECK(user->heard == lines{"closed: CONNECTION_FORCED - shutdown"});
    CHECK(token.use_count() == 1);
    CHECK(old->over());
    CHECK_FALSE(w.link->current());
    // Nothing comes of what is old.
    auto const late = hear();
    auto const none = old->open(late);
    CHECK(late->heard.empty());
    w.until([&] { return !late->heard.empty(); });
    CHECK(late->why == errc::not_connected);
    old->close();
    c->close();
    c->publish({}, {}, "x");
    // Our side closes at the latest after a second, where the broker does not.
    CHECK_FALSE(at->lost);
    w.pass(1s);
    w.until([&] { return at->lost; });
    w.open();
    CHECK(w.ups == 2);
}

TEST_CASE("a session that is lost says so to all, and with what was under way") {
    world w;
    auto const at = w.open();
    auto const one = hear();
    auto const two = hear();
    auto const c = w.open_channel(*at, one, 1);
    auto const d = w.session->open(two);
    lines order;
    one->then = [&] { order.push_back("one"); };
    two->then = [&] { order.push_back("two " + std::to_string(w.downs.size())); };
    at->close();
    w.until([&] { return w.downs.size() == 1; });
    CHECK(order == lines{"one", "two 0"}); // channels first
    CHECK(one->why == errc::not_connected);
    CHECK(two->why == errc::not_connected);
    CHECK(w.downs[0] == errc::not_connected);
}

TEST_CASE("a session that is closed writes what was put, and waits for the answer") {
    world w;
    auto const at = w.open();
    auto const user = hear();
    auto const c = w.open_channel(*at, user);
    for (int i = 0; i < 10; ++i) c->publish({}, {}, std::string(100'000, 'x'));
    w.link->stop();
    c->publish({}, {}, "not any more");
    CHECK_FALSE(c->has_room());
    w.until([&] { return at->frames.size() == 31; });
    auto const last = at->frames.back();
    at->frames = {last};
    auto const m = w.expect<connection_close>(*at, 0);
    CHECK(m.code == reply_code::success);
    // Whatever comes meanwhile is not heard.
    at->send(1, basic_ack{1, false});
    at->send(7, basic_ack{1, false});
    w.settle();
    CHECK(user->heard.empty());
    CHECK(w.downs.empty());
    int const how = GENERATE(0, 1, 2, 3);
    if (how == 0) at->send(0, connection_close_ok());
    if (how == 1) at->send(0, connection_close{reply_code::connection_forced, "at the same time", {}});
    if (how == 2) at->close();
    if (how == 3) at->send_raw("HTTP/1.1 400 Bad Request");
    w.until([&] { return w.downs.size() == 1; });
    if (how == 1) w.expect<connection_close_ok>(*at, 0);
    CHECK(w.clock->elapsed() < 1s);
    CHECK(w.downs[0] == errc::closed);
    CHECK(user->heard == lines{"closed: "});
    CHECK(user->why == errc::closed);
    CHECK(w.troubles.empty());
    w.pass(1min);
    CHECK(w.ends.size() == 1);
}

TEST_CASE("a broker that does not answer to the end has a second for it") {
    world w;
    auto const at = w.open();
    bool const reads = GENERATE(true, false);
    auto const user = hear();
    auto const c = w.open_channel(*at, user);
    if (!reads) {
        at->pause();
        while (c->has_room()) c->publish({}, {}, std::string(100'000, 'x'));
    }
    w.link->stop();
    w.settle();
    w.pass(990ms);
    CHECK(w.downs.empty());
    w.pass(10ms);
    CHECK(w.downs == std::vector<fairway::error_code>{errc::closed});
    at->resume();
    w.until([&] { return at->lost; });
}

TEST_CASE("where it can't write any more a session still hears why the broker has closed, for a second") {
    world w;
    auto const at = w.open();
    auto const c = w.open_channel(*at, hear());
    w.pace->broken = true;
    c->put(basic_ack{1, false});
    w.settle();
    CHECK(w.downs.empty());
    SECTION("it says so") {
        at->send(0, connection_close{reply_code::connection_forced, "CONNECTION_FORCED - shutdown", {}});
        w.until([&] { return !w.downs.empty(); });
        CHECK(w.down_texts.front().find("CONNECTION_FORCED - shutdown") != std::string::npos);
    }
    SECTION("it says nothing") {
        w.pass(999ms);
        CHECK(w.downs.empty());
        w.pass(1ms);
        REQUIRE(w.downs.size() == 1);
        CHECK(w.downs.front() == errc::not_connected);
    }
}
