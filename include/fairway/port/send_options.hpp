// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_SEND_OPTIONS_HPP
#define FAIRWAY_PORT_SEND_OPTIONS_HPP

#include <fairway/envelope/headers.hpp>
#include <fairway/envelope/time.hpp>
#include <fairway/error.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace fairway {

/// How one message is sent: `port.send(order, send_options().header("tenant", "acme").time_to_live(5s))`.
class send_options {
public:
    /// No headers, no time to live, at once, the message's own shard key, 30 s to wait for room.
    send_options() {} // NOLINT: not an aggregate, so that a temporary may stand beside co_await (g++ 12)

    /// Adds a header. Throws as `headers::set`.
    send_options& header(std::string_view name, std::string_view value) & {
        headers_.set(name, value);
        return *this;
    }
    /// Adds a header. Throws as `headers::set`.
    send_options&& header(std::string_view name, std::string_view value) && { return std::move(header(name, value)); }
    /// Takes all headers.
    send_options& with(headers all) & {
        headers_ = std::move(all);
        return *this;
    }
    /// Takes all headers.
    send_options&& with(headers all) && { return std::move(with(std::move(all))); }
    /// After this long (from when it is due) the message is worthless and is not handled any more. Throws
    /// `errc::invalid_argument` unless positive.
    send_options& time_to_live(duration d) & {
        time_to_live_ = positive(d, "time to live");
        return *this;
    }
    /// After this long (from when it is due) the message is worthless and is not handled any more.
    send_options&& time_to_live(duration d) && { return std::move(time_to_live(d)); }
    /// Delivers it not before this long from now. Throws `errc::invalid_argument` unless positive.
    send_options& delay(duration d) & {
        delay_ = positive(d, "delay");
        return *this;
    }
    /// Delivers it not before this long from now.
    send_options&& delay(duration d) && { return std::move(delay(d)); }
    /// Replaces the message's own shard key; an empty one picks a random shard.
    send_options& shard_key(std::string key) & {
        shard_key_ = std::move(key);
        return *this;
    }
    /// Replaces the message's own shard key; an empty one picks a random shard.
    send_options&& shard_key(std::string key) && { return std::move(shard_key(std::move(key))); }
    /// How long a send may wait, 30 s by default: for room in a full queue, and then fails with `errc::queue_full`; and
    /// where it is over only once somebody else has it (`tcp_options::confirm`; with a broker always), for that, and
    /// then fails with `errc::not_connected` (it did not happen) or `errc::outcome_unknown`.
    send_options& patience(duration d) & {
        patience_ = positive(d, "patience");
        return *this;
    }
    /// How long a send may wait, 30 s by default.
    send_options&& patience(duration d) && { return std::move(patience(d)); }

    /// The headers.
    headers const& message_headers() const noexcept { return headers_; }
    /// The time to live; nothing for ever.
    std::optional<duration> time_to_live() const noexcept { return time_to_live_; }
    /// The delay; nothing for at once.
    std::optional<duration> delay() const noexcept { return delay_; }
    /// The replaced shard key; nothing for the message's own.
    std::optional<std::string> const& shard_key() const noexcept { return shard_key_; }
    /// How long to wait for room.
    duration patience() const noexcept { return patience_; }

private:
    static duration positive(duration d, char const* what) {
        if (d <= duration::zero()) detail::fail(errc::invalid_argument, std::string(what) + " must be positive");
        return d;
    }

    headers headers_;
    std::optional<duration> time_to_live_;
    std::optional<duration> delay_;
    std::optional<std::string> shard_key_;
    duration patience_ = std::chrono::seconds(30);
};

} // namespace fairway

#endif
