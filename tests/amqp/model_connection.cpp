// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"
#include "model_kit.hpp"

#include <fairway/testing/amqp/broker.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <array>

using namespace model_kit; // NOLINT
namespace asio = boost::asio;
using fairway::testing::amqp_broker;

namespace {

struct place {
    asio::io_context io{1};
    fairway::testing::manual_clock& clock = asio::make_service<fairway::testing::manual_clock>(io);
    amqp_broker broker;

    explicit place(amqp_broker_options const& o = {}) : broker(io.get_executor(), o) {}
    // Lets what is under way come to its end.
    void settle() {
        for (int quiet = 0; quiet < 3;) {
            if (io.stopped()) io.restart();
            quiet = io.run_one_for(milliseconds(2)) > 0 ? 0 : quiet + 1;
        }
    }
    // In small steps, for each of which the broker has time to do what is due.
    void advance(fairway::duration d) {
        for (auto left = d; left > fairway::duration::zero();
             left -= std::min<fairway::duration>(left, milliseconds(250))) {
            clock.advance(std::min<fairway::duration>(left, milliseconds(250)));
            settle();
        }
    }
};

// A socket of its own, which waits for nothing.
class peer {
public:
    explicit peer(place& p) : place_(p), socket_(io_) {
        auto const at = p.broker.endpoint();
        socket_.connect({asio::ip::make_address(at.host), at.port}, failed_);
        if (failed_) return;
        socket_.non_blocking(true);
        socket_.set_option(asio::ip::tcp::no_delay(true)); // the broker has to have it at once
        p.settle();
    }
    bool is_refused() const { return static_cast<bool>(failed_); }
    peer& put(std::string_view bytes) {
        fairway::error_code ec;
        asio::write(socket_, asio::buffer(bytes.data(), bytes.size()), ec);
        place_.settle();
        return *this;
    }
    template <class Method>
    peer& send(Method const& m, std::uint16_t on = 1) {
        std::string bytes;
        append_method(bytes, on, m, 131072);
        return put(bytes);
    }
    peer& publish(std::string_view queue, std::string_view body, std::uint32_t frame_max = 131072) {
        std::string bytes;
        append_content(bytes, 1, to("", queue), {}, body, frame_max);
        return put(bytes);
    }
    lines said() {
        place_.settle();
        auto const bytes = read();
        reads_.take(bytes);
        auto all = reads_.said();
        if (ended_) all.emplace_back("end");
        return all;
    }
    // What has come, as it is.
    std::string read() {
        std::string all;
        std::array<char, 65536> some{};
        for (;;) {
            fairway::error_code ec;
            auto const n = socket_.read_some(asio::buffer(some), ec);
            if (ec) ended_ = ec != asio::error::would_block;
            if (ec) return all;
            all.append(some.data(), n);
            place_.settle();
        }
    }
    peer& start(bool capable = true, std::string_view password = "guest") {
        std::string const able = entries(
            "authentication_failure_close", capable, "connection.blocked", capable, "consumer_cancel_notify", capable);
        std::string const about = entries("capabilities", table_view(able));
        std::string const response = std::string("\0guest\0", 7) + std::string(password);
        connection_start_ok ok;
        ok.client_properties = table_view(about);
        ok.mechanism = "PLAIN";
        ok.response.bytes = response;
        return put(protocol_header).send(ok, 0);
    }
    peer& open(std::string_view host = "/", std::uint16_t heartbeat = 0) {
        start().send(connection_tune_ok{2047, 131072, heartbeat}, 0);
        reads_.frame_max = 131072;
        connection_open o;
        o.virtual_host = host;
        return send(o, 0).send(channel_open{});
    }
    peer& declare(std::string_view queue) {
        queue_declare d;
        d.queue = queue;
        return send(d);
    }

private:
    place& place_;
    asio::io_context io_;
    asio::ip::tcp::socket socket_;
    fairway::error_code failed_;
    reader reads_;
    bool ended_ = false;
};

lines const opened = {"start PLAIN", "tune 2047 131072 60", "open"};

} // namespace

TEST_CASE("the model broker: a connection begins, carries messages and is closed", "[amqp][model]") {
    place p;
    peer c(p);
    CHECK(c.open().said() == opened);
    basic_consume t;
    t.queue = "q";
    t.consumer_tag = "t";
    c.declare("q").send(t).send(confirm_select{});
    CHECK(c.publish("q", "hello").said() == lines{"declared 0 0", "deliver t 1 hello", "ack 1"});
    CHECK(p.broker.queue("q")->unsettled == 1);
    CHECK(p.broker.queue("q")->consumers == 1);
    CHECK_FALSE(p.broker.queue("none"));
    CHECK(c.send(connection_close{}, 0).said() == lines{"connection closed", "end"});
    CHECK(p.broker.connections() == 0);
    CHECK(p.broker.queue("q")->ready == 1);
}

TEST_CASE("the model broker: bytes may come one by one, and bodies in many frames", "[amqp][model]") {
    place p;
    peer c(p);
    c.open().declare("q").said();
    std::string bytes;
    append_content(bytes, 1, to("", "q"), {}, std::string(300, 'x'), 128);
    for (char const byte : bytes) c.put(std::string_view(&byte, 1));
    CHECK(p.broker.queue("q")->ready == 1);
    c.publish("q", std::string(1'000'000, 'y'));
    basic_get g;
    g.queue = "q";
    CHECK(c.send(g).send(g).said() == lines{"got 1 xxxxxxxxxxxxxxxx of 2", "got 2 yyyyyyyyyyyyyyyy of 1"});
}

TEST_CASE("the model broker: who does not speak AMQP 0-9-1 is told what is spoken", "[amqp][model]") {
    place p;
    peer c(p);
    CHECK(c.put(std::string_view("AMQP\1\1\0\x0a", 8)).read() == protocol_header);
    CHECK(c.said() == lines{"end"});
}

TEST_CASE("the model broker: a wrong password ends the connection", "[amqp][model]") {
    place p;
    peer c(p);
    SECTION("with a word to those that know it") {
        CHECK(c.start(true, "wrong").said() ==
              lines{"start PLAIN",
                  "connection close 403 ACCESS_REFUSED - Login was refused using authentication mechanism "
                  "PLAIN. For details see the broker logfile."});
        CHECK(c.send(connection_close_ok{}, 0).said() == lines{"end"});
    }
    SECTION("without one to others") { CHECK(c.start(false, "wrong").said() == lines{"start PLAIN", "end"}); }
}

TEST_CASE("the model broker: what is against the rules ends the connection", "[amqp][model]") {
    place p;
    peer c(p);
    SECTION("a virtual host that is none") {
        CHECK(c.open("nowhere").said().back() == "connection close 530 NOT_ALLOWED - vhost nowhere not found");
    }
    c.open().said();
    SECTION("a channel that is open already") {
        CHECK(
            c.send(channel_open{}).said() == lines{"connection close 504 CHANNEL_ERROR - second 'channel.open' seen"});
    }
    SECTION("a channel that is not open") {
        CHECK(c.send(confirm_select{}, 2).said() ==
              lines{"connection close 504 CHANNEL_ERROR - expected 'channel.open'"});
    }
    SECTION("a message without its method") {
        std::string bytes;
        append_frame(bytes, frame_type::body, 1, 4096, [](std::string& out) { out += '?'; });
        auto const said = c.put(bytes).said();
        REQUIRE(said.size() == 1);
        CHECK(said[0].starts_with("connection close 505 UNEXPECTED_FRAME"));
    }
    SECTION("a frame that is too large") {
        auto const said = c.put(std::string_view("\x03\0\x01\x00\x10\0\0", 7)).said();
        REQUIRE(said.size() == 1);
        CHECK(said[0].starts_with("connection close 501 FRAME_ERROR"));
    }
}

TEST_CASE("the model broker: an error of a channel leaves the others alone", "[amqp][model]") {
    place p;
    peer c(p);
    c.open().send(channel_open{}, 2).declare("q").said();
    basic_consume t;
    t.queue = "none";
    CHECK(c.send(t).said() == lines{"close 404 NOT_FOUND - no queue 'none' in vhost '/'"});
    CHECK(c.publish("q", "skipped").said().empty());
    CHECK(p.broker.queue("q")->ready == 0);
    basic_get g;
    g.queue = "q";
    CHECK(c.send(g, 2).said() == lines{"2: empty"});
    CHECK(c.send(channel_close_ok{}).send(channel_open{}).send(g).said() == lines{"empty"});
}

TEST_CASE("the model broker: heartbeats go both ways", "[amqp][model]") {
    place p;
    peer c(p);
    CHECK(c.open("/", 2).said() == opened);
    p.advance(seconds(4));
    CHECK(c.said() == lines(4, "heartbeat"));
    for (int i = 0; i < 5; ++i) {
        std::string beat;
        append_heartbeat(beat);
        c.put(beat);
        p.advance(seconds(2));
    }
    CHECK(p.broker.connections() == 1);
    p.advance(seconds(6));
    CHECK(p.broker.connections() == 0);
    CHECK(c.said().back() == "end");
}

TEST_CASE("the model broker: who does not begin is not waited for", "[amqp][model]") {
    place p;
    peer c(p);
    p.advance(seconds(9));
    CHECK(p.broker.connections() == 1);
    p.advance(seconds(1));
    CHECK(p.broker.connections() == 0);
}

TEST_CASE("the model broker: messages expire with the clock", "[amqp][model]") {
    place p;
    peer c(p);
    c.open();
    queue_declare d;
    d.queue = "q";
    std::string const life = entries("x-message-ttl", 1000);
    d.arguments = table_view(life);
    c.send(d).publish("q", "m");
    p.advance(milliseconds(750));
    CHECK(p.broker.queue("q")->ready == 1);
    p.advance(milliseconds(250));
    CHECK(p.broker.queue("q")->ready == 0);
}

TEST_CASE("the model broker: its faults are switched by hand", "[amqp][model]") {
    place p;
    peer c(p);
    c.open().declare("q").send(confirm_select{}).said();
    SECTION("withheld confirms") {
        amqp_faults f;
        f.withhold_confirms = true;
        p.broker.set_faults(f);
        CHECK(c.publish("q", "m").said().empty());
        p.broker.set_faults({});
        CHECK(c.said() == lines{"ack 1"});
    }
    SECTION("delayed confirms") {
        amqp_faults f;
        f.least_confirm_delay = f.most_confirm_delay = seconds(1);
        p.broker.set_faults(f);
        c.publish("q", "m");
        p.advance(milliseconds(750));
        CHECK(c.said().empty());
        p.advance(milliseconds(250));
        CHECK(c.said() == lines{"ack 1"});
    }
    SECTION("a slow broker") {
        amqp_faults f;
        f.read_delay = seconds(1);
        p.broker.set_faults(f);
        c.publish("q", "m");
        p.advance(milliseconds(750));
        CHECK(p.broker.queue("q")->ready == 0);
        p.advance(milliseconds(250));
        CHECK(p.broker.queue("q")->ready == 1);
    }
    SECTION("connections that are cut") {
        amqp_faults f;
        f.cut_one_in = 1;
        p.broker.set_faults(f);
        CHECK(c.publish("q", "m").said() == lines{"end"});
        CHECK(p.broker.queue("q")->ready == 0);
    }
    SECTION("all connections that are cut") {
        CHECK(p.broker.ended_connections() == 0);
        p.broker.cut_connections();
        CHECK(c.said() == lines{"end"});
        CHECK(p.broker.ended_connections() == 1);
    }
    SECTION("a queue that is deleted") {
        basic_consume t;
        t.queue = "q";
        t.consumer_tag = "t";
        c.send(t).said();
        CHECK(p.broker.delete_queue("q"));
        CHECK(c.said() == lines{"cancel t"});
        CHECK(!p.broker.queue("q"));
        CHECK(!p.broker.delete_queue("q"));
        CHECK(!p.broker.delete_queue("q", "elsewhere"));
    }
    SECTION("no messages taken") {
        p.broker.block();
        CHECK(c.said().empty());
        c.publish("q", "1");
        CHECK(c.publish("q", "2").said() == lines{"blocked low on memory"});
        CHECK(p.broker.queue("q")->ready == 0);
        p.broker.unblock();
        CHECK(c.said() == lines{"unblocked", "ack 1", "ack 2"});
    }
}

TEST_CASE("the model broker: it stops and starts at the same place", "[amqp][model]") {
    place p;
    peer c(p);
    c.open();
    queue_declare d;
    d.queue = "q";
    d.durable = true;
    c.send(d).said();
    SECTION("in good order") {
        p.broker.stop();
        CHECK(c.said() == lines{"connection close 320 CONNECTION_FORCED - broker forced connection closure with reason "
                                "'shutdown'",
                              "end"});
    }
    SECTION("by a crash") {
        p.broker.crash();
        CHECK(c.said() == lines{"end"});
    }
    CHECK(peer(p).is_refused());
    auto const at = p.broker.endpoint();
    p.broker.start();
    CHECK(p.broker.endpoint() == at);
    peer again(p);
    CHECK(again.open().said() == opened);
    d.passive = true;
    CHECK(again.send(d).said() == lines{"declared 0 0"});
}

TEST_CASE("the model broker: who does not read is not written to without end", "[amqp][model]") {
    place p;
    peer slow(p);
    peer c(p);
    basic_consume t;
    t.queue = "q";
    t.no_ack = true;
    slow.open().declare("q").send(t).said();
    c.open().said();
    std::string const body(100'000, 'x');
    for (int i = 0; i < 200; ++i) c.publish("q", body);
    CHECK(p.broker.queue("q")->ready > 50);
    CHECK(slow.said().size() == 200); // once it reads it gets them all
    CHECK(p.broker.queue("q")->ready == 0);
}
