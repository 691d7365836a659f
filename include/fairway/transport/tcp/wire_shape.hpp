// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_WIRE_SHAPE_HPP
#define FAIRWAY_TRANSPORT_TCP_WIRE_SHAPE_HPP

#include <fairway/contract/name.hpp>
#include <fairway/transport/seam.hpp>
#include <fairway/transport/tcp/record.hpp>
#include <fairway/transport/tcp/stream_records.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace fairway::tcp_detail {

// What records say of a channel. PROTOCOL.md, "Channels".
inline constexpr std::uint32_t most_wire_shards = 4'096;

inline wire_kind kind_of(address const& a) noexcept {
    return a.kind == channel_kind::point_to_point ? wire_kind::point_to_point : wire_kind::publish_subscribe;
}

// A dead letter stays where it is until somebody comes for it: who sends it can't wait for that.
inline bool is_dead_letters(std::string_view channel) noexcept { return channel.ends_with(".dead"); }

// The channel of an OFFER. Throws `violation`.
inline address shape_of(offer_record const& r) {
    if (r.kind != wire_kind::point_to_point) violate("an offer is of a point-to-point channel");
    if (r.shards > most_wire_shards || !is_valid_channel_name(r.channel))
        violate("a channel of this name or shard count cannot be");
    return {std::string(r.channel), channel_kind::point_to_point, r.shards};
}
// That of a SUBSCRIBE or DECLARE, whose group is checked, too. Throws `violation`.
template <class Record>
address shape_of(Record const& r) {
    bool const topic = r.kind == wire_kind::publish_subscribe;
    if (r.kind > wire_kind::publish_subscribe || r.shards > most_wire_shards || !is_valid_channel_name(r.channel) ||
        ((topic || !r.group.empty()) && !is_valid_name(r.group)))
        violate("a channel or group of this name, kind or shard count cannot be");
    return {std::string(r.channel), topic ? channel_kind::publish_subscribe : channel_kind::point_to_point, r.shards};
}

} // namespace fairway::tcp_detail

#endif
