// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Sessions over loopback sockets.
#include "peers.hpp"

#include "fw_catch.hpp"

using namespace peers;
using namespace std::chrono_literals;
using fairway::errc;

namespace {

std::vector<std::string> numbered(int n, std::size_t size = 40) {
    std::vector<std::string> all;
    for (int i = 0; i < n; ++i) {
        all.push_back(std::to_string(i) + ":");
        all.back().resize(size, 'x');
    }
    return all;
}

void open_both(world& w) {
    w.listen();
    w.dial();
    w.until([&] { return w.served.open.size() == 1 && w.dialled.open.size() == 1; });
}

} // namespace

TEST_CASE("two nodes open a session and know each other") {
    world w;
    open_both(w);
    auto const& s = w.dialled.open[0];
    CHECK(s->peer().node == id_of(1));
    CHECK(s->peer().name == "server");
    CHECK(s->peer().endpoint == w.server->local().text());
    CHECK(w.served.open[0]->peer().node == id_of(0x80));
    CHECK(w.served.open[0]->peer().name == "client");
    CHECK(w.client->current() == s);
    CHECK(w.server->sessions() == 1);
    CHECK(w.server->connections() == 1);
    CHECK(w.server->unauthenticated() == 0);
    CHECK(w.troubles.empty());
}

TEST_CASE("records go both ways, and are acknowledged") {
    world w;
    open_both(w);
    w.served.then = [](session& s, record_type type, std::string_view payload) {
        put(s, "re " + std::string(payload), type);
    };
    auto const sent = numbered(1000);
    for (auto const& text : sent) put(*w.dialled.open[0], text);
    auto const end = w.dialled.open[0]->sent_offset();
    w.until([&] { return w.dialled.records.size() == 1000 && w.dialled.acked == end; });
    CHECK(w.served.records == sent);
    CHECK(w.dialled.records[999] == "re " + sent[999]);
    w.until([&] { return w.served.acked == w.served.open[0]->sent_offset(); });
    CHECK(w.served.batches < 200); // many records in each
}

TEST_CASE("records larger than the largest record arrive whole") {
    world w;
    w.server_options->largest_record = 4096;
    open_both(w);
    std::string const large(3'000'000, 'l');
    put(*w.dialled.open[0], "before");
    put(*w.dialled.open[0], large);
    put(*w.dialled.open[0], "behind");
    put(*w.served.open[0], large);
    w.until([&] { return w.served.records.size() == 3 && w.dialled.records.size() == 1; });
    CHECK(w.served.records[0] == "before");
    CHECK(w.served.records[1] == large);
    CHECK(w.served.records[2] == "behind");
    CHECK(w.dialled.records[0] == large);
}

TEST_CASE("a session whose node joins too many records waits, is kept, and goes on when there is room") {
    world w;
    auto const budget = std::make_shared<joining_budget>(40'000, 20'000);
    auto const by = std::make_shared<cuttable::control>();
    w.client_options->secure = cut_by(by);
    w.server_options->joining = budget;
    w.server_options->largest_record = 4'096;
    w.listen();
    w.dial();
    w.until([&] { return w.dialled.open.size() == 1 && w.served.open.size() == 1; });
    joining_budget::share first(budget, {}, {});
    joining_budget::share second(budget, {}, {});
    auto const fill = [&] {
        REQUIRE(first.take(19'000));
        REQUIRE(second.take(20'000));
    };
    fill();
    auto const from = w.dialled.open[0];
    put(*from, std::string(15'000, 'x'));
    put(*from, "behind it");
    for (int n = 0; n < 5; ++n) {
        w.settle();
        w.clock->advance(5s);
    }
    w.settle();
    CHECK(w.served.records.empty());
    put(*w.served.open[0], "the other way");
    w.until([&] { return w.dialled.records.size() == 1; });
    second.give_back();
    w.until([&] { return w.served.records.size() == 2; });
    CHECK(w.served.records[0].size() == 15'000);
    w.until([&] { return from->acked_offset() == from->sent_offset(); });
    CHECK(w.served.ends.empty());
    CHECK(w.dialled.ends.empty());
    // It may end while it waits, from both sides.
    first.give_back();
    fill();
    put(*from, std::string(15'000, 'y'));
    w.settle();
    SECTION("here") { w.served.open[0]->close(); }
    SECTION("there") { from->close(); }
    SECTION("where its connection is cut, it goes on over another one") {
        by->cut();
        w.until([&] { return !from->connected(); });
        w.until([&] { return from->connected(); });
        w.settle();
        CHECK(w.served.records.size() == 2);
        second.give_back();
        w.until([&] { return w.served.records.size() == 3; });
        CHECK(w.served.ends.empty());
        w.served.open[0]->close();
    }
    w.until([&] { return w.dialled.ends.size() == 1 && w.served.ends.size() == 1; });
}

TEST_CASE("a session goes on over cut connections, with nothing lost and nothing twice") {
    auto const by = std::make_shared<cuttable::control>();
    for (bool const at_server : {false, true}) {
        by->budget = 100'000;
        by->cuts = 0;
        by->most_read = 3000;
        world w;
        (at_server ? w.server_options : w.client_options)->secure = cut_by(by);
        open_both(w);
        auto const first = w.dialled.open[0];
        auto const sent = numbered(6000, 100);
        w.served.then = [](session& s, record_type type, std::string_view payload) { put(s, payload, type); };
        std::size_t next = 0;
        w.until([&] {
            for (int i = 0; i < 20 && next < sent.size(); ++i) put(*first, sent[next++]);
            return w.dialled.records.size() == sent.size();
        });
        CHECK(w.served.records == sent);
        CHECK(w.dialled.records == sent);
        CHECK(by->cuts >= 3);
        CHECK(w.dialled.ends.empty());
        CHECK(w.served.ends.empty());
        CHECK(w.client->current() == first);
        CHECK(w.server->sessions() == 1);
        by->budget = ~std::size_t{0};
    }
}

TEST_CASE("a session that is not resumed in its grace is over on both sides, and another one begins") {
    world w;
    auto const by = std::make_shared<cuttable::control>();
    w.server_options->secure = cut_by(by);
    open_both(w);
    auto const old = w.dialled.open[0];
    auto const at = w.server->local();
    w.server->stop();
    w.until([&] { return w.dialled.ends.size() == 1 && w.served.ends.size() == 1; });
    CHECK(w.dialled.ends[0] == errc::not_connected);
    CHECK(w.served.ends[0] == errc::closed);
    CHECK(old->over());
    w.server.reset();
    auto acceptor = fairway::env::network::of(w.io.get_executor()).listen(at, w.io.get_executor());
    w.server = listener::start(w.io.get_executor(), std::move(acceptor), w.server_options, w.served);
    w.until([&] { return w.dialled.open.size() == 1; });
    CHECK(w.client->current() != old);
    put(*w.client->current(), "again");
    w.until([&] { return w.served.records.size() == 1; });
}

TEST_CASE("a listener that can't accept says so, and accepts again as soon as it can") {
    // The process has no file descriptors left, for a while.
    class short_of_files final : public fairway::env::acceptor {
    public:
        short_of_files(std::unique_ptr<acceptor> inner, int times) : inner_(std::move(inner)), left_(times) {}
        fairway::task<fairway::env::stream> accept() override {
            if (left_-- > 0) throw fairway::system_error(asio::error::no_descriptors);
            co_return co_await inner_->accept();
        }
        fairway::env::endpoint local() const override { return inner_->local(); }
        void close() noexcept override { inner_->close(); }

    private:
        std::unique_ptr<acceptor> inner_;
        int left_;
    };
    world w;
    auto const executor = w.io.get_executor();
    auto inner = fairway::env::network::of(executor).listen(fairway::env::endpoint::parse("127.0.0.1:0"), executor);
    w.server =
        listener::start(executor, std::make_unique<short_of_files>(std::move(inner), 600), w.server_options, w.served);
    w.dial();
    w.settle();
    REQUIRE(w.trouble_codes.size() == 1);
    CHECK(w.trouble_codes[0] == asio::error::no_descriptors);
    CHECK(w.troubles[0] == "can't accept connections at the moment");
    w.until([&] { return w.served.open.size() == 1 && w.client->current(); }); // a minute later
    CHECK(w.trouble_codes.size() < 150);                                       // each second one, and the dialer's
    put(*w.client->current(), "there");
    w.until([&] { return w.served.records.size() == 1; });
}

TEST_CASE("a peer that lost its memory ends the session that it does not know") {
    world w;
    auto const by = std::make_shared<cuttable::control>();
    w.client_options->secure = cut_by(by);
    open_both(w);
    auto const at = w.server->local();
    put(*w.dialled.open[0], "lost, perhaps");
    w.server.reset(); // without a word
    w.until([&] { return w.dialled.open.empty() || !w.dialled.open[0]->connected(); });
    auto acceptor = fairway::env::network::of(w.io.get_executor()).listen(at, w.io.get_executor());
    w.server = listener::start(w.io.get_executor(), std::move(acceptor), w.server_options, w.served);
    w.until([&] { return w.dialled.ends.size() == 1 && w.dialled.open.size() == 1; });
    CHECK(w.dialled.ends[0] == errc::not_connected);
    CHECK(w.client->current() == w.dialled.open[0]);
}

TEST_CASE("a session is not resumed with another node or identity, whatever it echoes") {
    // TLS as it says who the server is, over connections that can be cut.
    struct named {
        std::shared_ptr<cuttable::control> by = std::make_shared<cuttable::control>();
        std::shared_ptr<std::string> name = std::make_shared<std::string>("stock.example");
    } const tls;
    world w;
    w.client_options->secure = [tls](fairway::env::stream plain,
                                   std::string const&) -> fairway::task<fairway::env::stream> {
        std::string remote = plain.remote();
        auto impl = std::make_unique<cuttable>(plain.release(), tls.by);
        co_return fairway::env::stream(std::move(impl), std::move(remote), *tls.name);
    };
    open_both(w);
    auto const first = w.dialled.open[0];
    CHECK(first->peer().principal == "stock.example");
    bool same = false;
    SECTION("another node") { w.server_options->node = id_of(3); }
    SECTION("another identity") { *tls.name = "other.example"; }
    SECTION("the same") { same = true; }
    put(*first, "for whom it was put");
    tls.by->cut();
    w.until([&] { return same ? w.served.records.size() == 1 : w.dialled.ends.size() == 1; });
    CHECK(w.dialled.ends.empty() == same);
    CHECK(w.served.records.size() == (same ? 1 : 0));
    w.until([&] { return w.dialled.open.size() == 1 && w.dialled.open[0]->connected(); });
    CHECK((w.client->current() == first) == same);
    if (same) return;
    CHECK(w.dialled.ends[0] == errc::unauthorized);
    put(*w.client->current(), "another session's");
    w.until([&] { return !w.served.records.empty(); });
    CHECK(w.served.records[0] == "another session's");
}

TEST_CASE("a session that is closed writes what was put, and both sides hear of its end") {
    world w;
    open_both(w);
    auto const sent = numbered(2000, 200);
    for (auto const& text : sent) put(*w.dialled.open[0], text);
    w.client->stop();
    w.until([&] { return w.dialled.ends.size() == 1 && w.served.ends.size() == 1; });
    CHECK(w.dialled.ends[0] == errc::closed);
    CHECK(w.served.ends[0] == errc::not_connected);
    CHECK(w.served.records == sent);
    CHECK(w.server->sessions() == 0);
    w.until([&] { return w.server->connections() == 0; });
    CHECK(w.client->current() == nullptr);
}

TEST_CASE("a closed session whose peer reads nothing ends in its time") {
    world w;
    open_both(w);
    auto const s = w.dialled.open[0];
    while (s->has_room()) put(*s, std::string(100'000, 'x'));
    w.server->stop(); // and nobody reads from the sockets below
    w.client->stop();
    w.until([&] { return w.dialled.ends.size() == 1; });
    CHECK(s->over());
    put(*s, "nothing");
    s->close();
    CHECK(w.dialled.ends.size() == 1);
}

TEST_CASE("there is room again once the peer has taken it") {
    world w;
    w.client_options->unacked = 100'000;
    open_both(w);
    auto const s = w.dialled.open[0];
    while (s->has_room()) put(*s, std::string(1000, 'x'));
    CHECK(s->sent_offset() < 102'000);
    w.until([&] { return w.dialled.rooms == 1; });
    CHECK(s->has_room());
}

TEST_CASE("a record that is refused above ends the session with a reason that quotes nothing") {
    world w;
    open_both(w);
    w.served.then = [](session&, record_type, std::string_view payload) {
        fairway::detail::fail(errc::decode_failed, "secret " + std::string(payload));
    };
    put(*w.dialled.open[0], "password");
    w.until([&] { return w.served.ends.size() == 1 && w.dialled.ends.size() == 1; });
    CHECK(w.served.ends[0] == errc::decode_failed);
    CHECK(w.dialled.ends[0] == errc::decode_failed);
    for (auto const& text : w.troubles) CHECK(text.find("password") == std::string::npos);
    // Another one is begun.
    w.served.then = nullptr;
    w.until([&] { return w.dialled.open.size() == 1; });
}

TEST_CASE("what fails above when a session begins ends that session, and nothing else") {
    world w;
    int failures = 0;
    w.served.first = [&](session& s) {
        if (failures++ > 0) return;
        s.put(record_type::deliver, wire_limits::joined, [](char*) { FAIL_CHECK("it was put"); });
    };
    w.listen();
    w.dial();
    w.until([&] { return w.served.ends.size() == 1 && w.dialled.ends.size() == 1; });
    CHECK(w.served.open.empty());
    w.until([&] { return w.served.open.size() == 1 && w.dialled.open.size() == 1; });
    CHECK(w.server->sessions() == 1);
    CHECK(w.server->connections() <= 2);
}

TEST_CASE("a name that the other side would refuse is refused at home, and leaves no session behind") {
    for (auto const& name : {std::string("line\nbreak"), std::string(257, 'n'), std::string("\xff")})
        for (bool const at_dialer : {true, false}) {
            world w;
            (at_dialer ? w.client_options : w.server_options)->node_name = name;
            w.listen();
            w.dial();
            auto const refused = [&] {
                return std::count(w.trouble_codes.begin(), w.trouble_codes.end(),
                    at_dialer ? errc::invalid_argument : errc::unauthorized);
            };
            w.until([&] { return refused() >= 2; }); // it is dialed again
            for (auto const& text : w.troubles) CHECK(text.find(name) == std::string::npos);
            CHECK(w.server->sessions() == 0);
            CHECK(w.dialled.open.empty());
            CHECK(w.served.open.empty());
        }
}

TEST_CASE("a session may be closed from within what it says") {
    world w;
    open_both(w);
    w.served.then = [](session& s, record_type, std::string_view) { s.close(goodbye_code::limits); };
    put(*w.dialled.open[0], "one");
    put(*w.dialled.open[0], "two");
    w.until([&] { return w.served.ends.size() == 1 && w.dialled.ends.size() == 1; });
    CHECK(w.served.records.size() == 1);
    CHECK(w.dialled.ends[0] == errc::queue_full);
}

TEST_CASE("who is dropped says goodbye, also where something is being written") {
    for (int steps = 0; steps < 12; ++steps) {
        world w;
        open_both(w);
        w.settle();
        put(*w.dialled.open[0], "last words");
        for (int i = 0; i < steps; ++i) w.io.poll_one();
        w.client.reset();
        w.settle(); // no time passes
        CAPTURE(steps);
        REQUIRE(w.served.ends.size() == 1);
        CHECK(w.served.ends[0] == errc::not_connected);
    }
}

TEST_CASE("all may be dropped at any moment") {
    for (int steps = 0; steps < 60; ++steps) {
        world w;
        auto const by = std::make_shared<cuttable::control>();
        if (steps % 2 == 1) w.server_options->secure = cut_by(by);
        w.listen();
        w.dial();
        w.served.then = [](session& s, record_type type, std::string_view payload) { put(s, payload, type); };
        for (int i = 0; i < steps; ++i) {
            if (!w.run_a_little()) w.clock->advance(10ms);
            if (!w.dialled.open.empty()) put(*w.dialled.open[0], std::string(5000, 'x'));
        }
        if (steps % 3 == 0) {
            w.server.reset();
            w.client.reset();
            w.settle();
        } else if (steps % 3 == 1) {
            w.client->stop();
            w.server->stop();
            for (int i = 0; i < 5; ++i) w.run_a_little();
        } // else the context goes first, with everything in it
        CHECK(w.dialled.records.size() <= w.served.records.size());
    }
}

namespace {

// TLS that never ends, until it is cancelled or dropped; somebody has `token` as long as it is there.
auto endless(std::shared_ptr<int> const& token) {
    return [token](fairway::env::stream plain, std::string const&) -> fairway::task<fairway::env::stream> {
        auto const kept = token;
        co_await fairway::sleep_for(24h);
        co_return plain;
    };
}

} // namespace

TEST_CASE("an attempt that is under way ends with whoever has made it") {
    auto const token = std::make_shared<int>(0);
    world w;
    w.client_options->secure = endless(token);
    auto const options = token.use_count();
    w.listen();
    w.dial();
    w.until([&] { return token.use_count() > options && w.server->unauthenticated() == 1; });
    SECTION("stopped") { w.client->stop(); }
    SECTION("abandoned") { w.client->abandon(); }
    SECTION("destroyed") { w.client.reset(); }
    w.until([&] { return token.use_count() == options && w.server->unauthenticated() == 0; });
    w.settle();
    CHECK(w.dialled.open.empty());
}

TEST_CASE("attempts may be dropped with their context, in whatever order its parts are made and go") {
    auto const token = std::make_shared<int>(0);
    for (bool const securing : {false, true})
        for (int steps = 0; steps < 12; ++steps) {
            asio::io_context other(1);
            asio::ip::tcp::acceptor silent(other, asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0));
            recorder heard;
            auto const options = std::make_shared<session_options>();
            options->node = id_of(1);
            if (securing) options->secure = endless(token);
            asio::io_context io(1); // nothing is in it before the dialer
            auto const at = fairway::env::endpoint::tcp("127.0.0.1", silent.local_endpoint().port());
            auto const client = dialer::start(io.get_executor(), at, options, heard);
            for (int i = 0; i < steps; ++i) io.run_one_for(1ms);
            CHECK_FALSE(client->current());
        }
    CHECK(token.use_count() == 1);
}

TEST_CASE("sessions are kept by heartbeats for as long as they like") {
    world w;
    open_both(w);
    for (int i = 0; i < 120; ++i) {
        w.clock->advance(1s);
        w.settle();
    }
    CHECK(w.dialled.open.size() == 1);
    CHECK(w.dialled.open[0]->connected());
    CHECK(w.troubles.empty());
}
