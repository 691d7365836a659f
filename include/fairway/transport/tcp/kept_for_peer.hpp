// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_KEPT_FOR_PEER_HPP
#define FAIRWAY_TRANSPORT_TCP_KEPT_FOR_PEER_HPP

#include <fairway/transport/hub/hub.hpp>

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
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

    // A group of a channel, which is there or not, and `more` bytes; false, and nothing has changed, where that is too
    // much. What was added before costs nothing.
    bool add(bool is_there, address const& to, std::string_view group, std::size_t more) {
        std::pair<std::string, std::string> name(to.channel, group);
        bool const known = names_.count(name) > 0;
        std::size_t const shards = std::max(to.shards, 1U);
        if (!known) more += group_bytes + shards * group_shard_bytes;
        if (!is_there) more += channel_bytes + shards * shard_bytes;
        if (bytes_ + more > most_bytes) return false;
        bytes_ += more;
        if (!known) names_.insert(std::move(name));
        return true;
    }
    void remove(std::size_t bytes) noexcept { bytes_ -= bytes; }
    // The other node has gone; `members` are all that it had. Returns the channels that went with it.
    template <class Members>
    std::vector<std::string> end(hub_detail::hub_state& hub, Members members) {
        members.clear();
        std::vector<std::string> dropped;
        for (auto const& [channel, group] : std::exchange(names_, {}))
            if (hub.drop_for_others(channel)) dropped.push_back(channel);
        bytes_ = 0;
        return dropped;
    }

private:
    // As measured, names included.
    static constexpr std::size_t channel_bytes = 1'536;
    static constexpr std::size_t shard_bytes = 576;
    static constexpr std::size_t group_bytes = 768;
    static constexpr std::size_t group_shard_bytes = 64;

    std::size_t bytes_ = 0;
    std::set<std::pair<std::string, std::string>> names_;
};

} // namespace fairway::tcp_detail

#endif
