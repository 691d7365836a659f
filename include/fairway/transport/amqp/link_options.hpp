// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_AMQP_LINK_OPTIONS_HPP
#define FAIRWAY_TRANSPORT_AMQP_LINK_OPTIONS_HPP

#include <fairway/env/endpoint.hpp>
#include <fairway/env/stream.hpp>
#include <fairway/env/task.hpp>
#include <fairway/envelope/limits.hpp>
#include <fairway/envelope/time.hpp>
#include <fairway/error.hpp>
#include <fairway/transport/secret.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace fairway::amqp_detail {

// How a link and its sessions are made. It has a constructor so that a temporary may stand beside co_await (g++ 12).
struct link_options {
    link_options() {} // NOLINT

    // Any of them will do: they are one cluster. At least one.
    std::vector<env::endpoint> hosts;
    // Who this is; without a user's name it is who its certificate says (EXTERNAL).
    std::string user;
    secret password;
    std::string virtual_host = "/";
    // Of the connection, for people who look at the broker.
    std::string name;
    // What a stream goes through before anything else: see `over_tls`. Nothing for none.
    std::function<task<env::stream>(env::stream, std::string host)> secure;

    // What is proposed; the broker may want less. The heartbeat counts in seconds; 0 leaves it to the broker.
    duration heartbeat = std::chrono::seconds(10);
    std::uint32_t frame_max = 128 * 1024; // in bytes
    std::uint16_t channel_max = 2047;
    // The largest body that is taken, in bytes; larger ones are passed over.
    std::uint64_t most_body = limits::body;
    // `has_room` is true below so many bytes that are not written.
    std::size_t room = 256 * 1024;

    // From the beginning of an attempt to a stream, TLS included, and from there to an open session.
    duration connect_timeout = std::chrono::seconds(10);
    duration handshake_timeout = std::chrono::seconds(10);
    // How long the broker may take to answer to the end of a session.
    duration close_timeout = std::chrono::seconds(1);
    // Between rounds of attempts: a random time up to the first, doubled up to the second. A session that held for as
    // long as the second starts over.
    duration backoff = std::chrono::milliseconds(50);
    duration max_backoff = std::chrono::seconds(3);
    // Where the broker has refused the credentials: half of it up to all of it. Long enough to be no burden for a
    // broker that looks them up elsewhere, short enough that all goes on soon after they are right again.
    duration refused_backoff = std::chrono::seconds(6);

    // Told of connections that could not be made or were lost, where it is there: at what (`tcp://10.0.0.7:5672`), and
    // why. The text has at most 200 bytes, and no control characters.
    std::function<void(std::string_view where, error_code why, std::string_view text)> trouble;
};

} // namespace fairway::amqp_detail

#endif
