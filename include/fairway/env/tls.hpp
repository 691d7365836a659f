// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// TLS over any stream. Needs OpenSSL: link with fairway::tcp.
#ifndef FAIRWAY_ENV_TLS_HPP
#define FAIRWAY_ENV_TLS_HPP

#include <fairway/env/context_end.hpp>
#include <fairway/env/stream.hpp>
#include <fairway/env/suspend.hpp>
#include <fairway/env/task.hpp>
#include <fairway/env/tls_context.hpp>
#include <fairway/env/tls_peer.hpp>
#include <fairway/env/tls_stream.hpp>
#include <fairway/error.hpp>

#include <boost/asio/error.hpp>

#include <memory>
#include <string>
#include <utility>

namespace fairway::env {

namespace detail {

inline task<stream> shake_hands(stream below, tls_session session) {
    auto remote = below.remote();
    auto const link = std::make_shared<tls_link>(std::move(below), std::move(session));
    context_end::tell(link->below().get_executor(), link);
    // Whatever ends it early, a destroyed coroutine too, ends the connection.
    auto over = std::make_unique<tls_stream>(link);
    error_code ec;
    auto start = [&](continuation c) { link->handshake(ec, std::move(c)); };
    co_await env::suspend(start);
    if (ec) {
        auto text = "TLS with " + (remote.empty() ? std::string("the other end") : remote);
        if (!link->why().empty()) text += ": " + link->why();
        throw system_error(ec, text);
    }
    co_return stream(std::move(over), std::move(remote), link->identity(), link->channel_binding());
}

} // namespace detail

/// Makes a TLS connection, as a client, over one that is open: `peer()` of the result is who the server is.
///
/// `name` is the host that was looked for: its certificate must have that name, or address, among its subjectAltNames
/// (RFC 6125), unless `tls_options` say otherwise. Closing the result closes `over`, telling the other end if that can
/// be done at once; a stream that ends without being told so ends with `boost::asio::error::connection_reset`, not
/// `eof`. Throws `system_error`: `errc::unauthorized` that says what was wrong, `errc::invalid_argument`, or what the
/// connection has failed with. With TLS 1.3 a client may learn only by its first read that its own certificate was
/// refused (`errc::unauthorized`). Cancellable: that closes it. Run it on the executor of `over`.
inline task<stream> tls_connect(stream over, tls_context& with, std::string name) {
    auto session = detail::client_session(*with.state(), std::move(name));
    return detail::shake_hands(std::move(over), std::move(session));
}

/// The same, as a server: `peer()` of the result is who the client is: the first DNS name of its certificate, or else
/// its common name; empty where it has shown none. Throws `errc::invalid_argument` at once where `with` has no
/// certificate.
inline task<stream> tls_accept(stream over, tls_context& with) {
    auto session = detail::server_session(*with.state());
    return detail::shake_hands(std::move(over), std::move(session));
}

} // namespace fairway::env

#endif
