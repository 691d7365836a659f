// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_PEER_HOST_HPP
#define FAIRWAY_TRANSPORT_TCP_PEER_HOST_HPP

#include <fairway/transport/hub/hub.hpp>
#include <fairway/transport/tcp/node_source.hpp>
#include <fairway/transport/tcp/road.hpp>
#include <fairway/transport/tcp/session.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace fairway::tcp_detail {

class peer;

// What a peer asks of its node.
class peer_host {
public:
    peer_host() = default;
    peer_host(peer_host const&) = delete;
    peer_host& operator=(peer_host const&) = delete;
    virtual ~peer_host() = default;
    virtual hub_detail::hub_state& hub() = 0;
    virtual std::shared_ptr<env::run_loop> const& loop() = 0;
    virtual env::clock& time() = 0;
    // How many deliveries a consumer has room for where nobody competes with it.
    virtual std::uint32_t window() = 0;
    // What the other node may do.
    virtual bool may_send(peer_info const& who, std::string_view channel) = 0;
    virtual bool may_receive(peer_info const& who, std::string_view channel, std::string_view group) = 0;
    // It wanted to, and may not; `what`: "send to orders".
    virtual void denied(session& by, std::string_view what) = 0;
    // This node's own reply channel of this number; null where there is none.
    virtual std::shared_ptr<hub_detail::channel_state> replies_at(std::uint64_t number) = 0;
    // The consumers of a point-to-point channel at this node.
    virtual std::vector<std::shared_ptr<node_source>> consumers_of(std::string_view channel) = 0;
    // Who waits for what this node sends into a channel; null where it sends nothing.
    virtual std::shared_ptr<road> road_of(std::string_view channel) = 0;
    virtual bool awaits_handling() = 0;
    // The other node has said something by this session, for the first time.
    virtual void heard(peer& by) = 0;
    // The other node has said who consumes the channel.
    virtual void answered(session& by, std::string_view channel) = 0;
    // False as long as a channel waits for such answers.
    virtual bool may_begin(std::string_view channel) = 0;
    // How many messages a group that was away for too long has missed.
    virtual std::optional<std::uint64_t> missed(std::string_view channel, std::string_view group) = 0;
    // The other node does not let a consumer of this one in.
    virtual void refused(session& by, subscription const& what, errc why) = 0;
    // There is no room in the session for one more channel.
    virtual void left_out(session& of, std::string_view channel) = 0;
    // Nobody asks for the channel any more, which was there for others only.
    virtual void channel_dropped(std::string_view channel) = 0;
    // The members of a channel's groups have changed.
    virtual void members_changed(std::string_view channel) = 0;
};

} // namespace fairway::tcp_detail

#endif
