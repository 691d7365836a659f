// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENVELOPE_LIMITS_HPP
#define FAIRWAY_ENVELOPE_LIMITS_HPP

#include <cstddef>

namespace fairway::limits {

/// The most headers that a message may have.
inline constexpr std::size_t headers = 64;
/// How many headers of Fairway's own, which start with "fw-", there is room for beyond these.
inline constexpr std::size_t reserved_headers = 16;
/// The longest header name in bytes; AMQP 0-9-1 has no room for more.
inline constexpr std::size_t header_name = 255;
/// The longest header value in bytes; also of a shard key and a reply address.
inline constexpr std::size_t header_value = 8 * 1024;
/// The largest body in bytes.
inline constexpr std::size_t body = 16 * 1024 * 1024;
/// The deepest nesting of a JSON body.
inline constexpr std::size_t json_depth = 64;
/// The most requests that a service may have pending.
inline constexpr std::size_t pending_requests = 10'000;
/// The most messages that wait in one queue.
inline constexpr std::size_t queue_messages = 10'000;
/// The most bytes that wait in one queue.
inline constexpr std::size_t queue_bytes = 64 * 1024 * 1024;
/// How many deliveries an instance holds unsettled at a time.
inline constexpr std::size_t prefetch = 64;
/// How many ids of handled messages a service remembers, so that a duplicate is not handled again.
inline constexpr std::size_t window_ids = 100'000;
/// The largest reply in bytes that is kept for a duplicate of its request.
inline constexpr std::size_t stored_reply = 64 * 1024;
/// The most bytes of replies that a service keeps for duplicates of their requests.
inline constexpr std::size_t stored_replies = 16 * 1024 * 1024;

} // namespace fairway::limits

#endif
