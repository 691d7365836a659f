// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Peers that break a rule, at a listener with real sockets.
#include "peers.hpp"

#include "fw_catch.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <list>

using namespace peers;
using namespace std::chrono_literals;
using fairway::errc;

namespace {

// A connection on which a test says what it likes.
struct raw_peer {
    explicit raw_peer(world& in, bool reads = true) : w(in) {
        auto connect = [](raw_peer& self) -> fairway::task<> {
            auto const executor = self.w.io.get_executor();
            auto op = fairway::env::network::of(executor).connect(self.w.server->local(), executor);
            self.stream = co_await std::move(op);
        };
        asio::co_spawn(w.io, connect(*this), asio::detached);
        w.until([&] { return static_cast<bool>(stream); });
        if (reads) read();
    }
    void read() {
        stream.async_read_some(asio::buffer(buffer), [this](fairway::error_code ec, std::size_t n) {
            if (ec == asio::error::operation_aborted) return;
            got.append(buffer.data(), n);
            if (ec)
                ended = true;
            else
                read();
        });
    }
    void say(std::string_view bytes) {
        auto const kept = std::make_shared<std::string>(bytes);
        auto write = [](raw_peer& self, std::shared_ptr<std::string> all) -> fairway::task<> {
            try {
                co_await asio::async_write(self.stream, asio::buffer(*all), asio::use_awaitable);
            } catch (fairway::system_error const&) { // it was closed meanwhile
            }
        };
        asio::co_spawn(w.io, write(*this, kept), asio::detached);
        for (int i = 0; i < 4; ++i) w.run_a_little();
    }
    template <class Record>
        requires requires { Record::type; }
    void say(Record const& r) {
        std::string bytes;
        append_record(bytes, r);
        say(bytes);
    }
    void greet(hello_record h) {
        if (!h.node) h.node = id_of(9);
        say(preamble);
        say(h);
    }
    // What the listener has said behind its preamble.
    std::vector<std::pair<record_type, std::string>> heard() const {
        std::vector<std::pair<record_type, std::string>> all;
        record_input in;
        in.limit(wire_limits::most_largest_record);
        feed(in, got);
        if (in.take_preamble())
            while (auto const r = in.next()) all.emplace_back(r->type, r->payload);
        return all;
    }
    goodbye_code goodbye() {
        w.until([&] { return ended; });
        auto const all = heard();
        if (all.empty() || all.back().first != record_type::goodbye) return {};
        return read_fields<goodbye_record>(all.back().second).code;
    }
    welcome_record welcome() {
        w.until([&] { return heard().size() > 0; });
        last = heard().front().second;
        REQUIRE(heard().front().first == record_type::welcome);
        return read_fields<welcome_record>(last);
    }

    world& w;
    fairway::env::stream stream;
    std::array<char, 4096> buffer{};
    std::string got;
    std::string last;
    bool ended = false;
};

std::string raw(std::uint32_t size, std::string_view rest) {
    std::string bytes(4, '\0');
    field_writer(bytes.data()).put(size);
    return bytes.append(rest);
}

} // namespace

TEST_CASE("silence after the connection was made ends it after 10 s") {
    world w;
    w.listen();
    raw_peer p(w);
    w.until([&] { return w.server->unauthenticated() == 1; });
    w.clock->advance(9900ms);
    w.settle();
    CHECK_FALSE(p.ended);
    w.clock->advance(200ms);
    w.until([&] { return p.ended; });
    CHECK(p.got.empty());
    CHECK(w.server->connections() == 0);
    REQUIRE(w.trouble_codes.size() == 1);
    CHECK(w.trouble_codes[0] == errc::timed_out);
}

TEST_CASE("one byte a second ends after 10 s") {
    world w;
    w.listen();
    raw_peer p(w);
    std::string bytes(preamble);
    hello_record h;
    h.node = id_of(9);
    append_record(bytes, h);
    std::size_t sent = 0;
    while (!p.ended && sent < bytes.size()) {
        p.say(bytes.substr(sent++, 1));
        w.clock->advance(1s);
        w.settle();
    }
    CHECK(sent >= 10);
    CHECK(sent <= 12);
}

TEST_CASE("what is no Fairway is cut without a word") {
    for (std::string_view const other :
        {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\x16\x03\x01\x02\x01", "\xff", "SSH-2.0-x\r\n", "FAIRWAY\2"}) {
        world w;
        w.listen();
        raw_peer p(w);
        p.say(other);
        w.until([&] { return p.ended; });
        CHECK(p.got.empty());
        REQUIRE(w.troubles.size() == 1);
        CHECK(w.troubles[0].find("HTTP") == std::string::npos);
    }
}

TEST_CASE("sizes that are zero, huge or negative are refused") {
    for (auto const& [bytes, code] : std::vector<std::pair<std::string, goodbye_code>>{
             {raw(0, "x"), goodbye_code::protocol}, {raw(4097, "\1"), goodbye_code::too_large},
             {raw(0xffffffffU, "\1"), goodbye_code::too_large}, {raw(0x80000000U, ""), goodbye_code::too_large}}) {
        world w;
        w.listen();
        raw_peer p(w);
        p.say(std::string(preamble) + bytes);
        CHECK(p.goodbye() == code);
        CHECK(w.server->connections() == 0);
        CHECK(w.served.open.empty());
    }
}

TEST_CASE("the same sizes are refused once authenticated") {
    for (auto const& [bytes, code] :
        std::vector<std::pair<std::string, goodbye_code>>{{raw(0, "x"), goodbye_code::protocol},
            {raw((1U << 20) + 1, "\1"), goodbye_code::too_large}, {raw(0xffffffffU, "\1"), goodbye_code::too_large}}) {
        world w;
        w.listen();
        raw_peer p(w);
        p.greet({});
        p.welcome();
        p.say(bytes);
        CHECK(p.goodbye() == code);
        REQUIRE(w.served.ends.size() == 1);
        CHECK(w.server->sessions() == 0);
    }
}

TEST_CASE("records before authentication are refused") {
    world w;
    w.listen();
    raw_peer p(w);
    std::string bytes(preamble);
    append_record(bytes, offer_record{1, {}, 0, "orders"});
    p.say(bytes);
    CHECK(p.goodbye() == goodbye_code::protocol);
    CHECK(w.served.records.empty());
}

TEST_CASE("what a GOODBYE says is told of those who are authenticated alone, in printable ASCII") {
    std::string const text = "user \xe2\x80\xae\"root\" has logged in";
    goodbye_record const goodbye{goodbye_code::limits, text};
    world w;
    w.listen();
    raw_peer p(w);
    std::string told;
    SECTION("before") {
        p.say(preamble);
        p.say(goodbye);
        told = "the peer has said goodbye: " + std::string(text_of(goodbye_code::limits)) + ": ";
    }
    SECTION("after") {
        p.greet({});
        p.welcome();
        p.say(goodbye);
        told = " (\"user ????root? has logged in\"): ";
    }
    w.until([&] { return !w.troubles.empty(); });
    INFO(w.troubles[0]);
    CHECK(w.troubles[0].find(told) != std::string::npos);
    CHECK(w.trouble_codes[0] == errc::queue_full);
}

TEST_CASE("acknowledgements of what was not sent end the session") {
    world w;
    w.listen();
    raw_peer p(w);
    p.greet({});
    p.welcome();
    p.say(ack_record{1});
    CHECK(p.goodbye() == goodbye_code::protocol);
    CHECK(w.served.ends.at(0) == errc::decode_failed);
}

TEST_CASE("a flood of connections leaves room for others, and is bounded") {
    world w;
    w.server_options->most_unauthenticated = 8;
    w.server_options->most_connections = 10;
    w.listen();
    std::list<raw_peer> flood;
    for (int i = 0; i < 8; ++i) flood.emplace_back(w);
    w.until([&] { return w.server->unauthenticated() == 8; });
    raw_peer refused(w);
    w.until([&] { return refused.ended; });
    CHECK(w.server->unauthenticated() == 8);
    w.clock->advance(1s); // the oldest one has had its time
    raw_peer taken(w);
    taken.greet({});
    taken.welcome();
    CHECK(flood.front().ended);
    CHECK(w.served.open.size() == 1);
    raw_peer another(w);
    w.settle();
    raw_peer second(w);
    second.greet({});
    second.welcome();
    w.until([&] { return w.server->connections() >= 9; });
    raw_peer third(w);
    third.greet({});
    w.settle();
    CHECK(w.server->connections() <= 10);
    CHECK(w.served.open[0]->connected());
}

TEST_CASE("who is refused again and again does not keep connections") {
    world w;
    w.server_options->most_unauthenticated = 4;
    w.listen();
    std::list<raw_peer> all;
    for (int i = 0; i < 20; ++i) {
        auto& p = all.emplace_back(w, false); // never closes
        p.say(std::string(preamble) + raw(0, "x"));
        w.until([&] { return w.troubles.size() > static_cast<std::size_t>(i); });
        CHECK(w.server->connections() <= 5); // four that wait for the other side, and the last one
    }
    w.clock->advance(1s);
    w.until([&] { return w.server->connections() == 0; });
    raw_peer last(w);
    last.say(std::string(preamble) + raw(0, "x"));
    CHECK(last.goodbye() == goodbye_code::protocol);
}

TEST_CASE("a flood from one address makes room for others at once") {
    world w;
    w.server_options->most_unauthenticated = 8;
    w.listen();
    std::list<raw_peer> flood;
    for (int i = 0; i < 8; ++i) flood.emplace_back(w);
    w.until([&] { return w.server->unauthenticated() == 8; });
    auto const from_elsewhere = [&](asio::ip::tcp::socket& s) {
        s.open(asio::ip::tcp::v4());
        s.bind({asio::ip::make_address("127.0.0.2"), 0});
        s.connect({asio::ip::make_address("127.0.0.1"), w.server->local().port});
        w.settle();
    };
    std::list<asio::ip::tcp::socket> others;
    for (int i = 0; i < 8; ++i) from_elsewhere(others.emplace_back(w.io));
    CHECK(w.server->unauthenticated() == 8);
    // Both have as many: nobody who comes now is served before a second.
    CHECK(std::count_if(flood.begin(), flood.end(), [](raw_peer const& p) { return p.ended; }) == 4);
    CHECK(flood.front().ended);
    CHECK_FALSE(flood.back().ended);
    raw_peer one_more(w);
    w.until([&] { return one_more.ended; });
    std::string bytes(preamble);
    hello_record h;
    h.node = id_of(9);
    append_record(bytes, h);
    asio::write(others.front(), asio::buffer(bytes));
    w.until([&] { return w.served.open.size() == 1; });
}

TEST_CASE("there are so many sessions, also without connections") {
    world w;
    w.server_options->most_sessions = 2;
    w.listen();
    raw_peer one(w);
    one.greet({});
    one.welcome();
    raw_peer two(w);
    two.greet({});
    two.welcome();
    two.stream.close();
    w.settle();
    CHECK(w.server->sessions() == 2);
    raw_peer three(w);
    three.greet({});
    CHECK(three.goodbye() == goodbye_code::limits);
    w.clock->advance(11s);
    one.say(heartbeat_record());
    w.settle();
    CHECK(w.server->sessions() == 1);
}

TEST_CASE("a session is resumed by its dialer alone") {
    world w;
    w.listen();
    raw_peer first(w);
    first.greet({});
    auto const mine = first.welcome();
    CHECK_FALSE(mine.resumed);
    put(*w.served.open.at(0), "kept");
    w.until([&] { return first.heard().size() == 2; });
    auto const again = [&](auto change) {
        hello_record h;
        h.node = id_of(9);
        h.session = mine.session;
        h.token = mine.token;
        change(h);
        raw_peer p(w);
        p.greet(h);
        auto const answer = p.welcome();
        w.settle();
        return std::pair(answer.resumed, p.heard().size());
    };
    CHECK(again([](hello_record& h) { h.token.bytes[15] ^= 1; }) == std::pair(false, std::size_t{1}));
    CHECK(again([](hello_record& h) { h.node = id_of(10); }) == std::pair(false, std::size_t{1}));
    CHECK(again([](hello_record& h) { h.session.bytes[0] ^= 1; }) == std::pair(false, std::size_t{1}));
    CHECK_FALSE(first.ended);
    CHECK(again([](hello_record&) {}) == std::pair(true, std::size_t{2})); // with what was kept
    CHECK(again([](hello_record& h) { h.received = 9; }) == std::pair(true, std::size_t{1}));
    w.until([&] { return first.ended; });
    hello_record h;
    h.session = mine.session;
    h.token = mine.token;
    h.received = 10;
    raw_peer p(w);
    p.greet(h);
    CHECK(p.goodbye() == goodbye_code::protocol);
    CHECK(w.served.ends.size() == 1);
}

TEST_CASE("for a peer that never reads only so much is kept") {
    world w;
    w.server_options->unacked = 1 << 20;
    w.server_options->most_unacked = 2 << 20;
    w.listen();
    raw_peer p(w, false);
    p.greet({});
    w.until([&] { return w.served.open.size() == 1; });
    auto const s = w.served.open[0];
    int put_count = 0;
    while (w.served.ends.empty() && put_count < 100'000) {
        if (!s->over()) put(*s, std::string(1000, 'x'));
        if (++put_count % 20 == 0) w.run_a_little();
    }
    REQUIRE(w.served.ends.size() == 1);
    CHECK(w.served.ends[0] == errc::queue_full);
    CHECK(s->sent_offset() - s->acked_offset() < (2U << 20) + 200'000);
    w.until([&] { return w.server->connections() == 0; });
}

TEST_CASE("a peer that reads but acknowledges nothing is given up") {
    world w;
    w.listen();
    raw_peer p(w);
    p.greet({});
    p.welcome();
    put(*w.served.open.at(0), "take it");
    for (int i = 0; i < 40 && w.served.ends.empty(); ++i) {
        w.clock->advance(1s);
        p.say(heartbeat_record());
        w.settle();
    }
    CHECK(p.goodbye() == goodbye_code::limits);
    CHECK(w.served.ends.at(0) == errc::queue_full);
}

TEST_CASE("a peer that begins a record and does not end it is sent away") {
    world w;
    w.listen();
    raw_peer p(w);
    p.greet({});
    p.welcome();
    p.say(raw(3, std::string("\x1e\0\x17", 3)));
    for (int i = 0; i < 29; ++i) {
        w.clock->advance(1s);
        p.say(heartbeat_record());
    }
    CHECK(w.served.ends.empty());
    w.clock->advance(1s);
    CHECK(p.goodbye() == goodbye_code::limits);
    CHECK(w.served.ends.at(0) == errc::queue_full);
    session_options const copied = *w.server_options;
    CHECK(copied.joining == w.server_options->joining); // those that it dials have the same
}

TEST_CASE("a peer that falls silent is dead within 15 s, and its session over after the grace") {
    world w;
    w.listen();
    raw_peer p(w);
    p.greet({});
    p.welcome();
    w.settle();
    for (int i = 0; i < 149; ++i) w.clock->advance(100ms);
    w.settle();
    CHECK(w.served.open.at(0)->connected());
    w.clock->advance(100ms);
    w.settle();
    CHECK_FALSE(w.served.open.at(0)->connected());
    w.until([&] { return p.ended; });
    w.clock->advance(10s);
    w.settle();
    CHECK(w.served.ends.size() == 1);
    CHECK(w.server->sessions() == 0);
}

TEST_CASE("a closed session waits for a peer that reads nothing only so long") {
    world w;
    w.listen();
    raw_peer p(w, false);
    p.greet({});
    w.until([&] { return w.served.open.size() == 1; });
    auto const s = w.served.open[0];
    for (int i = 0; i < 100; ++i) put(*s, std::string(100'000, 'x')); // more than the system's buffers take
    while (w.run_a_little()) {}
    s->close();
    w.settle();
    CHECK(w.served.ends.empty());
    w.clock->advance(1s);
    w.settle();
    CHECK(w.served.ends.size() == 1);
    w.clock->advance(1s);
    w.until([&] { return w.server->connections() == 0; });
}
