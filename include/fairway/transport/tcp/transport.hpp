// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_TRANSPORT_HPP
#define FAIRWAY_TRANSPORT_TCP_TRANSPORT_HPP

#include <fairway/env/endpoint.hpp>
#include <fairway/env/execute.hpp>
#include <fairway/transport/seam.hpp>
#include <fairway/transport/tcp/options.hpp>
#include <fairway/transport/tcp/place.hpp>
#include <fairway/transport/url.hpp>

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace fairway {

namespace tcp_detail {
class node;
struct node_options;
} // namespace tcp_detail

/// The brokerless transport over TCP: services talk to each other directly.
///
/// Its connections end, and its port is free, on its executor, once its last copy was dropped, on any thread.
class tcp {
public:
    /// Its name in URLs.
    static constexpr std::string_view scheme = "tcp";

    /// A node of `executor`, which is serial. Listens at once: throws `system_error` where that is not possible,
    /// `errc::invalid_argument` for files that can't be used, where it would be open to others than this host, or
    /// connect to them, without protection, or listen with TLS without a certificate, and where a directory would name
    /// no host to connect to.
    tcp(asio::any_io_executor const& executor, tcp_options const& options);

    /// The node that a URL describes: `tcp://stock.internal:7000?ca=ca.pem` says where the others are, `listen`,
    /// `channels` and the other options are in the README's table. Throws `errc::invalid_url` besides.
    tcp(asio::any_io_executor const& executor, url const& where);

    /// Where its services run.
    asio::any_io_executor get_executor() const;
    /// Where it listens, with the port that was chosen; nothing where it does not.
    std::optional<env::endpoint> local() const;
    /// Where the directory says that the other ends of a channel are which is sent to, or a topic's which is listened
    /// to, and who is there now. On the executor; the directory answers some turns of it after the channel was opened.
    std::vector<tcp_place> places(std::string_view channel) const;
    /// What it can do.
    capabilities describe() const;
    /// Makes a group known, so that its messages are kept by the publishers that can be reached.
    void declare(subscription const& from);
    /// The way to a channel.
    std::shared_ptr<sink> open(address const& to);
    /// Joins a channel.
    std::shared_ptr<source> listen(subscription const& from, receiver& told);
    /// A reply channel of the caller's own.
    reply_channel open_replies(receiver& told);
    /// The way to somebody's reply channel; null where there is no session with its node (any more).
    std::shared_ptr<sink> open_reply(std::string_view reply_to);
    /// Calls `done` once the others have the settlements and replies that were made here, or at `until`.
    void settle(env::steady_point until, env::continuation done);
    /// Says goodbye to all; sends fail with `errc::closed` from now on.
    void close();

private:
    static tcp_detail::node_options node_of(asio::any_io_executor const& executor, tcp_options const& o);

    std::shared_ptr<tcp_detail::node> self_;
};

/// The brokerless transport over Unix sockets, between processes of one host: `unix:///run/shop.sock`.
class unix_socket : public tcp {
public:
    /// Its name in URLs.
    static constexpr std::string_view scheme = "unix";
    using tcp::tcp;
};

} // namespace fairway

#ifndef FAIRWAY_COMPILE_ONCE
#include <fairway/transport/tcp/transport_definitions.hpp>
#endif

#endif
