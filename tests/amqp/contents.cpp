// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "allocations.hpp"
#include "code_of.hpp"
#include "fw_catch.hpp"
#include "samples.hpp"

#include <string>
#include <string_view>
#include <vector>

using namespace samples;
using fairway::errc;

namespace {

// What came, as text.
struct listener {
    std::vector<std::string> heard;

    void operator()(basic_ack const& a) { heard.push_back("ack " + std::to_string(a.delivery_tag)); }
    void operator()(basic_publish const& p, content const& c) {
        heard.push_back("publish " + std::string(p.routing_key) + " " + std::string(c.body) + " " +
                        std::string(c.properties.type.value_or("")));
    }
    void operator()(basic_publish const& p, oversized const& o) {
        heard.push_back("oversized " + std::string(p.routing_key) + " " + std::to_string(o.body_size) + " " +
                        std::string(o.properties.type.value_or("")));
    }
};

constexpr std::uint64_t most_body = 100'000;

// The parts of a message, which a test puts in another order.
std::string const publish = fields_of(basic_publish{.routing_key = "k"});
std::string header_of(std::uint64_t size) {
    content_header header;
    header.body_size = size;
    header.properties.type = "t";
    return fields_of(header);
}

struct part {
    frame_type type;
    std::string payload;
};
part method(std::string payload) { return {frame_type::method, std::move(payload)}; }
part header(std::uint64_t size) { return {frame_type::header, header_of(size)}; }
part body(std::string payload) { return {frame_type::body, std::move(payload)}; }

reply_code refused(std::vector<part> const& parts) {
    return refusal([&] {
        content_assembler channel(most_body);
        listener to;
        for (auto const& p : parts) channel.take(frame{p.type, 1, p.payload}, to);
    });
}

basic_properties properties_of(std::string_view payload) { return read_content_header(payload).properties; }

} // namespace

TEST_CASE("properties are written as RabbitMQ and its clients write them") {
    content_header h;
    h.body_size = 5;
    CHECK(fields_of(h) == hex("003c 0000 0000000000000005 0000"));
    h.properties.content_type = "text/plain";
    h.properties.delivery_mode = std::uint8_t{2};
    CHECK(fields_of(h) == hex("003c 0000 0000000000000005 9000 0a 746578742f706c61696e 02"));
    std::string headers;
    append_entry(headers, "a", "b");
    h.properties = {};
    h.properties.headers = table_view(headers);
    h.properties.time = timestamp{1};
    h.properties.cluster_id = "c";
    CHECK(fields_of(h) == hex("003c 0000 0000000000000005 2044 00000008 01 61 53 00000001 62 0000000000000001 01 63"));
}

TEST_CASE("properties are read as they were written, each of them and all, and refused when they are cut") {
    auto const all = all_properties();
    std::vector<basic_properties> samples{basic_properties{}, all};
    for (unsigned i = 0; i < 14; ++i) {
        basic_properties one = all;
        unsigned n = 0;
        basic_properties::each(one, [&](auto&... field) { ((n++ == i ? void() : field.reset()), ...); });
        samples.push_back(one);
    }
    for (auto const& p : samples) {
        auto const bytes = fields_of(content_header{0x0102030405060708, p});
        auto const again = read_content_header(bytes);
        CHECK(again.body_size == 0x0102030405060708);
        CHECK(again.properties == p);
        for (std::size_t n = 0; n < bytes.size(); ++n)
            CHECK(refusal([&] { properties_of(bytes.substr(0, n)); }) == reply_code::syntax_error);
        CHECK(refusal([&] { properties_of(bytes + '\0'); }) == reply_code::syntax_error);
    }
}

TEST_CASE("a content header that breaks a rule is refused") {
    auto const code = [](std::string const& bytes) { return refusal([&] { properties_of(bytes); }); };
    CHECK(code(hex("003c 0000 0000000000000005 0000")) == reply_code::success);
    CHECK(code(hex("0032 0000 0000000000000005 0000")) == reply_code::frame_error);
    CHECK(code(hex("003c 0001 0000000000000005 0000")) == reply_code::frame_error);
    CHECK(code(hex("003c 0000 0000000000000005 0000 00")) == reply_code::syntax_error);
    CHECK(code(hex("003c 0000 0000000000000005 2000 00000002 01 61")) == reply_code::syntax_error);
}

TEST_CASE("flags that there is no property for mean nothing, as to RabbitMQ") {
    auto const p = properties_of(hex("003c 0000 0000000000000005 2003 00000000"));
    REQUIRE(p.headers);
    CHECK_FALSE(p.content_type);
    CHECK(properties_of(hex("003c 0000 0000000000000005 0001")) == basic_properties());
}

TEST_CASE("messages of any size come as they were sent, whatever the size of frames is") {
    for (std::uint32_t const frame_max : {4096U, 5000U, 131'072U})
        for (std::size_t const size : {0U, 1U, 4087U, 4088U, 4089U, 8176U, 8177U, 99'999U}) {
            std::string sent;
            for (std::size_t i = 0; i < size; ++i) sent += static_cast<char>('a' + i * 7 % 26);
            std::string bytes;
            basic_properties p;
            p.type = "t";
            append_content(bytes, 1, basic_publish{.routing_key = "k"}, p, sent, frame_max);
            append_method(bytes, 1, basic_ack{9, false}, frame_max);
            frame_input in;
            in.limit(frame_max);
            content_assembler channel(most_body);
            listener to;
            std::size_t frames = 0;
            for (std::string_view rest = bytes; !rest.empty();) {
                auto const some = rest.substr(0, 777);
                feed(in, some);
                rest.remove_prefix(some.size());
                while (auto const f = in.next()) {
                    CHECK(f->payload.size() + frame_overhead <= frame_max);
                    ++frames;
                    channel.take(*f, to);
                }
            }
            std::size_t const most = frame_max - frame_overhead;
            CHECK(frames == 3 + (size + most - 1) / most);
            CHECK_FALSE(channel.inside());
            CHECK(to.heard == std::vector<std::string>{"publish k " + sent + " t", "ack 9"});
        }
}

TEST_CASE("the frames of a message come in their order") {
    auto const ack = fields_of(basic_ack{1, false});
    CHECK(refused({method(publish), header(4), body("ab"), body(""), body("cd"), method(ack)}) == reply_code::success);
    CHECK(refused({method(publish), header(0), method(ack)}) == reply_code::success);
    CHECK(refused({method(ack), method(publish)}) == reply_code::success);
    auto const wrong = reply_code::unexpected_frame;
    CHECK(refused({header(4)}) == wrong);
    CHECK(refused({body("ab")}) == wrong);
    CHECK(refused({method(ack), header(4)}) == wrong);
    CHECK(refused({method(publish), method(ack)}) == wrong);
    CHECK(refused({method(publish), body("abcd")}) == wrong);
    CHECK(refused({method(publish), header(4), method(ack)}) == wrong);
    CHECK(refused({method(publish), header(4), header(4)}) == wrong);
    CHECK(refused({method(publish), header(4), body("abcd"), body("")}) == wrong);
    CHECK(refused({method(publish), header(0), body("")}) == wrong);
    CHECK(refused({{frame_type::heartbeat, ""}}) == wrong);
}

TEST_CASE("a body that is longer than its header says is refused") {
    CHECK(refused({method(publish), header(4), body("abcde")}) == reply_code::frame_error);
    CHECK(refused({method(publish), header(4), body("abc"), body("de")}) == reply_code::frame_error);
    CHECK(refused({method(publish), header(most_body + 1), body(std::string(most_body + 2, 'a'))}) ==
          reply_code::frame_error);
}

TEST_CASE("a body above the limit is passed over, and nothing is allocated for it") {
    content_assembler channel(most_body);
    listener to;
    std::string const some(4088, 'x');
    std::string const last(100'001 % 4088, 'x');
    auto const take = [&](frame_type type, std::string_view payload) { channel.take(frame{type, 1, payload}, to); };
    take_allocations();
    take(frame_type::method, publish);
    take(frame_type::header, header_of(most_body + 1));
    for (std::size_t i = 0; i < 100'001 / 4088; ++i) take(frame_type::body, some);
    CHECK(take_allocations().largest < 1000);
    CHECK(channel.inside());
    CHECK(to.heard.empty());
    take(frame_type::body, last);
    CHECK(to.heard == std::vector<std::string>{"oversized k 100001 t"});
    take(frame_type::method, publish);
    take(frame_type::header, header_of(2));
    take(frame_type::body, "ok");
    CHECK(to.heard.back() == "publish k ok t");

    take_allocations();
    take(frame_type::method, publish);
    take(frame_type::header, header_of(0xffffffffffffffff));
    take(frame_type::body, some);
    CHECK(take_allocations().largest < 1000);
    CHECK(channel.inside());
}

TEST_CASE("a size that is allowed makes no room before the body is here") {
    content_assembler channel(16 << 20);
    listener to;
    take_allocations();
    channel.take(frame{frame_type::method, 1, publish}, to);
    channel.take(frame{frame_type::header, 1, header_of(16 << 20)}, to);
    channel.take(frame{frame_type::body, 1, "abc"}, to);
    CHECK(take_allocations().largest < 1000);
}

TEST_CASE("what a handler does not take is refused as it comes") {
    auto const acks = [](basic_ack const&) {};
    content_assembler channel(most_body);
    CHECK(refusal([&] { channel.take(frame{frame_type::method, 1, publish}, acks); }) == reply_code::command_invalid);
    CHECK(refusal([&] {
        channel.take(frame{frame_type::method, 1, fields_of(queue_purge_ok{})}, acks);
    }) == reply_code::command_invalid);
}

TEST_CASE("what can't be sent is not written, not even in parts") {
    std::string bytes = "before";
    basic_properties p;
    std::string const headers_text(5000, 'h');
    std::string headers;
    append_entry(headers, "h", headers_text);
    p.headers = table_view(headers);
    basic_publish const publish_k{.routing_key = "k"};
    CHECK(code_of([&] { append_content(bytes, 1, publish_k, p, "body", 4096); }) == errc::too_large);
    CHECK(bytes == "before");
    append_content(bytes, 1, publish_k, p, "body", 8192);
    CHECK(bytes.size() > 5000);
    bytes = "before";
    p.headers.reset();
    std::string const long_text_of_256(256, 't');
    p.type = long_text_of_256;
    CHECK(code_of([&] { append_content(bytes, 1, publish_k, p, "body", 4096); }) == errc::too_large);
    CHECK(bytes == "before");
}
