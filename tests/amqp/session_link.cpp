// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Links: which host, when again, and what may be dropped when.
#include "env/tls_kit.hpp"
#include "session_kit.hpp"

#include <fairway/env/sleep.hpp>
#include <fairway/transport/amqp/tls.hpp>

#include <algorithm>
#include <set>
#include <utility>

using namespace session_kit;
using namespace fairway::amqp_detail;
using session_kit::listener;

TEST_CASE("a link needs a host") {
    world w;
    CHECK_THROWS_AS(session_kit::amqp::link::start(w.io.get_executor(), w.options, w), fairway::system_error);
}

TEST_CASE("a link tries all hosts of a round at once, each time in another order, and rests between rounds") {
    world w;
    for (int i = 0; i < 3; ++i) w.listen();
    w.start();
    std::set<lines> orders;
    std::vector<fairway::duration> pauses;
    for (std::size_t round = 0; round < 12; ++round) {
        auto const before = w.clock->elapsed();
        for (std::size_t i = 0; i < 3; ++i) {
            auto const at = w.next_end();
            if (i == 0) pauses.push_back(w.clock->elapsed() - before);
            at->close();
            w.until([&] { return w.troubles.size() == 3 * round + i + 1; });
        }
        lines const order(w.trouble_places.end() - 3, w.trouble_places.end());
        CHECK(std::set<std::string>(order.begin(), order.end()).size() == 3);
        orders.insert(order);
    }
    CHECK(orders.size() >= 3);
    CHECK(*std::max_element(pauses.begin(), pauses.begin() + 2) <= 200ms);
    auto const longest = *std::max_element(pauses.begin(), pauses.end());
    CHECK(longest > 500ms);
    CHECK(longest < 6s);
    // One that is there is enough.
    w.open();
    CHECK(w.ups == 1);
}

TEST_CASE("the host of a session that was lost is tried last") {
    world w;
    for (int i = 0; i < 3; ++i) w.listen();
    std::set<std::string> next;
    for (std::size_t round = 0; round < 12; ++round) {
        w.open()->close();
        w.until([&] { return w.downs.size() == round + 1; });
        for (std::size_t i = 0; i < 3; ++i) {
            w.next_end()->close();
            w.until([&] { return w.troubles.size() == 4 * round + i + 2; });
        }
        CHECK(w.trouble_places.end()[-1] == w.trouble_places.end()[-4]);
        next.insert(w.trouble_places.end()[-3]);
    }
    CHECK(next.size() == 3);
}

TEST_CASE("a host that is not there is passed over") {
    world w;
    w.listen();
    auto const nobody = w.doors[0]->local();
    w.doors[0]->close();
    w.settle();
    w.doors.clear();
    w.listen();
    for (int i = 0; i < 4; ++i) w.options->hosts.push_back(nobody);
    w.open();
    CHECK(w.ups == 1);
    for (auto const& where : w.trouble_places) CHECK(where == nobody.text());
    for (auto const& why : w.trouble_codes) CHECK(why == asio::error::connection_refused);
}

TEST_CASE("after a session that held the pauses begin anew, after others they grow") {
    world w;
    bool const holds = GENERATE(true, false);
    fairway::duration longest{0};
    for (int i = 0; i < 12; ++i) {
        auto const before = w.clock->elapsed();
        auto const at = w.open();
        if (i > 0) longest = std::max(longest, w.clock->elapsed() - before);
        if (holds) w.pass(5s);
        at->close();
        w.until([&] { return w.downs.size() == static_cast<std::size_t>(i) + 1; });
    }
    CAPTURE(longest.count());
    CHECK((longest < 300ms) == holds);
}

TEST_CASE("an attempt to connect that takes too long is given up") {
    world w;
    auto const token = std::make_shared<int>(0);
    w.options->secure = [token](env::stream plain, std::string const&) -> fairway::task<env::stream> {
        auto const kept = token;
        co_await fairway::sleep_for(24h);
        co_return plain;
    };
    auto const idle = token.use_count();
    w.start();
    w.until([&] { return token.use_count() > idle; });
    SECTION("10 s") {
        w.settle();
        w.pass(9s);
        CHECK(w.troubles.empty());
        w.pass(1s);
        REQUIRE(w.troubles.size() == 1);
        CHECK(w.trouble_codes[0] == errc::timed_out);
        CHECK(token.use_count() == idle);
        w.until([&] { return w.ends.size() == 2; });
    }
    SECTION("stopped") { w.link->stop(); }
    SECTION("abandoned") { w.link->abandon(); }
    SECTION("destroyed") { w.link.reset(); }
    if (w.troubles.empty()) {
        w.settle();
        CHECK(token.use_count() == idle);
        w.pass(1min);
        CHECK(w.ends.size() == 1);
    }
}

TEST_CASE("a link that is stopped connects no more, and says nothing where there was no session") {
    world w;
    w.start();
    auto const at = w.next_end();
    SECTION("in its handshake") {
        w.link->stop();
        w.until([&] { return at->lost; });
    }
    SECTION("between attempts") {
        at->close();
        w.until([&] { return w.troubles.size() == 1; });
        w.link->stop();
        w.link->stop();
    }
    SECTION("by whom it tells of trouble") {
        w.options->trouble = [&](std::string_view, fairway::error_code, std::string_view) { w.link->stop(); };
        at->close();
        w.settle();
    }
    w.settle();
    w.pass(1min);
    CHECK(w.ends.size() == 1);
    CHECK(w.ups == 0);
    CHECK(w.downs.empty());
}

TEST_CASE("a link that goes tells the broker, if that can be done at once") {
    world w;
    auto const at = w.open();
    auto const user = std::make_shared<listener>();
    auto const c = w.open_channel(*at, user);
    c->put(basic_ack{1, false});
    auto const kept = w.session;
    w.link.reset();
    w.expect<basic_ack>(*at, 1);
    w.expect<connection_close>(*at, 0);
    w.until([&] { return at->lost; });
    CHECK(kept->over());
    CHECK(user->heard.empty());
    CHECK(w.downs.empty());
    c->put(basic_ack{2, false});
    kept->close();
}

TEST_CASE("all goes well however the bytes are cut") {
    for (std::size_t const most : {1U, 2U, 3U, 5U, 7U, 11U, 64U}) {
        CAPTURE(most);
        world w;
        w.pace->most_read = most;
        w.pace->most_written = most;
        auto const at = w.open({2047, 4096, 60});
        auto const user = std::make_shared<listener>();
        auto const c = w.open_channel(*at, user);
        bool answered = false;
        c->call<queue_declare_ok>(queue_declare(), [&](queue_declare_ok const& ok) { answered = ok.queue == "made"; });
        c->publish({}, {}, std::string(5000, 'p'));
        w.expect<queue_declare>(*at, 1);
        w.expect<basic_publish>(*at, 1);
        w.until([&] { return at->frames.size() == 3; });
        at->frames.clear();
        at->send(1, queue_declare_ok{"made", 0, 0});
        basic_deliver m;
        m.delivery_tag = 1;
        std::string beat;
        append_heartbeat(beat);
        at->send_raw(beat);
        at->send_content(1, m, std::string(5000, 'd'));
        at->send(1, basic_ack{1, false});
        at->send(0, connection_blocked{"memory"});
        at->send(1, channel_close{reply_code::not_found, "gone", {}});
        w.expect<channel_close_ok>(*at, 1);
        CHECK(answered);
        CHECK(user->heard == lines{"deliver 1 " + std::string(20, 'd'), "ack 1", "closed: gone"});
        CHECK(w.session->blocked());
        w.link->stop();
        w.expect<connection_close>(*at, 0);
        at->send(0, connection_close_ok());
        w.until([&] { return w.downs.size() == 1; });
        CHECK(w.downs[0] == errc::closed);
        CHECK_FALSE(w.pace->overlaps);
    }
}

namespace {

// A server that answers by itself.
void serve(server_end& at, bool& greeted) {
    if (!at.header) return;
    if (!std::exchange(greeted, true)) at.send(0, world::offer());
    for (; !at.frames.empty(); at.frames.pop_front()) {
        auto const& f = at.frames.front();
        if (f.type != frame_type::method) continue;
        wire_reader in(f.payload);
        auto const id = method_id::read(in);
        if (id == connection_start_ok::id) at.send(0, connection_tune{2047, 4096, 10});
        if (id == connection_open::id) at.send(0, connection_open_ok());
        if (id == connection_close::id) at.send(0, connection_close_ok());
        if (id == channel_open::id) at.send(f.channel, channel_open_ok());
        if (id == confirm_select::id) at.send(f.channel, confirm_select_ok());
        if (id == basic_publish::id) at.send(f.channel, basic_ack{1, false});
    }
}

} // namespace

TEST_CASE("all may be dropped at any moment, in whatever order") {
    std::size_t most_heard = 0;
    for (int steps = 0; steps < 90; ++steps) {
        auto const user = std::make_shared<listener>();
        std::shared_ptr<channel> kept_channel;
        std::shared_ptr<session> kept_session;
        std::shared_ptr<session_kit::amqp::link> kept_link;
        world w;
        w.first = [&] {
            kept_session = w.session;
            kept_channel = w.session->open(user);
            auto const publish = [c = kept_channel](confirm_select_ok const&) { c->publish({}, {}, "x"); };
            kept_channel->call<confirm_select_ok>(confirm_select(), publish);
        };
        w.start();
        bool greeted = false;
        for (int i = 0; i < steps; ++i) {
            if (w.io.stopped()) w.io.restart();
            if (w.io.run_one_for(1ms) == 0) w.clock->advance(10ms);
            if (!w.ends.empty()) serve(*w.ends[0], greeted);
        }
        if (steps % 3 == 0) w.link.reset();
        if (steps % 3 == 1) w.link->stop();
        if (steps % 3 == 2) kept_link = w.link; // the context goes first, with everything in it
        for (int i = 0; i < 5 && steps % 3 < 2; ++i) w.io.run_one_for(1ms);
        most_heard = std::max(most_heard, user->heard.size());
    }
    CHECK(most_heard >= 2); // all of it was there once
}

TEST_CASE("over TLS a broker proves to be the host that was looked for") {
    tls_kit::office office;
    office.issue("broker", {.common_name = "broker", .alternatives = "IP:127.0.0.1"});
    office.issue("other", {.common_name = "other", .alternatives = "DNS:other.example"});
    for (bool const good : {true, false}) {
        world w;
        auto const client = std::make_shared<env::tls_context>(office.options());
        env::tls_context server(office.options(good ? "broker" : "other"));
        w.options->secure = over_tls(client);
        auto at = env::endpoint::parse("127.0.0.1:0");
        auto const door = env::network::of(w.io.get_executor()).listen(at, w.io.get_executor());
        w.options->hosts.push_back(door->local());
        w.link = session_kit::amqp::link::start(w.io.get_executor(), w.options, w);
        auto const plain = env_kit::start(w.io, door->accept());
        w.until([&] { return plain->yet; });
        auto const secured = env_kit::start(w.io, env::tls_accept(std::move(*plain->value), server));
        w.until([&] { return secured->yet || !w.troubles.empty(); });
        if (!good) {
            w.until([&] { return !w.troubles.empty(); });
            CHECK(w.trouble_codes[0] == errc::unauthorized);
            continue;
        }
        REQUIRE(secured->value);
        w.ends.push_back(std::make_shared<server_end>(std::move(*secured->value)));
        w.ends.back()->read();
        w.greet(*w.next_end());
        w.until([&] { return w.ups == 1; });
        CHECK(w.troubles.empty());
    }
}
