// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Parts of a node over one session: by which way a reply goes, roads that end before they have begun, what a session
// has left behind.
#include "fw_catch.hpp"
#include "peers.hpp"

#include <fairway/transport/tcp/links.hpp>
#include <fairway/transport/tcp/node_source.hpp>
#include <fairway/transport/tcp/receipts.hpp>
#include <fairway/transport/tcp/reply_ways.hpp>

#include <boost/asio/bind_executor.hpp>

using namespace peers;
using namespace std::chrono_literals;
using fairway::address;
using fairway::errc;
using fairway::subscription;
namespace hub_detail = fairway::hub_detail;

namespace {

// Of which nothing is asked.
class no_host final : public peer_host {
public:
    explicit no_host(asio::any_io_executor const& executor)
        : loop_(fairway::env::run_loop::of(executor)), clock_(fairway::env::clock::of(executor)) {}
    hub_detail::hub_state& hub() override { return hub_; }
    std::shared_ptr<fairway::env::run_loop> const& loop() override { return loop_; }
    fairway::env::clock& time() override { return clock_; }
    std::uint32_t window() override { return 1; }
    bool may_send(peer_info const&, std::string_view) override { return true; }
    bool may_receive(peer_info const&, std::string_view, std::string_view) override { return true; }
    void denied(session&, std::string_view) override {}
    std::shared_ptr<hub_detail::channel_state> replies_at(std::uint64_t) override { return nullptr; }
    std::vector<std::shared_ptr<node_source>> consumers_of(std::string_view) override { return {}; }
    std::shared_ptr<road> road_of(std::string_view) override { return nullptr; }
    bool awaits_handling() override { return false; }
    void heard(peer&) override {}
    void answered(session&, std::string_view) override {}
    bool may_begin(std::string_view) override { return true; }
    std::optional<std::uint64_t> missed(std::string_view, std::string_view) override { return std::nullopt; }
    void refused(session&, subscription const&, errc) override {}
    void left_out(session&, std::string_view) override {}
    void channel_dropped(std::string_view) override {}
    void members_changed(std::string_view) override {}

private:
    hub_detail::hub_state hub_{hub_detail::hub_options{}};
    std::shared_ptr<fairway::env::run_loop> loop_;
    fairway::env::clock& clock_;
};

// A session, and those who would use it.
struct scene {
    scene() {
        w.listen();
        w.dial();
        w.until([&] { return w.dialled.open.size() == 1; });
        at = w.dialled.open[0];
    }
    std::shared_ptr<peer> make_peer() { return std::make_shared<peer>(host, at); }
    // Through whom a reply would go.
    peer* way_to(std::uint64_t number) {
        peer* chosen = nullptr;
        auto const begin = [&](std::shared_ptr<peer> const& by, auto const&) { chosen = by.get(); };
        CHECK(ways.open({victim, number}, {}, *w.clock, begin, [](auto const&) {}));
        return chosen;
    }

    world w;
    no_host host{w.io.get_executor()};
    std::shared_ptr<session> at;
    reply_ways ways;
    identity victim = id_of(9);
};

} // namespace

TEST_CASE("who dials with the id of a node that was dialed gets none of its replies") {
    scene s;
    auto const dialed = s.make_peer();
    auto const thief = s.make_peer();
    auto const thief_again = s.make_peer();
    REQUIRE(s.ways.add(s.victim, std::nullopt, dialed));
    REQUIRE(s.ways.add(s.victim, "bob", thief));
    s.ways.prefer(s.victim, *thief);
    CHECK(s.way_to(1) == dialed.get());
    REQUIRE(s.ways.add(s.victim, "bob", thief_again));
    s.ways.prefer(s.victim, *thief_again);
    CHECK(s.way_to(2) == dialed.get());
    CHECK(s.way_to(1) == nullptr); // the road is still there
    // Once the node itself is gone nobody else is protected from him but those who have dialed before.
    s.ways.remove(s.victim, dialed);
    CHECK(s.way_to(3) == thief_again.get());
    CHECK_FALSE(s.ways.add(s.victim, "alice", dialed));
    // Nor where he was there before.
    REQUIRE(s.ways.add(s.victim, std::nullopt, dialed));
    CHECK(s.way_to(4) == dialed.get());
}

TEST_CASE("of several sessions of one direction a reply goes by the one that was spoken over last") {
    for (bool const have_dialed : {false, true}) {
        scene s;
        auto const who = have_dialed ? std::optional<std::string>("alice") : std::nullopt;
        auto const first = s.make_peer();
        auto const second = s.make_peer();
        REQUIRE(s.ways.add(s.victim, who, first));
        REQUIRE(s.ways.add(s.victim, who, second));
        CHECK(s.way_to(1) == first.get());
        s.ways.prefer(s.victim, *second);
        CHECK(s.way_to(1) == second.get()); // the road of the first one has ended
        s.ways.prefer(s.victim, *first);
        CHECK(s.way_to(1) == first.get());
    }
}

TEST_CASE("a road that was refused is looked for again") {
    scene s;
    auto const p = s.make_peer();
    REQUIRE(s.ways.add(s.victim, "alice", p));
    std::shared_ptr<reply_road> refused;
    auto const refuse = [&](auto const&, std::shared_ptr<reply_road> const& r) { refused = r; };
    auto const to = s.ways.open({s.victim, 1}, {}, *s.w.clock, refuse, [](auto const&) {});
    refused->end();
    CHECK(s.way_to(1) == p.get());
}

TEST_CASE("a road that nobody uses any more may end before it has begun, and says what it was given") {
    scene s;
    auto const road = std::make_shared<reply_road>(*s.at, 1, hub_detail::bounds{}, *s.w.clock);
    fairway::envelope_head head;
    head.type = "test";
    auto one = fairway::envelope::of_bytes(head, {}, "{}");
    fairway::error_code why;
    REQUIRE(road->channel()->try_send({&one, 1}, why) == 1);
    road->finish();
    CHECK_FALSE(road->ended());
    road->start(fairway::env::run_loop::of(s.w.io.get_executor()));
    s.w.until([&] { return road->ended(); });
    s.w.until([&] { return s.w.served.records.size() == 1; });
}

TEST_CASE(
    "what a session has left behind of a shard that was on hold comes when it is taken again, also while paused") {
    struct bell final : fairway::receiver {
        int rung = 0;
        void ready() noexcept override { ++rung; }
    };
    scene s;
    auto const hub = std::make_shared<hub_detail::hub_state>(hub_detail::hub_options{});
    subscription const what{address{"test", fairway::channel_kind::point_to_point, 2}, "test", 8};
    bell told;
    auto const to = std::make_shared<node_source>(what, told);
    auto local = std::make_shared<hub_detail::hub_source>(hub, hub->channel(what.from), what, told);
    to->start(
        s.host.loop(), std::move(local), [](fairway::tcp_detail::feed&, auto const&) {}, [] {});
    auto const from = to->add_feed(*s.at, 1);
    std::vector<letter> letters;
    for (std::uint32_t tag = 1; tag <= 3; ++tag) {
        fairway::envelope_head head;
        head.type = "test";
        head.shard = 1;
        letters.push_back({fairway::envelope::of_bytes(head, {}, "{}"), tag, 1, 10});
    }
    to->deliver(*from, letters);
    to->end_feed(from, true); // its node has ended in good order
    std::vector<fairway::delivery> all;
    CHECK(to->receive(all, 1) == 1);
    to->hold(1, true);
    CHECK(to->receive(all, 1) == 0);
    auto const before = told.rung;
    to->hold(1, false);
    CHECK(told.rung == before + 1);
    to->pause();
    CHECK(to->receive(all, 8) == 2);
    CHECK(to->receive(all, 8) == 0);
    to->close();
}

TEST_CASE("sends that waited for a consumer enter the queue in their order, and before one that comes meanwhile") {
    using fairway::tcp_detail::awaited_send;
    using fairway::tcp_detail::receipts;
    asio::io_context io{1};
    asio::make_service<fairway::testing::manual_clock>(io);
    std::vector<std::string> entered;
    bool meanwhile = false;
    std::shared_ptr<receipts> all;
    std::vector<fairway::outcome> outcomes;
    auto const send = [&](std::string const& body) {
        fairway::envelope_head head;
        head.type = "test";
        std::vector<fairway::envelope> one;
        one.push_back(fairway::envelope::of_bytes(head, {}, body));
        all->send(
            std::move(one), fairway::env::steady_point::max(), outcomes, asio::bind_executor(io.get_executor(), [] {}));
    };
    // As another thread would, at the worst moment.
    all = std::make_shared<receipts>(io.get_executor(), [&](std::shared_ptr<awaited_send> const& w, auto const&) {
        if (!std::exchange(meanwhile, true)) {
            CHECK(all->unclaimed()); // so that what is only tried goes behind it, too
            send("3");
        }
        entered.emplace_back(w->envelopes.front().body());
    });
    send("1");
    send("2");
    CHECK(entered.empty());
    all->claim(true);
    CHECK(entered == std::vector<std::string>{"1", "2", "3"});
    CHECK_FALSE(all->unclaimed());
    send("4");
    CHECK(entered.size() == 4);
    all->close();
    all->abandon();
}

TEST_CASE(
    "a place that leads to this node itself is dialed again, ever more seldom, and may lead to another node then") {
    struct others final : session_events {
        void on_open(std::shared_ptr<session> const& s) override {
            if (s->peer().node == id_of(9))
                all->is_self(*s);
            else
                found = s;
        }
        void on_record(session&, record_type, std::string_view) override {}
        void on_batch_end(session&) override {}
        void on_acked(session&, std::uint64_t) override {}
        void on_room(session&) override {}
        void on_end(session&, fairway::error_code) override {}
        fairway::tcp_detail::links* all = nullptr;
        std::shared_ptr<session> found;
    };
    others events;
    world w;
    w.listen();
    auto const executor = w.io.get_executor();
    std::size_t dialed = 0;
    bool elsewhere = false;
    fairway::tcp_detail::node_options o;
    o.listen = fairway::env::endpoint::parse("127.0.0.1:0");
    o.dialing.node = o.accepting.node = id_of(9);
    o.dialing.secure = [&](fairway::env::stream here, std::string const&) -> fairway::task<fairway::env::stream> {
        ++dialed;
        if (!elsewhere) co_return here;
        auto there = fairway::env::network::of(executor).connect(w.server->local(), executor);
        co_return co_await std::move(there);
    };
    fairway::tcp_detail::links all(
        executor, o, events, [] {}, [](session&) { return false; });
    events.all = &all;
    auto const place = all.local().value();
    all.dial({place});
    w.until([&] { return dialed == 1; });
    w.settle();
    for (std::size_t n = 2; n <= 12; ++n) {
        w.clock->advance(1min);
        w.until([&] { return dialed == n; });
        w.settle();
        CHECK_FALSE(all.may_come({place}, false));
    }
    for (int n = 0; n < 60; ++n) {
        w.clock->advance(1s);
        w.settle();
    }
    CHECK(dialed < 20);
    CHECK_FALSE(events.found);
    elsewhere = true;
    w.clock->advance(1min);
    w.until([&] { return events.found != nullptr; });
    CHECK(events.found->peer().node == id_of(1));
    CHECK(all.is_at(*events.found, {place}));
}
