// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_NODE_OPTIONS_HPP
#define FAIRWAY_TRANSPORT_TCP_NODE_OPTIONS_HPP

#include <fairway/env/endpoint.hpp>
#include <fairway/transport/directory.hpp>
#include <fairway/transport/hub/inbox.hpp>
#include <fairway/transport/tcp/exposure.hpp>
#include <fairway/transport/tcp/options.hpp>
#include <fairway/transport/tcp/permissions.hpp>
#include <fairway/transport/tcp/session_options.hpp>

#include <memory>
#include <optional>

namespace fairway::tcp_detail {

// What a node is made with.
struct node_options {
    // Of connections it makes, and of those it accepts.
    session_options dialing;
    session_options accepting;
    // Where it listens; nowhere where it only dials.
    std::optional<env::endpoint> listen;
    // Under which address others reach it, where that is another one.
    std::optional<env::endpoint> announce;
    // Where the others are.
    std::shared_ptr<directory> places;
    // How much waits for a group of a channel.
    hub_detail::bounds queues;
    // How long a group's messages are kept while nobody receives for it.
    duration absence = std::chrono::minutes(1);
    confirmation confirms = confirmation::queued;
    // How many deliveries a consumer is sent where nobody competes with it, if that is more than it handles at a time:
    // so that it does not wait for the wire.
    std::uint32_t window = 1'024;
    // How its connections are protected.
    protection protects;
    // What other nodes may do.
    permissions allowed;
};

} // namespace fairway::tcp_detail

#endif
