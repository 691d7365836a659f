// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_SESSION_OPTIONS_HPP
#define FAIRWAY_TRANSPORT_TCP_SESSION_OPTIONS_HPP

#include <fairway/env/stream.hpp>
#include <fairway/env/task.hpp>
#include <fairway/envelope/header_text.hpp>
#include <fairway/envelope/time.hpp>
#include <fairway/error.hpp>
#include <fairway/transport/tcp/authentication.hpp>
#include <fairway/transport/tcp/fragments.hpp>
#include <fairway/transport/tcp/identity.hpp>
#include <fairway/transport/tcp/record.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace fairway::tcp_detail {

// A node's name, as others can take it. Throws `errc::invalid_argument`.
inline std::string const& checked_node_name(std::string const& name) {
    if (name.size() > 256 || !fairway::detail::is_header_text(name))
        fairway::detail::fail(
            errc::invalid_argument, "a node's name is UTF-8 of at most 256 bytes, and no control characters");
    return name;
}

// What all sessions of a node have in common.
struct session_options {
    session_options()
        : authentication(std::make_shared<no_authentication>()), joining(std::make_shared<joining_budget>()) {}

    // Who this node is: drawn anew for each of its incarnations.
    identity node;
    std::string node_name; // see `checked_node_name`
    std::shared_ptr<authenticator const> authentication;
    // What a stream goes through before anything else: TLS. Nothing for none.
    // `host` is the name by which the other end was dialed; empty where it has dialed.
    std::function<task<env::stream>(env::stream, std::string host)> secure;
    // Whether it verifies who listens, where this node dials.
    bool verifies = true;
    // Features of the protocol that this node knows, and that it cannot do without.
    std::uint64_t features = 0;
    std::uint64_t required = 0;

    // A connection says something at least so often, and is dead where nothing was heard for three times the peer's.
    duration heartbeat = std::chrono::seconds(5);
    // From the beginning of a connection to its WELCOME.
    duration handshake_timeout = std::chrono::seconds(10);
    // How long a session waits for another connection.
    duration grace = std::chrono::seconds(10);
    // How long a connected peer may acknowledge nothing of what waits for it.
    duration stall = std::chrono::seconds(30);
    // How long a record may take to come, once its first fragment has.
    duration joining_timeout = std::chrono::seconds(30);
    // How long the end of a session may take to be said.
    duration goodbye_timeout = std::chrono::seconds(1);
    // The longest that an acknowledgement which may wait does wait.
    duration lazy_ack = std::chrono::milliseconds(100);
    // Between attempts to dial: a random time up to the first, doubled up to the second.
    duration backoff = std::chrono::milliseconds(50);
    duration max_backoff = std::chrono::seconds(5);

    // For records in fragments; copies share it.
    std::shared_ptr<joining_budget> joining;
    // The largest record that is accepted.
    std::size_t largest_record = wire_limits::most_largest_record;
    // `has_room` is true below so many bytes that are not acknowledged: the least, doubled up to the most each time
    // when a peer has acknowledged them. So one that never reads costs little, and one that is far away is not slowed
    // down.
    std::uint64_t least_unacked = 512 * 1024;
    std::uint64_t unacked = 4 * 1024 * 1024;
    // Beyond so many the session ends: its peer takes nothing of what it asks for.
    std::uint64_t most_unacked = 2 * 4 * 1024 * 1024 + wire_limits::joined;
    // A listener's connections, those among them that are not authenticated, and its sessions.
    std::size_t most_connections = 1024;
    std::size_t most_unauthenticated = 64;
    std::size_t most_sessions = 1024;

    // Told of connections that could not be made or had to be cut, where it is there: at what (`tcp://10.0.0.7:40312`),
    // and why. The text has no line breaks, and at most some hundred bytes.
    std::function<void(std::string_view remote, error_code why, std::string_view text)> trouble;
};

} // namespace fairway::tcp_detail

#endif
