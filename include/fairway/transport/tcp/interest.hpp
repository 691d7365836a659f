// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_INTEREST_HPP
#define FAIRWAY_TRANSPORT_TCP_INTEREST_HPP

#include <fairway/env/endpoint.hpp>
#include <fairway/transport/tcp/peer.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace fairway::tcp_detail {

// What this node's services do with a channel, and where its other end is.
struct interest {
    address what;
    bool sends = false;
    bool told = false; // where its other ends are
    // Of a point-to-point channel: who is asked for its consumers. At the beginning, until all have answered, nothing
    // is delivered, or whoever answers first would get it all.
    std::vector<session*> waits_for{};
    std::unique_ptr<env::alarm> patience{}; // with them
    bool begun = false;
    std::shared_ptr<void> watch{};
    std::shared_ptr<void> announced{}; // that this node is one of its ends
    std::vector<env::endpoint> at{};
    bool has_too_many = false; // of them: not all are used
    std::vector<std::weak_ptr<node_source>> consumers{};
    std::vector<subscription> declared{};

    std::vector<std::shared_ptr<node_source>> live() const {
        std::vector<std::shared_ptr<node_source>> all;
        for (auto const& c : consumers)
            if (auto one = c.lock(); one && !one->closed()) all.push_back(std::move(one));
        return all;
    }
    // A consumer of the group is there.
    bool has(std::string_view group) const {
        auto const all = live();
        return std::any_of(all.begin(), all.end(), [&](auto const& c) { return c->what().group == group; });
    }
    // A node at one of the places that this node has dialed.
    void tell(peer& other) {
        if (what.kind == channel_kind::point_to_point) {
            if (sends && other.offer(what)) waits_for.push_back(&other.at());
            return;
        }
        for (auto const& d : declared) other.declare(d);
        for (auto const& c : live()) other.subscribe(c);
    }
};

} // namespace fairway::tcp_detail

#endif
