// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENVELOPE_DELIVERY_HPP
#define FAIRWAY_ENVELOPE_DELIVERY_HPP

#include <fairway/envelope/envelope.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace fairway {

/// A message on its way in: what a handler may ask besides the message itself.
class delivery {
public:
    /// No delivery.
    delivery() = default;
    /// An envelope as a transport hands it up: `tag` is the transport's own mark for its settlement, `attempt` counts
    /// from 1.
    delivery(envelope message, std::uint64_t tag, std::uint32_t attempt)
        : message_(std::move(message)), tag_(tag), attempt_(attempt) {}

    /// The message's id.
    message_id id() const noexcept { return message_.head().id; }
    /// The id of the request that this message answers; nil otherwise.
    message_id correlation() const noexcept { return message_.head().correlation; }
    /// The id of the message that began the conversation: its own where it began one.
    message_id conversation() const noexcept {
        auto const& head = message_.head();
        return head.conversation ? head.conversation : head.id;
    }
    /// The id of the message whose handling sent this one; nil where none did.
    message_id causation() const noexcept { return message_.head().causation; }
    /// The wire name of the message's contract.
    std::string_view type() const noexcept { return message_.head().type; }
    /// The version of the message's contract.
    message_version version() const noexcept { return message_.head().version; }
    /// The media type of the body.
    std::string_view content_type() const noexcept { return message_.head().content_type; }
    /// When it was sent.
    time_point time() const noexcept { return message_.head().time; }
    /// When it becomes worthless, or when its requester stops waiting; nothing for never.
    std::optional<time_point> deadline() const noexcept {
        if (message_.head().expires == no_time) return std::nullopt;
        return message_.head().expires;
    }
    /// The name of the service that sent it.
    std::string_view source() const noexcept { return message_.head().source; }
    /// The shard it came from; nothing on an unsharded channel.
    std::optional<std::uint32_t> shard() const noexcept {
        if (message_.head().shard == no_shard) return std::nullopt;
        return message_.head().shard;
    }
    /// By what it is sharded; empty for unordered.
    std::string_view shard_key() const noexcept { return message_.head().shard_key; }
    /// True where somebody waits for an answer.
    bool wants_reply() const noexcept { return !message_.head().reply_to.empty(); }
    /// The user's headers.
    header_view headers() const noexcept { return message_.headers(); }
    /// The value of one header, or nothing.
    std::optional<std::string_view> header(std::string_view name) const noexcept { return headers().find(name); }
    /// How often its handling was tried, this time included.
    std::uint32_t attempt() const noexcept { return attempt_; }
    /// Counts an attempt; for what tries again.
    void count_attempt() noexcept { ++attempt_; }
    /// The body as bytes; throws where a typed body can't be encoded.
    std::string_view body() const { return message_.body(); }
    /// The message itself, as transports and ports see it.
    envelope const& message() const noexcept { return message_; }
    /// The transport's mark.
    std::uint64_t tag() const noexcept { return tag_; }

private:
    envelope message_;
    std::uint64_t tag_ = 0;
    std::uint32_t attempt_ = 1;
};

} // namespace fairway

#endif
