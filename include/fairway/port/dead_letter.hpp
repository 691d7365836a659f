// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_DEAD_LETTER_HPP
#define FAIRWAY_PORT_DEAD_LETTER_HPP

#include <fairway/contract/channel.hpp>
#include <fairway/contract/shard.hpp>
#include <fairway/envelope/envelope.hpp>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>

namespace fairway {

/// A message that a group could not handle, as it lies in the group's dead-letter channel.
struct dead_letter {
    /// The message's own id.
    message_id id;
    /// The wire name of its contract; empty where it came without.
    std::string type;
    /// The version of its contract.
    message_version version;
    /// The channel that it was sent to.
    std::string channel;
    /// The group that could not handle it.
    std::string group;
    /// Why: the code of a fault, or "handler_failed", "decode_failed", "unknown_type", "unknown_version", "too_large",
    /// "too_many_attempts", "expired"; empty where unknown.
    std::string code;
    /// More for people.
    std::string text;
    /// How often its handling was tried; 0 where unknown.
    std::uint32_t attempts = 0;
    /// When its handling was tried first, to the second; `no_time` where unknown.
    time_point first_time = no_time;
    /// When the group gave it up, to the second; `no_time` where unknown.
    time_point time = no_time;
    /// How often it was replayed before.
    std::uint32_t replays = 0;
    /// The name of the service that sent it.
    std::string source;
    /// The media type of its body.
    std::string content_type;
    /// The user's headers: all but those that tell of its death and of its replay.
    fairway::headers headers;
    /// True for a message that is no dead letter: nobody said what channel it comes from. Somebody sent it there.
    bool stray = false;
    /// The message as it lies there.
    envelope message;

    /// The body's bytes, as they were sent; valid as long as a copy of `message`. Throws as `envelope::body`.
    std::string_view body() const { return message.body(); }
};

namespace detail {

inline constexpr std::string_view dead_prefix = "fw-dead-";
inline constexpr std::string_view dead_replays = "fw-dead-replays";
// Other groups than this one accept the message and skip it.
inline constexpr std::string_view replay_group = "fw-replay-group";

// 0 for what is no number or too large: the headers were written by who knows whom.
template <class Number>
Number read_number(std::string_view text) noexcept {
    Number n = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    return error == std::errc() && end == text.data() + text.size() ? n : 0;
}

inline time_point read_seconds(std::string_view text) noexcept {
    auto const seconds = read_number<std::int64_t>(text);
    if (seconds < 0 || seconds > duration::max() / std::chrono::seconds(1)) return no_time;
    return time_point(std::chrono::seconds(seconds));
}

} // namespace detail

/// Reads what a dead letter says of itself. What it does not say is empty, its channel and group the given ones.
inline dead_letter read_dead_letter(envelope const& e, std::string_view channel = {}, std::string_view group = {}) {
    auto const value = [&e](std::string_view name) { return e.headers().find(name).value_or(""); };
    dead_letter d;
    d.id = e.id();
    d.type = e.type();
    d.version = e.version();
    d.stray = !e.headers().find("fw-dead-channel");
    d.channel = e.headers().find("fw-dead-channel").value_or(channel);
    d.group = e.headers().find("fw-dead-group").value_or(group);
    d.code = value("fw-dead-code");
    d.text = value("fw-dead-text");
    d.attempts = detail::read_number<std::uint32_t>(value("fw-dead-attempts"));
    d.first_time = detail::read_seconds(value("fw-dead-first-time"));
    d.time = detail::read_seconds(value("fw-dead-time"));
    d.replays = detail::read_number<std::uint32_t>(value(detail::dead_replays));
    d.source = e.source();
    d.content_type = e.content_type();
    d.headers = headers(e.headers());
    for (auto const& h : e.headers())
        if (h.name.starts_with(detail::dead_prefix) || h.name == detail::replay_group) d.headers.erase(h.name);
    d.message = e;
    return d;
}

namespace detail {

// The original message again: same id, head, headers and bytes, for a channel of this kind and these shards. It has no
// time to live any more, and nobody waits for its answer. `random` picks the shard where it has no key. Throws
// `encode_failed` for a letter whose body could not be written when it died, and what an envelope's limits throw.
inline envelope replay_of(dead_letter const& letter, channel_kind kind, unsigned shards, std::uint64_t random) {
    envelope const& e = letter.message;
    if (e.headers().find("fw-dead-body")) fail(errc::encode_failed, "the letter lies there without its body");
    headers h = letter.headers;
    constexpr auto most = std::numeric_limits<std::uint32_t>::max();
    h.set_reserved(dead_replays, std::to_string(letter.replays < most ? letter.replays + 1 : most));
    if (kind == channel_kind::publish_subscribe) h.set_reserved(replay_group, letter.group);
    envelope_head head = e.head();
    head.expires = no_time;
    head.due = no_time;
    head.reply_to = {};
    head.shard = no_shard;
    if (shards > 0)
        head.shard =
            head.shard_key.empty() ? static_cast<std::uint32_t>(random % shards) : shard_of(head.shard_key, shards);
    return envelope::of_bytes(head, h.view(), e.body());
}

} // namespace detail

} // namespace fairway

#endif
