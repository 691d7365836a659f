// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTS_TCP_SAMPLES_HPP
#define FAIRWAY_TESTS_TCP_SAMPLES_HPP

#include <fairway/transport/tcp/control_records.hpp>
#include <fairway/transport/tcp/envelope_fields.hpp>
#include <fairway/transport/tcp/fragments.hpp>
#include <fairway/transport/tcp/record_input.hpp>
#include <fairway/transport/tcp/stream_records.hpp>

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace samples {

using namespace fairway::tcp_detail; // NOLINT: its names are what the tests are about

inline constexpr fairway::time_point now{fairway::duration(1'795'435'200'000'000'000)};

inline identity id_of(unsigned first) {
    identity id;
    for (std::size_t i = 0; i < id.bytes.size(); ++i) id.bytes[i] = static_cast<std::uint8_t>(first + i);
    return id;
}

// An envelope with everything, or with nothing that can be left out.
inline fairway::envelope message(bool full, std::string_view body) {
    fairway::envelope_head head;
    head.id = {0x0190a1b2c3d47e5fULL, 0x8a9b0c1d2e3f4a5bULL};
    fairway::headers headers;
    if (full) {
        head.correlation = {1, 2};
        head.conversation = {3, 4};
        head.causation = {5, 6};
        head.time = now - std::chrono::seconds(1);
        head.expires = now + std::chrono::seconds(30);
        head.due = now + std::chrono::seconds(5);
        head.type = "shop.order-placed";
        head.version = {2, 1};
        head.shard = 7;
        head.content_type = "application/json";
        head.shard_key = "customer 12";
        head.reply_to = "fw:00112233445566778899aabbccddeeff/1";
        head.source = "checkout";
        headers.set("tenant", "acme");
        headers.set("trace", "Z\xc3\xbcrich");
    }
    return fairway::envelope::of_bytes(head, headers.view(), body);
}

inline bool same(fairway::envelope const& a, fairway::envelope const& b) {
    auto const x = a.head();
    auto const y = b.head();
    return x.id == y.id && x.correlation == y.correlation && x.conversation == y.conversation &&
           x.causation == y.causation && x.time == y.time && x.expires == y.expires && x.due == y.due &&
           x.type == y.type && x.version == y.version && x.shard == y.shard && x.content_type == y.content_type &&
           x.shard_key == y.shard_key && x.reply_to == y.reply_to && x.source == y.source &&
           a.headers().packed() == b.headers().packed() && a.body() == b.body();
}

template <class Record>
std::string fields_of(Record const& record) {
    std::string bytes(wire_size(record), '\0');
    REQUIRE(write_fields(bytes.data(), record) == bytes.data() + bytes.size());
    return bytes;
}

inline std::string bytes_of(fairway::envelope const& e) {
    wire_envelope const wire(e, now);
    std::string bytes(wire.size(), '\0');
    REQUIRE(wire.write(bytes.data()) == bytes.data() + bytes.size());
    return bytes;
}

inline void feed(record_input& in, std::string_view bytes) {
    while (!bytes.empty()) {
        auto const [to, room] = in.prepare();
        std::size_t const n = std::min(room, bytes.size());
        std::memcpy(to, bytes.data(), n);
        in.commit(n);
        bytes.remove_prefix(n);
    }
}

} // namespace samples

#endif
