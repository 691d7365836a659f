// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What decides, without I/O.
#include "fw_catch.hpp"

#include <fairway/transport/amqp/channel_numbers.hpp>
#include <fairway/transport/amqp/heartbeats.hpp>
#include <fairway/transport/amqp/reply_errors.hpp>
#include <fairway/transport/amqp/sasl.hpp>

#include <string>

using namespace fairway::amqp_detail;
using namespace std::chrono_literals;
using fairway::errc;

TEST_CASE("a heartbeat is due after half of the interval without output, and two without input are the end") {
    using verdict = heartbeats::verdict;
    heartbeats::time const begin{1h};
    heartbeats beats;
    beats.start(10, begin);
    CHECK(beats.alarm() == begin + 5s);
    CHECK(beats.tick(begin + 4999ms) == verdict::nothing);
    CHECK(beats.tick(begin + 5s) == verdict::write);
    CHECK(beats.alarm() == begin + 10s);
    beats.wrote(begin + 8s);
    CHECK(beats.tick(begin + 10s) == verdict::nothing);
    CHECK(beats.alarm() == begin + 13s);
    CHECK(beats.tick(begin + 19s) == verdict::write);
    CHECK(beats.alarm() == begin + 20s);
    CHECK(beats.tick(begin + 20s) == verdict::dead);
    beats.heard(begin + 1s);
    CHECK(beats.tick(begin + 20s) == verdict::nothing);
    CHECK(beats.tick(begin + 21s) == verdict::dead);
}

TEST_CASE("without an interval there are no heartbeats, and nobody dies") {
    heartbeats beats;
    beats.start(0, heartbeats::time(1h));
    CHECK(beats.alarm() == heartbeats::time::max());
    CHECK(beats.tick(heartbeats::time(1000h)) == heartbeats::verdict::nothing);
}

TEST_CASE("a channel's number is another one's only once it was given back") {
    channel_numbers n;
    CHECK_FALSE(n.take()); // before there is an agreement
    n.limit(3);
    CHECK(n.take() == 1);
    CHECK(n.take() == 2);
    n.give_back(1);
    CHECK(n.take() == 1);
    CHECK(n.take() == 3);
    CHECK_FALSE(n.take());
    n.give_back(2);
    CHECK(n.take() == 2);
    CHECK_FALSE(n.take());
    channel_numbers all;
    all.limit(0);
    for (int i = 1; i <= 65535; ++i) REQUIRE(all.take() == i);
    CHECK_FALSE(all.take());
}

TEST_CASE("a stranger's text is told without what could deceive who reads it") {
    CHECK(told("NOT_FOUND - no queue 'a'") == "NOT_FOUND - no queue 'a'");
    CHECK(told("") == "");
    CHECK(told("a\r\n\x1b[31mb\x7f") == "a???[31mb?");
    CHECK(told("caf\u00e9 \u20ac") == "caf\u00e9 \u20ac");
    CHECK(told("\u0085x") == "?x"); // a line end of C1
    CHECK(told("\xff\xfe") == "??");
    CHECK(told("\xc3") == "?");
    CHECK(told(std::string(255, 'x')) == std::string(200, 'x'));
    CHECK(told(std::string(199, 'x') + "\u00e9") == std::string(199, 'x'));
    CHECK(told(std::string(100'000, '\n')).size() == 200);
}

TEST_CASE("the broker's codes say what went wrong") {
    auto const of = [](int code, char const* text = "") { return error_of(static_cast<reply_code>(code), text); };
    CHECK(of(311) == errc::too_large);
    CHECK(of(312) == errc::unroutable);
    CHECK(of(320) == errc::not_connected);
    CHECK(of(403) == errc::unauthorized);
    CHECK(of(404) == errc::unroutable);
    CHECK(of(405) == errc::topology_mismatch);
    CHECK(of(406, "PRECONDITION_FAILED - inequivalent arg 'durable'") == errc::topology_mismatch);
    CHECK(of(406, "PRECONDITION_FAILED - unknown delivery tag 7") == errc::not_connected);
    CHECK(of(406, "PRECONDITION_FAILED - delivery acknowledgement on channel 3 timed out. Timeout value used: 1800000 "
                  "ms") == errc::not_connected);
    CHECK(of(506) == errc::queue_full);
    for (int const other : {0, 200, 402, 501, 504, 540, 541, 999}) CHECK(of(other) == errc::not_connected);
}

TEST_CASE("a client says who it is by the mechanism that fits what it has") {
    fairway::secret const password("pass word");
    auto const plain = answer_sasl("EXTERNAL PLAIN", "clerk", password);
    CHECK(plain.mechanism == "PLAIN");
    CHECK(plain.response.view() == std::string_view("\0clerk\0pass word", 16));
    auto const external = answer_sasl("PLAIN EXTERNAL", "", {});
    CHECK(external.mechanism == "EXTERNAL");
    CHECK(external.response.empty());
    for (auto const* offered : {"", " ", "AMQPLAIN", "PLAINER", "plain", "EXTERNAL"}) {
        CAPTURE(offered);
        try {
            answer_sasl(offered, "clerk", password);
            FAIL_CHECK("it was answered");
        } catch (fairway::system_error const& e) {
            CHECK(e.code() == errc::unauthorized);
            CHECK(std::string(e.what()).find("pass") == std::string::npos);
        }
    }
    CHECK_THROWS_AS(answer_sasl("PLAIN", "", password), fairway::system_error);
    CHECK_THROWS_AS(answer_sasl("PLAIN", std::string_view("a\0b", 3), password), fairway::system_error);
    CHECK_THROWS_AS(answer_sasl("PLAIN", "a", fairway::secret(std::string_view("a\0b", 3))), fairway::system_error);
    CHECK(is_offered("A B  C ", "C"));
    CHECK_FALSE(is_offered("A B", "A B"));
}
