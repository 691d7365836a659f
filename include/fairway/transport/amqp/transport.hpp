// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_AMQP_TRANSPORT_HPP
#define FAIRWAY_TRANSPORT_AMQP_TRANSPORT_HPP

#include <fairway/env/execute.hpp>
#include <fairway/transport/amqp/options.hpp>
#include <fairway/transport/seam.hpp>
#include <fairway/transport/url.hpp>

#include <memory>
#include <string_view>

namespace fairway {

namespace amqp_detail {
class node;
struct node_options;
} // namespace amqp_detail

/// RabbitMQ over AMQP 0-9-1: channels are its queues and exchanges, messages are accepted once the broker has confirmed
/// them, and other clients take part, see envelope_map.hpp and topology.hpp.
///
/// Its connections end on its executor, once its last copy and its last sink were dropped, on any thread.
class amqp {
public:
    /// Its name in URLs.
    static constexpr std::string_view scheme = "amqp";

    /// A part of `executor`, which is serial, in a broker's messaging. Connects as soon as that runs, and again
    /// whenever the connection is lost. Throws `errc::invalid_argument` without a host, for files that can't be used,
    /// and where it would say its password to another host without TLS.
    amqp(asio::any_io_executor const& executor, amqp_options const& options);
    /// What a URL describes: `amqp://user:password@host:5672/vhost?options`. Throws `errc::invalid_url` besides.
    amqp(asio::any_io_executor const& executor, url const& where);

    /// Where its services run.
    asio::any_io_executor get_executor() const;
    /// What it can do.
    capabilities describe() const;
    /// Makes a group known, so that its messages are kept, before anything else is published through this.
    void declare(subscription const& from);
    /// The way to a channel.
    std::shared_ptr<sink> open(address const& to);
    /// Joins a channel.
    std::shared_ptr<source> listen(subscription const& from, receiver& told);
    /// A reply channel of the caller's own.
    reply_channel open_replies(receiver& told);
    /// The way to somebody's reply queue; null for what is not one.
    std::shared_ptr<sink> open_reply(std::string_view reply_to);
    /// Calls `done` once the broker has the settlements and replies that were made here, or at `until`.
    void settle(env::steady_point until, env::continuation done);
    /// Ends the connections; sends fail with `errc::closed` from now on.
    void close();

private:
    static amqp_detail::node_options node_of(asio::any_io_executor const& executor, amqp_options const& o);

    std::shared_ptr<amqp_detail::node> self_;
};

/// The same with TLS: `amqps://user:password@host:5671/vhost`.
class amqps : public amqp {
public:
    /// Its name in URLs.
    static constexpr std::string_view scheme = "amqps";
    using amqp::amqp;
};

} // namespace fairway

#ifndef FAIRWAY_COMPILE_ONCE
#include <fairway/transport/amqp/transport_definitions.hpp>
#endif

#endif
