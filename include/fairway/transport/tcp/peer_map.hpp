// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_PEER_MAP_HPP
#define FAIRWAY_TRANSPORT_TCP_PEER_MAP_HPP

#include <fairway/transport/tcp/peer.hpp>

#include <functional>
#include <map>
#include <memory>

namespace fairway::tcp_detail {

// By the ids of sessions, so that what is done for all of them has the same order whenever the same ids are drawn.
struct by_session_id {
    bool operator()(session const* one, session const* other) const noexcept {
        auto const by_id = one->id() <=> other->id();
        return by_id != 0 ? by_id < 0 : std::less<>()(one, other);
    }
};

using peer_map = std::map<session*, std::shared_ptr<peer>, by_session_id>;

} // namespace fairway::tcp_detail

#endif
