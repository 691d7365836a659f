// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "allocations.hpp"
#include "code_of.hpp"
#include "fw_catch.hpp"
#include "samples.hpp"

#include <fairway/transport/amqp/negotiation.hpp>

#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace samples;
using fairway::errc;

namespace {

std::string all(frame_input& in) {
    std::string found;
    while (auto const f = in.next()) {
        found += std::to_string(static_cast<int>(f->type)) + "/" + std::to_string(f->channel) + ":";
        found.append(f->payload) += ";";
    }
    return found;
}

reply_code refused(std::string_view bytes, std::uint32_t frame_max = least_frame_max) {
    return refusal([&] {
        frame_input in;
        in.limit(frame_max);
        feed(in, bytes);
        while (in.next()) {}
    });
}

} // namespace

TEST_CASE("a content header may be larger than what was agreed, and nothing else") {
    std::string bytes;
    append_frame(bytes, frame_type::header, 1, 20'000, [](std::string& to) { to.append(10'000, 'h'); });
    CHECK(refused(bytes) == reply_code::frame_error);
    frame_input in;
    in.limit(least_frame_max, 10'000 + frame_overhead);
    feed(in, bytes);
    CHECK(in.next()->payload.size() == 10'000);
    bytes[0] = static_cast<char>(frame_type::body);
    feed(in, bytes);
    CHECK(refusal([&] { in.next(); }) == reply_code::frame_error);
}

TEST_CASE("frames come whole out of every split of the input") {
    std::string bytes = method_of(queue_declare{.queue = "orders", .durable = true});
    append_heartbeat(bytes);
    append_content(bytes, 7, basic_publish{.routing_key = "k"}, all_properties(), "body", 4096);
    frame_input whole;
    feed(whole, bytes);
    auto const expected = all(whole);
    CHECK(whole.empty());
    CHECK(expected.find("8/0:;") != std::string::npos);
    CHECK(expected.ends_with("3/7:body;"));
    for (std::size_t a = 0; a <= bytes.size(); ++a)
        for (std::size_t b = a; b <= bytes.size(); b += 1 + a % 7) {
            frame_input in;
            std::string found;
            for (auto const& part : {bytes.substr(0, a), bytes.substr(a, b - a), bytes.substr(b)}) {
                feed(in, part);
                found += all(in);
            }
            if (found != expected || !in.empty()) FAIL("split at " << a << " and " << b);
        }
    frame_input single;
    std::string found;
    for (char const c : bytes) {
        feed(single, {&c, 1});
        found += all(single);
    }
    CHECK(found == expected);
}

TEST_CASE("frames of all sizes come out of random splits") {
    std::mt19937 random(7);
    std::string bytes;
    std::vector<std::size_t> sizes;
    for (std::size_t i = 0; i < 80; ++i) {
        sizes.push_back(random() % 4 == 0 ? random() % 130'000 : random() % 600);
        bytes += frame_of(frame_type::body, 1, std::string(sizes.back(), static_cast<char>('a' + i % 26)));
    }
    for (int round = 0; round < 5; ++round) {
        frame_input in;
        in.limit(131'072);
        std::size_t next = 0;
        for (std::size_t at = 0; at < bytes.size();) {
            std::size_t const part = 1 + random() % (round < 2 ? 700 : 100'000);
            feed(in, std::string_view(bytes).substr(at, part));
            at += part;
            while (auto const f = in.next()) {
                REQUIRE(f->payload.size() == sizes.at(next));
                CHECK(f->payload.find_first_not_of(static_cast<char>('a' + next % 26)) == std::string_view::npos);
                ++next;
            }
        }
        CHECK(next == sizes.size());
        CHECK(in.empty());
        CHECK(in.capacity() <= 131'072 + 100'000 + frame_input::most_room);
        in.shrink();
        CHECK(in.capacity() <= frame_input::least_room);
    }
}

TEST_CASE("a frame's size is looked at before there is room for it") {
    auto const size_of = [](std::string_view size, std::uint32_t frame_max) {
        frame_input in;
        in.limit(frame_max);
        feed(in, hex("03 0001") + hex(size));
        take_allocations();
        auto const code = refusal([&] {
            in.next();
            in.prepare();
        });
        CHECK(take_allocations().largest < frame_max + frame_input::most_room);
        return std::pair(code, in.capacity());
    };
    CHECK(size_of("00000ff8", 4096).first == reply_code::success);
    CHECK(size_of("00000ff9", 4096).first == reply_code::frame_error);
    CHECK(size_of("ffffffff", 4096) == std::pair(reply_code::frame_error, frame_input::least_room));
    CHECK(size_of("fffffff8", 131'072) == std::pair(reply_code::frame_error, frame_input::least_room));
    CHECK(size_of("80000000", 131'072) == std::pair(reply_code::frame_error, frame_input::least_room));
    CHECK(size_of("0001fff8", 131'072) == std::pair(reply_code::success, std::size_t{131'072}));
}

TEST_CASE("what is no frame is refused") {
    CHECK(refused(hex("08 0000 00000000 ce")) == reply_code::success);
    CHECK(refused(hex("08 0000 00000000 cd")) == reply_code::frame_error);
    CHECK(refused(hex("08 0001 00000000 ce")) == reply_code::frame_error);
    CHECK(refused(hex("08 0000 00000001 00 ce")) == reply_code::frame_error);
    CHECK(refused(hex("03 0001 00000002 6162 00")) == reply_code::frame_error);
    for (int type = 0; type < 256; ++type) {
        std::string const first(1, static_cast<char>(type));
        bool const known = type == 1 || type == 2 || type == 3 || type == 8 || first == "A";
        CHECK(refused(first) == (known ? reply_code::success : reply_code::frame_error));
    }
    CHECK(refused("HTTP/1.1 400 Bad Request\r\n") == reply_code::frame_error);
    CHECK(refused(hex("15 0301 0002 0246")) == reply_code::frame_error); // an alert of TLS
}

TEST_CASE("a server takes the protocol header of AMQP 0-9-1 and no other") {
    CHECK(protocol_header == hex("414d5150 00 00 09 01"));
    for (std::size_t n = 0; n < protocol_header.size(); ++n) {
        frame_input in;
        feed(in, protocol_header.substr(0, n));
        CHECK_FALSE(in.take_protocol_header());
        feed(in, "\xff");
        CHECK(refusal([&] { in.take_protocol_header(); }) == reply_code::frame_error);
    }
    for (auto const& other : {hex("414d5150 01 01 08 00"), hex("414d5150 03 01 00 00"), std::string("GET /")}) {
        frame_input in;
        feed(in, other);
        CHECK_THROWS_AS(in.take_protocol_header(), violation);
    }
    frame_input in;
    feed(in, std::string(protocol_header) + hex("08 0000 00000000 ce"));
    CHECK(in.take_protocol_header());
    CHECK(all(in) == "8/0:;");
}

TEST_CASE("a server that wants another version is understood, however its answer is split") {
    auto const answer = hex("414d5150 03 01 00 00");
    for (std::size_t n = 0; n < answer.size(); ++n) {
        frame_input in;
        feed(in, std::string_view(answer).substr(0, n));
        CHECK_FALSE(in.next());
        feed(in, std::string_view(answer).substr(n));
        try {
            in.next();
            FAIL("it was taken");
        } catch (fairway::system_error const& e) {
            CHECK(e.code() == errc::unsupported);
            CHECK(std::string(e.what()).find("it wants 1-0-0") != std::string::npos);
        }
    }
    CHECK(refused("AMQB") == reply_code::frame_error);
    CHECK(refused("Apache") == reply_code::frame_error);
}

TEST_CASE("a frame above the limit is not written, and leaves nothing") {
    std::string bytes = "before";
    std::string arguments;
    std::string const value(4096, 'v');
    append_entry(arguments, "x", value);
    queue_declare const declare{.queue = "q", .arguments = table_view(arguments)};
    CHECK(code_of([&] { append_method(bytes, 1, declare, 4096); }) == errc::too_large);
    CHECK(bytes == "before");
    append_method(bytes, 1, declare, 8192);
    CHECK(bytes.size() > 4096);
    bytes = "before";
    std::string const name(256, 'q');
    CHECK(code_of([&] { append_method(bytes, 1, queue_purge{.queue = name}, 4096); }) == errc::too_large);
    CHECK(bytes == "before");
}

TEST_CASE("limits are the lesser ones, and frames are never smaller than everybody takes") {
    auto const tuned = [](connection_tune const& offered, connection_tune_ok const& wanted) {
        auto const t = negotiated(offered, wanted);
        return std::vector<std::uint32_t>{t.channel_max, t.frame_max, t.heartbeat};
    };
    using all_three = std::vector<std::uint32_t>;
    CHECK(tuned({2047, 131'072, 60}, {100, 65'536, 10}) == all_three{100, 65'536, 10});
    CHECK(tuned({100, 65'536, 10}, {2047, 131'072, 60}) == all_three{100, 65'536, 10});
    CHECK(tuned({0, 0, 0}, {2047, 131'072, 60}) == all_three{2047, 131'072, 60});
    CHECK(tuned({2047, 131'072, 60}, {0, 131'072, 0}) == all_three{2047, 131'072, 60});
    CHECK(tuned({0, 0, 0}, {0, 131'072, 0}) == all_three{0, 131'072, 0});
    CHECK(tuned({1, 100, 1}, {0, 131'072, 0}) == all_three{1, 4096, 1});
    CHECK(tuned({1, 131'072, 1}, {0, 1, 0}) == all_three{1, 4096, 1});
    CHECK(tuned({65535, 0xffffffff, 65535}, {65535, 0xffffffff, 65535}) == all_three{65535, 0xffffffff, 65535});
}
