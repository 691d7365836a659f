// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_KEPT_FOR_PEER_HPP
#define FAIRWAY_TRANSPORT_TCP_KEPT_FOR_PEER_HPP

#include <fairway/transport/hub/hub.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace fairway::tcp_detail {

// What a node keeps because another one has asked for it: channels that nobody here has opened yet, groups, members.
// Estimated in bytes, and bounded: with names and shard counts that it makes up nobody takes much memory, nor much
// time, since that of a rebalance grows with shards and members.
class kept_for_peer {
public:
    static constexpr std::size_t most_bytes = std::size_t{1536} * 1024;

    static std::size_t of_member(address const& of) noexcept { return 512 + std::size_t{16} * of.shards; }

    // The channel, for a group of it and `more` bytes; null, and nothing has changed, where that is too much. What was
    // added before costs nothing. Throws where the channel has another shape here; what was added stays then.
    std::shared_ptr<hub_detail::channel_state> add(
        hub_detail::hub_state& hub, address const& to, std::string_view group, std::size_t more) {
        asked one(to.channel, to.kind, to.shards, group);
        bool const fresh = asked_.count(one) == 0;
        std::size_t const shards = std::max(to.shards, 1U);
        if (fresh) more += group_bytes + shards * group_shard_bytes;
        if (!hub.has_channel(to)) more += channel_bytes + shards * shard_bytes;
        if (bytes_ + more > most_bytes) return nullptr;
        bytes_ += more;
        if (fresh) asked_.insert(std::move(one));
        return hub.channel_for_others(to, fresh);
    }
    // Makes the group known there. Whether it is a new one. Throws where there are too many.
    static bool declare(hub_detail::channel_state& at, std::string_view group) {
        constexpr std::size_t most_groups = 1'024;
        std::string const name(group);
        if (!at.has_group(name) && at.groups() >= most_groups)
            fairway::detail::fail(errc::queue_full, "there are too many groups");
        return at.declare(name);
    }
    void remove(std::size_t bytes) noexcept { bytes_ -= bytes; }
    // The other node has gone, with all its members. Returns the channels that went with it.
    std::vector<std::string> end(hub_detail::hub_state& hub) {
        std::vector<std::string> dropped;
        for (auto const& [channel, kind, shards, group] : std::exchange(asked_, {}))
            if (hub.drop_for_others({channel, kind, shards})) dropped.push_back(channel);
        bytes_ = 0;
        return dropped;
    }

private:
    using asked = std::tuple<std::string, channel_kind, std::uint32_t, std::string>; // a channel's shape, and a group

    // As measured, names included.
    static constexpr std::size_t channel_bytes = 1'536;
    static constexpr std::size_t shard_bytes = 576;
    static constexpr std::size_t group_bytes = 768;
    static constexpr std::size_t group_shard_bytes = 64;

    std::size_t bytes_ = 0;
    std::set<asked> asked_;
};

} // namespace fairway::tcp_detail

#endif
