// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_AMQP_NEGOTIATION_HPP
#define FAIRWAY_TRANSPORT_AMQP_NEGOTIATION_HPP

#include <fairway/transport/amqp/connection_methods.hpp>
#include <fairway/transport/amqp/frame.hpp>

#include <algorithm>
#include <concepts>

namespace fairway::amqp_detail {

// The lesser one, where 0 says that its side does not mind.
template <std::unsigned_integral Integer>
constexpr Integer lesser_limit(Integer a, Integer b) noexcept {
    if (a == 0 || b == 0) return std::max(a, b);
    return std::min(a, b);
}

// What a client answers to the server's proposal and keeps to, where it would have `wanted`, whose frame_max is not 0.
// A heartbeat of 0 wants none, but takes that of the other side, as RabbitMQ's clients do.
constexpr connection_tune_ok negotiated(connection_tune const& offered, connection_tune_ok const& wanted) noexcept {
    return {.channel_max = lesser_limit(offered.channel_max, wanted.channel_max),
        .frame_max = std::max(least_frame_max, lesser_limit(offered.frame_max, wanted.frame_max)),
        .heartbeat = lesser_limit(offered.heartbeat, wanted.heartbeat)};
}

} // namespace fairway::amqp_detail

#endif
