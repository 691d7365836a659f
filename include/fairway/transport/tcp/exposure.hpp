// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What is refused to whoever did not say that it is meant: to be open to a network without protection.
#ifndef FAIRWAY_TRANSPORT_TCP_EXPOSURE_HPP
#define FAIRWAY_TRANSPORT_TCP_EXPOSURE_HPP

#include <fairway/env/endpoint.hpp>
#include <fairway/error.hpp>
#include <fairway/transport/loopback.hpp>

#include <boost/asio/ip/address.hpp>

#include <string>
#include <string_view>

namespace fairway::tcp_detail {

/// How the connections of an endpoint are protected.
struct protection {
    bool tls = false;            ///< TLS
    bool authentication = false; ///< whoever connects must say who it is, and prove it
    bool insecure = false;       ///< the user has said insecure=true
    bool unverified = false;     ///< TLS does not verify who listens: anybody can be in between
};

/// True where what is said to the endpoint cannot leave this host: a Unix socket or a loopback address.
inline bool stays_on_host(env::endpoint const& at) {
    return at.kind == env::endpoint::family::local || detail::is_loopback(at.host);
}

/// The same of the other end of a connection, as `env::stream::remote` or `env::endpoint::text` says it.
inline bool stays_on_host(std::string_view other_end) {
    if (other_end.starts_with("unix:")) return true;
    try {
        return stays_on_host(env::endpoint::parse(other_end));
    } catch (system_error const&) {
        return false; // a name that no endpoint has
    }
}

/// True where nobody between the ends of a connection can read or change it, so that a token may be shown on it. For
/// who dials and for who accepts; `trusted_tls`: TLS, by which who dials has verified the other end.
inline bool is_confidential(std::string_view other_end, bool trusted_tls) {
    return trusted_tls || stays_on_host(other_end);
}

/// Throws `errc::invalid_argument` where other hosts could reach the endpoint without TLS or without authentication.
inline void check_listening(env::endpoint const& at, protection const& has) {
    if (has.insecure || stays_on_host(at) || (has.tls && has.authentication)) return;
    auto const lacks = !has.tls && !has.authentication ? "TLS and authentication" : !has.tls ? "TLS" : "authentication";
    auto const risk = has.tls ? "whoever can connect could send and receive everything"
                              : "whoever is on the way could read and change everything";
    detail::fail(errc::invalid_argument,
        "listening at " + at.text() + ", which other hosts can reach, without " + lacks + ": " + risk + ". Set up " +
            lacks + ", listen at 127.0.0.1 or at a Unix socket, or say insecure=true if it is meant");
}

/// Throws `errc::invalid_argument` where messages would go to another host without TLS that verifies it.
inline void check_dialing(env::endpoint const& to, protection const& has) {
    if (has.insecure || stays_on_host(to) || (has.tls && !has.unverified)) return;
    std::string const lacks = has.tls ? "TLS that verifies it" : "TLS";
    detail::fail(errc::invalid_argument, "connecting to " + to.text() + ", which is on another host, without " + lacks +
                                             ": whoever is on the way could read and change everything. Set up " +
                                             lacks + ", or say insecure=true if it is meant");
}

/// Throws `errc::invalid_argument` where others would be told to connect to all addresses of a host.
inline void check_announcing(env::endpoint const& at) {
    if (at.kind == env::endpoint::family::local) return;
    error_code ec;
    auto const address = boost::asio::ip::make_address(at.host, ec);
    if (at.host != "*" && (ec || !address.is_unspecified())) return;
    detail::fail(errc::invalid_argument, "the directory would tell others to connect to " + at.text() +
                                             ", which is no host: say by announce under which address they reach it");
}

} // namespace fairway::tcp_detail

#endif
