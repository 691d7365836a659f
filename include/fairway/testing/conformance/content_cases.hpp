// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_CONTENT_CASES_HPP
#define FAIRWAY_TESTING_CONFORMANCE_CONTENT_CASES_HPP

// What arrives is what was sent: headers, standard headers and bodies.

#include <fairway/testing/conformance/case.hpp>
#include <fairway/testing/conformance/scene.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fairway::testing::conformance {

namespace detail {

// Whole seconds, which every broker keeps.
inline time_point now_of(participant const& p) {
    return std::chrono::floor<std::chrono::seconds>(env::clock::of(p.net.get_executor()).now());
}

// Sends it through a fresh queue and returns how it arrives.
inline delivery through_a_queue(scene& play, draft const& one) {
    auto const to = play.queue();
    auto& there = play.listen(play.connect(), to);
    play.pause();
    play.send(play.speak(play.connect(), to), one);
    play.until([&] { return there.take() > 0; }, "a message to arrive");
    expect_equal(there.held().size(), 1U, "the number of messages");
    delivery const d = there.held().front();
    there.accept_all();
    return d;
}

inline void expect_headers(delivery const& d, headers const& sent) {
    std::vector<header> found;
    for (auto const& h : d.headers()) found.push_back(h);
    expect_equal(found.size(), sent.size(), "the number of headers");
    std::size_t i = 0;
    for (auto const& h : sent.view()) {
        expect_equal(found[i].name, h.name, "the name of a header");
        expect_equal(found[i].value, h.value, "the value of the header " + std::string(h.name));
        ++i;
    }
}

inline void headers_round_trip(stage& on) {
    scene play(on);
    draft d = play.number(1);
    d.more.set("tenant", "acme").set("Tenant", "case matters").set("empty", "").set("spaces", "  in and around  ");
    d.more.set("x-!#$%&'*+-.^_`|~()<>@,;\\\"/[]?={}", "a name of all kinds of characters");
    d.more.set("quoted", "a=\"b\", c; d: e & f%20 \\n {} []");
    d.more.set_reserved("fw-test", "Fairway's own");
    expect_headers(through_a_queue(play, d), d.more);
}

inline void unicode_headers(stage& on) {
    scene play(on);
    draft d = play.number(1);
    d.more.set("german", "Grüße").set("japanese", "出荷済み").set("emoji", "\xf0\x9f\x9a\xa2").set("rtl", "שלום");
    d.more.set("combining", "e\xcc\x81").set("separator", "a\xe2\x80\xa8z");
    expect_headers(through_a_queue(play, d), d.more);
}

inline void largest_headers(stage& on) {
    scene play(on);
    draft d = play.number(1);
    d.more.set(std::string(limits::header_name, 'n'), "a long name");
    d.more.set("long", std::string(limits::header_value, 'v'));
    expect_headers(through_a_queue(play, d), d.more);
}

inline void standard_headers_round_trip(stage& on) {
    scene play(on);
    draft d = play.number(1);
    auto& h = d.head;
    h.id = {0x0198'c3a7'1f2e'7abcULL, 0x8123'4567'89ab'cdefULL};
    h.correlation = {0x0198'c3a7'0000'7001ULL, 0xbfff'ffff'ffff'ffffULL};
    h.conversation = {0x0198'c3a7'0000'7002ULL, 0x8000'0000'0000'0001ULL};
    h.causation = {0x0198'c3a7'0000'7003ULL, 0x8000'0000'0000'0002ULL};
    h.time = now_of(play.connect());
    h.expires = h.time + std::chrono::hours(2);
    h.version = {3, 14};
    h.source = "order-service.1";
    h.content_type = "application/vnd.test+json; charset=utf-8";
    auto const got = through_a_queue(play, d);
    auto const& found = got.message().head();
    expect(found.id == h.id, "the message id to arrive");
    expect(found.correlation == h.correlation, "the correlation id to arrive");
    expect(found.conversation == h.conversation, "the conversation id to arrive");
    expect(found.causation == h.causation, "the causation id to arrive");
    expect(found.time == h.time, "the time of sending to arrive");
    // A transport may carry what is left of its life.
    auto const off = found.expires - h.expires;
    expect(off <= on.clock_error() && off >= -on.clock_error(), "the time of expiry to arrive");
    expect_equal(found.type, h.type, "the type");
    expect(found.version == h.version, "the version to arrive");
    expect_equal(found.source, h.source, "the name of the sender");
    expect_equal(found.content_type, h.content_type, "the content type");
    expect(found.reply_to.empty() && !got.wants_reply(), "no wish for a reply where none was sent");
    expect(!got.shard(), "no shard on a channel without shards");
}

inline void absent_stays_absent(stage& on) {
    scene play(on);
    draft d;
    d.head.id = play.number(1).head.id;
    d.body = "1";
    auto const got = through_a_queue(play, d);
    auto const& h = got.message().head();
    expect(!h.correlation && !h.conversation && !h.causation, "ids that were not sent to stay nil");
    expect(h.expires == no_time && !got.deadline(), "no deadline where none was sent");
    expect_equal(h.type, "", "the type");
    expect_equal(h.source, "", "the name of the sender");
    expect_equal(h.shard_key, "", "the shard key");
    expect_equal(got.headers().size(), 0U, "the number of headers");
    expect_equal(got.attempt(), 1U, "the attempt");
    expect_equal(got.body(), "1", "the body");
}

inline void shard_key_arrives(stage& on) {
    scene play(on);
    auto const to = play.queue(4);
    auto& there = play.listen(play.connect(), to);
    play.pause();
    draft d = play.keyed(1, "Käufer 7/ä", 4);
    play.send(play.speak(play.connect(), to), d);
    play.until([&] { return there.take() > 0; }, "a message to arrive");
    auto const& got = there.held().front();
    expect_equal(got.shard_key(), d.key, "the shard key");
    expect_equal(got.shard().value_or(no_shard), d.head.shard, "the shard");
    there.accept_all();
}

inline void expect_body(scene& play, std::string body) {
    draft d = play.number(1);
    d.head.content_type = "application/octet-stream";
    d.body = std::move(body);
    auto const got = through_a_queue(play, d);
    expect(got.body() == d.body,
        "a body of " + std::to_string(d.body.size()) + " bytes to arrive unchanged, found " + text_of(got.body()));
}

inline void binary_body(stage& on) {
    scene play(on);
    std::string all;
    for (int n = 0; n < 2; ++n)
        for (int c = 0; c < 256; ++c) all.push_back(static_cast<char>(c));
    expect_body(play, all);
}

inline void empty_body(stage& on) {
    scene play(on);
    expect_body(play, "");
}

inline void body_like_a_terminator(stage& on) {
    scene play(on);
    using namespace std::string_literals;
    expect_body(play, "\0\0\r\n\r\n\0SEND\n\n{}"s);
}

// Not the same byte again and again, so that a piece that is lost or comes twice is seen.
inline std::string patterned(std::size_t size) {
    std::string text;
    text.reserve(size + 8);
    for (std::uint64_t n = 1; text.size() < size; ++n) {
        std::uint64_t const mixed = n * 0x9e3779b97f4a7c15ULL;
        text.append(reinterpret_cast<char const*>(&mixed), sizeof mixed);
    }
    text.resize(size);
    return text;
}

inline void large_body(stage& on) {
    scene play(on);
    constexpr std::size_t mebibyte = 1024 * 1024;
    expect_body(play, patterned(std::min(mebibyte, play.able().max_body)));
}

inline void bodies_of_many_sizes(stage& on) {
    scene play(on);
    auto const to = play.queue();
    auto& there = play.listen(play.connect(), to);
    play.pause();
    std::vector<std::size_t> const sizes = {1, 125, 126, 127, 128, 4095, 4096, 4097, 65'535, 65'536, 131'073};
    std::vector<envelope> all;
    std::uint64_t n = 0;
    for (auto const size : sizes) {
        draft d = play.number(++n);
        d.more.set("size", std::to_string(size));
        d.body = patterned(std::min(size, play.able().max_body));
        all.push_back(d.done());
    }
    play.send(play.speak(play.connect(), to), std::move(all));
    auto const come = [&] {
        there.take();
        return there.held().size() >= sizes.size();
    };
    play.until(come, "bodies of many sizes to arrive");
    for (auto const& d : there.held()) {
        auto const size = static_cast<std::size_t>(std::stoul(std::string(d.header("size").value_or("0"))));
        expect(d.body() == patterned(std::min(size, play.able().max_body)),
            "a body of " + std::to_string(size) + " bytes to arrive unchanged");
    }
    there.accept_all();
}

inline void same_envelope_twice(stage& on) {
    scene play(on);
    auto& here = play.connect();
    auto const first = play.queue(0, "first"), second = play.topic(0, "second");
    auto& a = play.listen(play.connect(), first);
    auto& b = play.listen(play.connect(), second);
    play.pause();
    draft d = play.number(7);
    d.more.set("tenant", "acme");
    envelope const e = d.done();
    play.send(play.speak(here, first), {e});
    play.send(play.speak(here, second), {e});
    expect_equal(e.body(), "7", "the body of an envelope that was sent");
    expect_equal(e.headers().find("tenant").value_or(""), "acme", "a header of an envelope that was sent");
    for (auto* one : {&a, &b}) {
        play.until([&] { return one->take() > 0; }, "an envelope to arrive that was sent twice");
        expect(one->held().front().id() == d.head.id, "the same id on both channels");
        expect_headers(one->held().front(), d.more);
        one->accept_all();
    }
}

inline void attempts_see_the_same(stage& on) {
    scene play(on);
    auto const to = play.queue();
    auto& there = play.listen(play.connect(), to);
    play.pause();
    draft d = play.number(1);
    d.head.source = "sender";
    d.head.conversation = {1, 2};
    d.more.set("tenant", "acme").set("trace", "Grüße");
    d.body = patterned(1000);
    play.send(play.speak(play.connect(), to), d);
    for (int attempt = 1; attempt <= 3; ++attempt) {
        play.until([&] { return there.take() > 0; }, "a released message to come again");
        auto const& got = there.held().back();
        expect(got.id() == d.head.id, "the same id in each attempt");
        expect(got.body() == d.body, "the same body in each attempt");
        expect_headers(got, d.more);
        expect_equal(got.source(), d.head.source, "the name of the sender");
        expect(got.conversation() == d.head.conversation, "the same conversation id in each attempt");
        expect_equal(got.type(), d.head.type, "the type");
        if (attempt < 3)
            there.release_all();
        else
            there.accept_all();
    }
}

inline void deliveries_outlive_their_source(stage& on) {
    scene play(on);
    auto const to = play.queue();
    auto& there = play.connect();
    auto& first = play.listen(there, to);
    play.pause();
    draft d = play.number(1);
    d.more.set("tenant", "acme");
    d.body = patterned(5000);
    play.send(play.speak(play.connect(), to), d);
    play.until([&] { return first.take() > 0; }, "a message to arrive");
    delivery const kept = first.held().front();
    first.accept_all();
    first.close();
    play.drop(there);
    play.pause();
    expect(kept.body() == d.body, "the body of a delivery whose source has gone");
    expect_headers(kept, d.more);
}

} // namespace detail

/// What arrives is what was sent.
inline constexpr test_case content_cases[] = {
    {"headers arrive as they were sent", "Names, values and order of all headers survive, empty values and spaces too.",
        needs::queues, detail::headers_round_trip},
    {"header values are UTF-8", "Header values of all scripts arrive unchanged.", needs::queues,
        detail::unicode_headers},
    {"the longest headers arrive", "A name of 255 bytes and a value of 8 KiB arrive unchanged.", needs::queues,
        detail::largest_headers},
    {"standard headers arrive",
        "Id, correlation, conversation, causation, type, version, time, expiry, source and content type arrive.",
        needs::queues, detail::standard_headers_round_trip},
    {"what was not sent is absent", "Standard headers that a message does not have are not invented on the way.",
        needs::queues, detail::absent_stays_absent},
    {"the shard key arrives", "A delivery tells its shard and its shard key, any UTF-8.", needs::queues | needs::shards,
        detail::shard_key_arrives},
    {"a body may have all bytes", "All 256 byte values arrive unchanged.", needs::queues, detail::binary_body},
    {"a body may be empty", "An empty body arrives as an empty body.", needs::queues, detail::empty_body},
    {"a body may look like the end of a frame", "Zeros, line ends and words of a protocol do not end a body.",
        needs::queues, detail::body_like_a_terminator},
    {"a body may be large", "A mebibyte arrives unchanged, or as much as the transport takes.", needs::queues,
        detail::large_body},
    {"bodies of many sizes arrive", "Sizes about the limits of length fields and buffers arrive unchanged.",
        needs::queues, detail::bodies_of_many_sizes},
    {"an envelope can be sent twice", "Sending changes nothing in an envelope, and takes nothing from it.",
        needs::queues | needs::topics, detail::same_envelope_twice},
    {"each attempt sees the message as it was sent", "A redelivery has the same id, headers and body.",
        needs::queues | needs::redelivery, detail::attempts_see_the_same},
    {"a delivery outlives its source", "What was received can be read after its source and its participant have gone.",
        needs::queues, detail::deliveries_outlive_their_source},
};

} // namespace fairway::testing::conformance

#endif
