// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The fault proxy's commands, and the program that takes them.
#include "commands.hpp"
#include "fw_catch.hpp"
#include "program.hpp"
#include "stage.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace faults;
using faults::testing::program;
using faults::testing::socket_path;
using faults::testing::stage;
using namespace std::chrono_literals;

TEST_CASE("commands set the faults of one direction or both", "[fault_proxy]") {
    stage s;
    auto& p = *s.middle;
    auto const up = [&] { return p.faults_of(direction::up); };
    auto const down = [&] { return p.faults_of(direction::down); };
    CHECK(obey(p, "latency 20ms 5ms").empty());
    CHECK(up().latency == 20ms);
    CHECK(up().jitter == 5ms);
    CHECK(down() == up());
    obey(p, "  latency  1s\tdown\r");
    CHECK(down().latency == 1s);
    CHECK(down().jitter == 0ms);
    CHECK(up().latency == 20ms);
    obey(p, "latency 300us up");
    CHECK(up().latency == 300us);
    obey(p, "latency 0");
    CHECK(up() == flow_faults());
    obey(p, "rate 64k up");
    CHECK(up().rate == 64'000);
    CHECK(down().rate == 0);
    obey(p, "rate 2m");
    CHECK(down().rate == 2'000'000);
    obey(p, "split 7 down");
    CHECK(down().split == 7);
    CHECK(up().split == 0);
    obey(p, "stall up");
    CHECK(up().stall);
    CHECK_FALSE(down().stall);
    obey(p, "drop");
    CHECK(up().drop);
    CHECK(down().drop);
    obey(p, "heal");
    CHECK(up() == flow_faults());
    CHECK(down() == flow_faults());
    obey(p, "one-way up");
    CHECK_FALSE(up().drop);
    CHECK(down().drop);
}

TEST_CASE("commands act on connections", "[fault_proxy]") {
    stage s;
    auto [client, server] = s.connect_through();
    client.send("12345");
    s.until([&, &server = server] { return server.got == "12345" && s.middle->counted().up.passed == 5; });
    CHECK(obey(*s.middle, "stats") ==
          "accepted=1 refused=0 open=1 resets=0 up-passed=5 up-writes=1 up-dropped=0 down-passed=0 down-writes=0 "
          "down-dropped=0");
    CHECK(obey(*s.middle, "half-open target") == "1");
    s.until([&, &server = server] { return server.was_reset(); });
    CHECK(obey(*s.middle, "reset") == "1");
    s.until([&, &client = client] { return client.was_reset(); });

    obey(*s.middle, "refuse on");
    auto& refused = s.connect();
    s.until([&] { return refused.was_reset(); });
    obey(*s.middle, "refuse off");
    obey(*s.middle, "cut-after 3 up");
    auto [cut, cut_there] = s.connect_through();
    cut.send("12345");
    s.until([&, &there = cut_there] { return there.was_reset(); });
    CHECK(cut_there.got == "123");

    stage other;
    obey(*s.middle, "target " + text_of(other.acceptor.local_endpoint()));
    s.connect();
    s.until([&] { return s.middle->counted().accepted == 4; });
    other.until([&] { return other.accepted.size() == 1; });
}

TEST_CASE("what is no command is said to be none, and changes nothing", "[fault_proxy]") {
    stage s;
    for (auto const* bad :
        {"", "   ", "hello", "latency", "latency 20", "latency ms", "latency -1ms", "latency 2h", "latency 20ms 5",
            "latency 1ms 1ms 1ms", "latency 20ms sideways", "latency 99999999999999999999ms", "latency 4000s", "rate",
            "rate fast", "rate 10x", "rate -1", "rate 99999999999m", "split 1 2", "stall now", "drop up down",
            "one-way", "one-way both", "refuse", "refuse maybe", "half-open", "half-open both", "reset all", "heal all",
            "stats all", "target", "target nowhere", "cut-after", "cut-after x", "quit now"}) {
        INFO(bad);
        CHECK_THROWS_AS(obey(*s.middle, bad), std::invalid_argument);
        CHECK(s.middle->faults_of(direction::up) == flow_faults());
        CHECK(s.middle->faults_of(direction::down) == flow_faults());
    }
}

TEST_CASE("the program takes commands from its standard input", "[fault_proxy]") {
    stage s; // its target, and clients
    auto const target = text_of(s.acceptor.local_endpoint());
    program p({"127.0.0.1:0", target, "--seed", "3", "--latency", "10us", "10us", "--split", "2", "down"});
    auto const said = p.line();
    REQUIRE(said.substr(0, 10) == "listening ");
    stream_socket socket(s.context);
    socket.connect(parse_address(said.substr(10)));
    auto& client = s.clients.emplace_back(std::move(socket));
    client.read();
    s.until([&] { return s.accepted.size() == 1; });
    s.accepted.front().send("0123456789");
    s.until([&] { return client.got == "0123456789"; });
    // It counts what it has written a moment later.
    std::string stats;
    while (stats.find(" down-passed=10 ") == std::string::npos) {
        p.say("stats\n");
        stats = p.line();
        REQUIRE(stats.substr(0, 40) == "ok accepted=1 refused=0 open=1 resets=0 ");
    }
    p.say("nonsense\n");
    CHECK(p.line() == "error: no such command: nonsense");
    p.say("reset\n");
    CHECK(p.line() == "ok 1");
    s.until([&] { return client.was_reset(); });
    p.say("heal\nquit\n");
    CHECK(p.line() == "ok");
    CHECK(p.line() == "ok");
    CHECK(p.end() == 0);
}

TEST_CASE("the program ends with its standard input, or at a signal", "[fault_proxy]") {
    socket_path here;
    program p({here.text(), "127.0.0.1:9"});
    CHECK(p.line() == "listening unix://" + here.text());
    SECTION("its input ends") { p.say_no_more(); }
    SECTION("a signal") { p.signal(SIGTERM); }
    CHECK(p.end() == 0);
    CHECK_FALSE(std::filesystem::exists(here.text()));
}

TEST_CASE("the program takes commands from a Unix socket", "[fault_proxy]") {
    socket_path control;
    program p({"127.0.0.1:0", "127.0.0.1:9", "--control", control.text()});
    REQUIRE(p.line().substr(0, 10) == "listening ");
    p.say_no_more(); // which does not matter then
    boost::asio::io_context context;
    boost::asio::local::stream_protocol::socket socket(context);
    socket.connect(control.text());
    boost::asio::write(socket, boost::asio::buffer(std::string_view("rate 64k\nrate x\nquit\n")));
    std::string answers;
    boost::system::error_code end;
    boost::asio::read(socket, boost::asio::dynamic_buffer(answers), end);
    CHECK(answers == "ok\nerror: not a number: x\nok\n");
    CHECK(p.end() == 0);
    CHECK_FALSE(std::filesystem::exists(control.text()));
}

TEST_CASE("the program says what is wrong with its arguments", "[fault_proxy]") {
    for (auto const& arguments : std::vector<std::vector<std::string>>{{}, {"127.0.0.1:0"}, {"127.0.0.1:0", "nowhere"},
             {"127.0.0.1:0", "127.0.0.1:9", "--latency"}, {"127.0.0.1:0", "127.0.0.1:9", "--seed", "x"},
             {"127.0.0.1:0", "127.0.0.1:9", "--control"}, {"127.0.0.1:0", "127.0.0.1:9", "--no-such"}}) {
        program p(arguments);
        CHECK(p.end() == 2);
    }
}
