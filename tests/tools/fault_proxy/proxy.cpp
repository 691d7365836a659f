// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The fault proxy between a client and a target.
#include "proxy.hpp"
#include "fw_catch.hpp"
#include "stage.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <fstream>
#include <string>

using namespace faults;
using faults::testing::peer;
using faults::testing::socket_path;
using faults::testing::stage;
using namespace std::chrono_literals;

namespace {

std::string numbered(std::size_t n) {
    std::string bytes(n, '\0');
    for (std::size_t i = 0; i < n; ++i) bytes[i] = static_cast<char>('a' + i % 23);
    return bytes;
}

void pass_both_ways(stage& s) {
    auto [client, server] = s.connect_through();
    client.send("question");
    s.until([&, &server = server] { return server.got == "question"; });
    server.send("answer");
    s.until([&, &client = client] { return client.got == "answer"; });

    // The end of one direction is not that of the other.
    client.send("the rest");
    client.send_end();
    s.until([&, &server = server] { return static_cast<bool>(server.end); });
    CHECK(server.end == boost::asio::error::eof);
    CHECK(server.got == "questionthe rest");
    CHECK_FALSE(client.end);
    server.send(" and more");
    server.send_end();
    s.until([&, &client = client] { return static_cast<bool>(client.end); });
    CHECK(client.end == boost::asio::error::eof);
    CHECK(client.got == "answer and more");
    s.until([&] { return s.middle->counted().open == 0; });
    CHECK(s.middle->counted().resets == 0);
}

flow_faults dropping() {
    flow_faults f;
    f.drop = true;
    return f;
}
flow_faults stalling() {
    flow_faults f;
    f.stall = true;
    return f;
}

} // namespace

TEST_CASE("bytes and their end pass through the proxy in both directions", "[fault_proxy]") {
    socket_path here;
    socket_path there;
    auto const tcp = std::string("tcp://127.0.0.1:0");
    SECTION("TCP") {
        stage s;
        pass_both_ways(s);
    }
    SECTION("Unix sockets") {
        stage s("unix://" + here.text(), there.text());
        CHECK(s.middle->address() == "unix://" + here.text());
        pass_both_ways(s);
    }
    SECTION("from TCP to a Unix socket") {
        stage s(tcp, there.text());
        pass_both_ways(s);
    }
    SECTION("from a Unix socket to TCP") {
        stage s(here.text(), tcp);
        pass_both_ways(s);
    }
}

TEST_CASE("much passes through the proxy whole, whatever it does to its timing", "[fault_proxy]") {
    stage s;
    auto const bytes = numbered(300'000);
    auto const set = [&](flow_faults const& f) { s.middle->set(direction::up, f); };
    flow_faults f;
    SECTION("nothing") {}
    SECTION("pieces") { f.split = 1000; }
    SECTION("latency with jitter") {
        f.latency = 200us;
        f.jitter = 200us;
    }
    SECTION("all of it, and a rate") {
        f.latency = 100us;
        f.jitter = 100us;
        f.split = 5000;
        f.rate = 100'000'000;
    }
    set(f);
    auto [client, server] = s.connect_through();
    boost::asio::async_write(client.socket, boost::asio::buffer(bytes),
        [&, &client = client](boost::system::error_code, std::size_t) { client.send_end(); });
    s.until([&, &server = server] { return static_cast<bool>(server.end); });
    CHECK(server.got == bytes);
    CHECK(s.middle->counted().up.passed == bytes.size());
    if (f.split > 0) CHECK(s.middle->counted().up.writes >= bytes.size() / f.split);
}

TEST_CASE("a proxy that splits writes small pieces", "[fault_proxy]") {
    socket_path here;
    socket_path there;
    stage s(here.text(), there.text()); // what is written to a Unix socket is there at once
    flow_faults f;
    f.split = 3;
    s.middle->set(direction::down, f);
    auto [client, server] = s.connect_through();
    server.send(numbered(100));
    s.until([&, &client = client] { return client.got.size() == 100 && s.middle->counted().down.passed == 100; });
    CHECK(client.got == numbered(100));
    CHECK(client.reads >= 10);
    CHECK(s.middle->counted().down.writes >= 34);
    client.send(numbered(100));
    s.until([&, &server = server] { return server.got.size() == 100 && s.middle->counted().up.passed == 100; });
    CHECK(s.middle->counted().up.writes == 1);
}

TEST_CASE("what a stalled connection holds gets through when it is over", "[fault_proxy]") {
    stage s;
    auto [client, server] = s.connect_through();
    s.middle->set(direction::up, stalling());
    client.send("held");
    server.send("answer"); // the other direction is not concerned
    s.until([&, &client = client] { return client.got == "answer"; });
    s.settle();
    CHECK(server.got.empty());
    CHECK(s.middle->counted().up.passed == 0);
    s.middle->heal();
    s.until([&, &server = server] { return server.got == "held"; });
    CHECK(s.middle->counted().resets == 0);
    CHECK_FALSE(client.end);
}

TEST_CASE("latency can be taken back while bytes wait", "[fault_proxy]") {
    stage s;
    flow_faults f;
    f.latency = 1h;
    auto [client, server] = s.connect_through();
    s.middle->set(direction::up, f);
    client.send("late");
    s.settle();
    CHECK(server.got.empty());
    CHECK(s.middle->counted().open == 1);
    s.middle->reset(); // and nothing waits for the hour to go by
    s.until([&, &client = client, &server = server] { return client.end && server.end; });
    CHECK(s.middle->counted().open == 0);
}

TEST_CASE("what goes into a black hole disappears, and the connection does not outlive it", "[fault_proxy]") {
    stage s;
    auto [client, server] = s.connect_through();
    client.send("before");
    s.until([&, &server = server] { return server.got == "before"; });
    s.middle->set(direction::up, dropping());
    client.send("gone");
    s.until([&] { return s.middle->counted().up.dropped == 4; });
    SECTION("it ends") {
        s.middle->heal();
        s.until([&, &client = client, &server = server] { return client.end && server.end; });
        CHECK(client.was_reset());
        CHECK(server.was_reset());
    }
    SECTION("the client gives up meanwhile, which the target is not told") {
        client.socket.close();
        s.settle();
        CHECK_FALSE(server.end);
        s.middle->heal();
        s.until([&, &server = server] { return static_cast<bool>(server.end); });
        CHECK(server.was_reset());
    }
    CHECK(server.got == "before");
    CHECK(s.middle->counted().open == 0);
}

TEST_CASE("a connection that lost nothing outlives a black hole", "[fault_proxy]") {
    stage s;
    auto [client, server] = s.connect_through();
    s.middle->set(direction::up, dropping());
    s.middle->set(direction::down, dropping());
    s.settle();
    s.middle->heal();
    client.send("after");
    s.until([&, &server = server] { return server.got == "after"; });
}

TEST_CASE("bytes on their way are lost in a black hole", "[fault_proxy]") {
    stage s;
    flow_faults f;
    f.latency = 1h;
    auto [client, server] = s.connect_through();
    s.middle->set(direction::up, f);
    client.send("on its way");
    s.settle();
    f.drop = true;
    s.middle->set(direction::up, f);
    s.until([&] { return s.middle->counted().up.dropped == 10; });
    s.middle->heal();
    s.until([&, &client = client, &server = server] { return client.end && server.end; });
    CHECK(server.got.empty());
}

TEST_CASE("who connects to a black hole reaches nobody", "[fault_proxy]") {
    stage s;
    s.middle->set(direction::down, dropping());
    auto& client = s.connect();
    client.send("hello");
    s.until([&] { return s.middle->counted().up.dropped == 5; });
    CHECK(s.accepted.empty());
    CHECK_FALSE(client.end);
    s.middle->heal();
    s.until([&] { return static_cast<bool>(client.end); });
    CHECK(client.was_reset());
    CHECK(s.accepted.empty());
    auto [again, server] = s.connect_through();
    again.send("hello");
    s.until([&, &server = server] { return server.got == "hello"; });
}

TEST_CASE("one direction can be lost alone", "[fault_proxy]") {
    stage s;
    auto [client, server] = s.connect_through();
    s.middle->set(direction::down, dropping());
    client.send("question");
    s.until([&, &server = server] { return server.got == "question"; });
    server.send("answer");
    s.until([&] { return s.middle->counted().down.dropped == 6; });
    CHECK(client.got.empty());
    client.send(" again");
    s.until([&, &server = server] { return server.got == "question again"; });
    CHECK_FALSE(client.end);
}

TEST_CASE("a reset reaches both ends of all connections", "[fault_proxy]") {
    stage s;
    auto [one, one_there] = s.connect_through();
    auto [two, two_there] = s.connect_through();
    CHECK(s.middle->reset() == 2);
    s.until([&, &a = one, &b = one_there, &c = two, &d = two_there] { return a.end && b.end && c.end && d.end; });
    CHECK((one.was_reset() && one_there.was_reset() && two.was_reset() && two_there.was_reset()));
    CHECK(s.middle->counted().resets == 2);
    CHECK(s.middle->counted().open == 0);
    CHECK(s.middle->reset() == 0);
    auto [three, three_there] = s.connect_through();
    three.send("new");
    s.until([&, &there = three_there] { return there.got == "new"; });
}

TEST_CASE("a reset reaches both ends over Unix sockets", "[fault_proxy]") {
    socket_path here;
    socket_path there;
    stage s(here.text(), there.text());
    auto [client, server] = s.connect_through();
    CHECK(s.middle->reset() == 1);
    s.until([&, &client = client, &server = server] { return client.end && server.end; });
    CHECK(client.end == boost::asio::error::eof);
}

TEST_CASE("an end that resets its connection resets the other end's", "[fault_proxy]") {
    stage s;
    auto [client, server] = s.connect_through();
    server.socket.set_option(boost::asio::socket_base::linger(true, 0));
    server.socket.close();
    s.until([&, &client = client] { return static_cast<bool>(client.end); });
    CHECK(client.was_reset());
}

TEST_CASE("half open: one end is gone, and the other one is not told", "[fault_proxy]") {
    stage s;
    auto [client, server] = s.connect_through();
    bool const client_dies = GENERATE(true, false);
    auto& dead = client_dies ? client : server;
    auto& left = client_dies ? server : client;
    auto const direction_of_left = client_dies ? direction::down : direction::up;
    CHECK(s.middle->half_open(client_dies ? side::client : side::target) == 1);
    s.until([&] { return static_cast<bool>(dead.end); });
    CHECK(dead.was_reset());
    left.send("anybody there?");
    auto const dropped = [&] {
        auto const counts = s.middle->counted();
        return (direction_of_left == direction::up ? counts.up : counts.down).dropped;
    };
    s.until([&] { return dropped() == 14; });
    s.settle();
    CHECK_FALSE(left.end);
    CHECK(s.middle->counted().open == 1);
    SECTION("it is told in the end") {
        s.middle->heal();
        s.until([&] { return static_cast<bool>(left.end); });
        CHECK(left.was_reset());
    }
    SECTION("it gives up by itself") { left.socket.close(); }
    s.until([&] { return s.middle->counted().open == 0; });
}

TEST_CASE("connections are cut after so many bytes", "[fault_proxy]") {
    stage s;
    auto const at = GENERATE(std::size_t{1}, std::size_t{5}, std::size_t{10});
    s.middle->cut_after(direction::up, at);
    for (int i = 0; i < 2; ++i) {
        auto [client, server] = s.connect_through();
        client.send("0123456789");
        s.until([&, &client = client, &server = server] { return client.end && server.end; });
        CHECK(server.got == std::string("0123456789").substr(0, at));
        CHECK(server.was_reset());
        CHECK(client.was_reset());
    }
    s.middle->heal();
    auto [client, server] = s.connect_through();
    client.send("0123456789");
    s.until([&, &server = server] { return server.got.size() == 10; });
    s.middle->cut_after(direction::up, 10); // it has had as many already
    s.until([&, &client = client] { return static_cast<bool>(client.end); });
}

TEST_CASE("a proxy that refuses resets who connects", "[fault_proxy]") {
    stage s;
    s.middle->refuse(true);
    auto& client = s.connect();
    s.until([&] { return static_cast<bool>(client.end); });
    CHECK(client.was_reset());
    CHECK(s.middle->counted().refused == 1);
    CHECK(s.accepted.empty());
    s.middle->refuse(false);
    s.connect_through();
}

TEST_CASE("who connects while the target is not there is reset, and its successor is found", "[fault_proxy]") {
    stage s;
    s.acceptor.close();
    auto& client = s.connect();
    s.until([&] { return static_cast<bool>(client.end); });
    CHECK(client.was_reset());

    stage other;
    s.middle->target(text_of(other.acceptor.local_endpoint()));
    auto& again = s.connect();
    again.send("hello");
    s.until([&] { return s.middle->counted().up.passed == 5; });
    other.until([&] { return !other.accepted.empty() && other.accepted.front().got == "hello"; });
}

TEST_CASE("a proxy that goes resets its connections and leaves no socket behind", "[fault_proxy]") {
    socket_path here;
    stage s(here.text());
    auto [client, server] = s.connect_through();
    CHECK(std::filesystem::exists(here.text()));
    s.middle.reset();
    CHECK_FALSE(std::filesystem::exists(here.text()));
    s.until([&, &client = client, &server = server] { return client.end && server.end; });
    CHECK(server.was_reset());
}

TEST_CASE("a Unix socket that was left is replaced, another file is not", "[fault_proxy]") {
    boost::asio::io_context context;
    socket_path here;
    auto const listen = [&] { return proxy(context.get_executor(), here.text(), "127.0.0.1:9").address(); };
    { boost::asio::local::stream_protocol::acceptor left(context, here.text()); }
    CHECK(std::filesystem::exists(here.text()));
    CHECK(listen() == "unix://" + here.text());
    std::ofstream(here.text()) << "precious";
    CHECK_THROWS_AS(listen(), boost::system::system_error);
    CHECK(std::filesystem::file_size(here.text()) == 8);
}

TEST_CASE("addresses are read and written", "[fault_proxy]") {
    CHECK(text_of(parse_address("127.0.0.1:80")) == "tcp://127.0.0.1:80");
    CHECK(text_of(parse_address("tcp://127.0.0.1:80")) == "tcp://127.0.0.1:80");
    CHECK(text_of(parse_address("[::1]:80")) == "tcp://[::1]:80");
    CHECK(text_of(parse_address("/tmp/a")) == "unix:///tmp/a");
    CHECK(text_of(parse_address("unix:///tmp/a")) == "unix:///tmp/a");
    for (auto const* bad : {"", "80", ":80", "host:", "unix://a", "unix://"})
        CHECK_THROWS_AS(parse_address(bad), std::invalid_argument);
    CHECK_THROWS_AS(parse_address("127.0.0.1:port"), boost::system::system_error);
}
