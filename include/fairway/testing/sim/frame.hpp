// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_SIM_FRAME_HPP
#define FAIRWAY_TESTING_SIM_FRAME_HPP

#include <fairway/transport/seam.hpp>

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace fairway::testing::sim_detail {

// What a host and the broker say to each other.
enum class frame_kind : std::uint8_t {
    // From the host:
    hello,       // the first one of a connection
    publish,     // number: sequence; to, message, life, delay, patience
    subscribe,   // consumer, from; opens a reply channel where from's channel is a reply address
    unsubscribe, // consumer; number and dropped as of recall
    pause,       // consumer: no more deliveries; a recall of everything follows
    hold,        // consumer, shard, on; a recall follows where on
    settle,      // consumer, settled
    recall,      // consumer, shard: dropped was not received, nor what has a tag above number; a new run begins
    yield,       // consumer, shard; number: epoch. All that was received of the shard is settled
    bye,         // the host has closed the connection
    // From the broker:
    welcome,    // the answer to hello
    subscribed, // consumer
    confirm,    // number: sequence; error, or none
    deliver,    // consumer, number: tag; shard, run, attempt, message, life
    gained,     // consumer, shard; number: epoch
    revoking,   // consumer, shard
    lost,       // consumer, shard
    closed,     // the broker has closed the connection, or refused it
};

constexpr std::string_view name_of(frame_kind k) noexcept {
    constexpr std::string_view names[] = {"hello", "publish", "subscribe", "unsubscribe", "pause", "hold", "settle",
        "recall", "yield", "bye", "welcome", "subscribed", "confirm", "deliver", "gained", "revoking", "lost",
        "closed"};
    return names[static_cast<std::size_t>(k)];
}

// Times cross as what remains of them, since clocks differ.
struct frame {
    frame_kind kind = frame_kind::hello;
    bool on = false;
    std::uint32_t shard = no_shard;
    std::uint32_t run = 0;
    std::uint32_t attempt = 1;
    std::uint64_t number = 0;
    std::uint64_t consumer = 0;
    duration life = duration::max();
    duration delay{};
    duration patience{};
    error_code error;
    envelope message;
    std::shared_ptr<address const> to;
    std::shared_ptr<subscription const> from;
    std::vector<settlement> settled;
    std::vector<std::uint64_t> dropped;
};

// Channels' names have no colon, so that a reply channel is told by its address.
inline constexpr std::string_view reply_prefix = "sim-reply:";
inline bool is_reply_address(std::string_view channel) noexcept { return channel.starts_with(reply_prefix); }

} // namespace fairway::testing::sim_detail

#endif
