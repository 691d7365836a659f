// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENVELOPE_HEAD_HPP
#define FAIRWAY_ENVELOPE_HEAD_HPP

#include <fairway/contract/message.hpp>
#include <fairway/envelope/message_id.hpp>
#include <fairway/envelope/time.hpp>

#include <cstdint>
#include <string_view>

namespace fairway {

/// The shard of a message that was not assigned one.
inline constexpr std::uint32_t no_shard = 0xffffffffU;

/// The standard headers of a message: what every transport has a place for.
struct envelope_head {
    // A constructor, so that g++ sets the fields one by one instead of clearing all by a loop, which takes 7 ns more.
    /// A message of no type, for anybody.
    envelope_head() noexcept {} // NOLINT

    /// The message's own id.
    message_id id;
    /// The id of the request that this message answers; nil otherwise.
    message_id correlation;
    /// The id of the message that began the conversation; nil where unknown.
    message_id conversation;
    /// The id of the message whose handling sent this one; nil where none did.
    message_id causation;
    /// When it was sent.
    time_point time = no_time;
    /// When it becomes worthless; `no_time` for never.
    time_point expires = no_time;
    /// Not to be delivered before this time; `no_time` for at once.
    time_point due = no_time;
    /// The wire name of its contract.
    std::string_view type;
    /// The version of its contract.
    message_version version;
    /// The shard that the key picks; `no_shard` on an unsharded channel.
    std::uint32_t shard = no_shard;
    /// The media type of the body's bytes.
    std::string_view content_type;
    /// By what it is sharded; empty for unordered.
    std::string_view shard_key;
    /// Where the answer goes, as the transport of the requester wrote it; empty where none is wanted.
    std::string_view reply_to;
    /// The name of the service that sent it.
    std::string_view source;
};

} // namespace fairway

#endif
