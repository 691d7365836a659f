// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What a connection of Fairway's own protocol carries after its preamble; PROTOCOL.md specifies it.
#ifndef FAIRWAY_TRANSPORT_TCP_RECORD_HPP
#define FAIRWAY_TRANSPORT_TCP_RECORD_HPP

#include <fairway/envelope/limits.hpp>
#include <fairway/error.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace fairway::tcp_detail {

// The first byte behind a record's size.
enum class record_type : std::uint8_t {
    // Of the connection; not counted.
    hello = 1,
    welcome = 2,
    auth = 3,
    ack = 4,
    heartbeat = 5,
    goodbye = 6,
    // Of the stream; counted.
    offer = 16,
    withdraw = 17,
    subscribe = 18,
    subscribed = 19,
    refused = 20,
    unsubscribe = 21,
    window = 22,
    deliver = 23,
    settle = 24,
    hold = 25,
    pause = 26,
    closed = 27,
    reply = 28,
    gap = 29,
    fragment = 30,
    recall = 31,
    held = 32,
    declare = 33,
    recalled = 34,
    answered = 35,
};

// Types of later versions that may be passed over; those from `skipped_stream` on are counted.
inline constexpr std::uint8_t skipped = 128;
inline constexpr std::uint8_t skipped_stream = 192;

constexpr bool is_known(record_type type) noexcept {
    auto const t = static_cast<std::uint8_t>(type);
    return (t >= 1 && t <= 6) || (t >= 16 && t <= 35);
}
// Whether it belongs to the stream, whose offset counts it.
constexpr bool is_counted(record_type type) noexcept {
    auto const t = static_cast<std::uint8_t>(type);
    return (t >= 16 && t < skipped) || t >= skipped_stream;
}

// Why a session ends.
enum class goodbye_code : std::uint16_t {
    normal = 1,        // the sender needs it no longer
    version = 2,       // no version in common
    features = 3,      // a feature that one side requires is unknown to the other
    unauthorized = 4,  // not authenticated, or not by an accepted mechanism
    protocol = 5,      // a rule was broken
    too_large = 6,     // a record or message above the limit
    shutting_down = 7, // the sender's process ends
    limits = 8,        // too many connections or sessions, or a peer that does not take what it asked for
};

// What stands before each side's records.
inline constexpr std::string_view preamble{"FAIRWAY\1", 8};

// Bytes of a record before its payload: its size, which counts all behind itself, and its type.
inline constexpr std::size_t size_bytes = 4;
inline constexpr std::size_t head_bytes = size_bytes + 1;

namespace wire_limits {
// The largest size of a record before the connection is authenticated.
inline constexpr std::size_t before_authentication = 4 * 1024;
// The most records of the other side before it is authenticated.
inline constexpr unsigned records_before_authentication = 16;
// The smallest and the largest, and the usual, "largest record" that a side may state.
inline constexpr std::size_t least_largest_record = 4 * 1024;
inline constexpr std::size_t most_largest_record = 1024 * 1024;
// A record that was sent as fragments.
inline constexpr std::size_t joined = limits::body + 1024 * 1024;
// Those of all sessions of a node that are not whole yet, together.
inline constexpr std::size_t joining = 64 * 1024 * 1024;
// A text, in bytes.
inline constexpr std::size_t text = limits::header_value;
// Mechanisms of authentication that a HELLO names.
inline constexpr std::size_t mechanisms = 16;
// The text of a GOODBYE, in bytes.
inline constexpr std::size_t goodbye_text = 256;
// Heartbeats, in milliseconds.
inline constexpr std::uint32_t least_heartbeat = 10;
inline constexpr std::uint32_t most_heartbeat = 60'000;
} // namespace wire_limits

// What a session's end means to those above.
constexpr errc error_of(goodbye_code code) noexcept {
    switch (code) {
    case goodbye_code::version:
    case goodbye_code::features: return errc::unsupported;
    case goodbye_code::unauthorized: return errc::unauthorized;
    case goodbye_code::protocol: return errc::decode_failed;
    case goodbye_code::too_large: return errc::too_large;
    case goodbye_code::limits: return errc::queue_full;
    default: return errc::not_connected;
    }
}

// A peer has broken a rule of the protocol. The text names the rule; nothing that came from the peer is in it.
class violation : public system_error {
public:
    violation(goodbye_code code, std::string rule)
        : system_error(error_of(code), rule), code_(code), rule_(std::move(rule)) {}
    goodbye_code code() const noexcept { return code_; }
    std::string const& rule() const noexcept { return rule_; }

private:
    goodbye_code code_;
    std::string rule_;
};

[[noreturn]] inline void violate(char const* rule, goodbye_code code = goodbye_code::protocol) {
    throw violation(code, rule);
}

// What a code of GOODBYE says by itself.
constexpr std::string_view text_of(goodbye_code code) noexcept {
    switch (code) {
    case goodbye_code::normal: return "not needed any longer";
    case goodbye_code::version: return "no version in common";
    case goodbye_code::features: return "a required feature is not known";
    case goodbye_code::unauthorized: return "not authenticated";
    case goodbye_code::protocol: return "a rule of the protocol was broken";
    case goodbye_code::too_large: return "a record or message is too large";
    case goodbye_code::shutting_down: return "shutting down";
    case goodbye_code::limits: return "too many connections or sessions, or a limit was exceeded";
    }
    return "for a reason that is not known here";
}

// The peer has said GOODBYE. Its text, of which only printable ASCII is kept, is for logs: so leave it out where
// anybody may have written it.
class dismissed : public system_error {
public:
    explicit dismissed(goodbye_code code, std::string_view text = {})
        : system_error(error_of(code), "the peer has said goodbye: " + std::string(text_of(code)) + quoted(text)),
          code_(code) {}
    goodbye_code code() const noexcept { return code_; }

private:
    static std::string quoted(std::string_view text) {
        if (text.empty()) return {};
        std::string q = " (\"";
        for (char const c : text.substr(0, wire_limits::goodbye_text)) q += c < ' ' || c > '~' || c == '"' ? '?' : c;
        return q + "\")";
    }

    goodbye_code code_;
};

} // namespace fairway::tcp_detail

#endif
