// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// How peers prove who they are, between HELLO and WELCOME. A mechanism has a name and exchanges opaque steps; the
// acceptor begins it with an empty one, the dialer answers each step of the acceptor's with one of its own.
#ifndef FAIRWAY_TRANSPORT_TCP_AUTHENTICATION_HPP
#define FAIRWAY_TRANSPORT_TCP_AUTHENTICATION_HPP

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fairway::tcp_detail {

// What a connection proves by itself.
struct connection_facts {
    // The certificate's identity where TLS has checked one, else empty.
    std::string certificate;
    // Nobody between its ends can read or change it: TLS, or it does not leave this host.
    bool confidential = false;
    // What `env::stream::channel_binding` says of it, else empty.
    std::string channel_binding;
};

// A dialer's part of one authentication.
class client_exchange {
public:
    client_exchange() = default;
    client_exchange(client_exchange const&) = delete;
    client_exchange& operator=(client_exchange const&) = delete;
    virtual ~client_exchange() = default;
    // The answer to a step of the acceptor's, the first of which is empty. Nothing where none is due, which is after
    // the acceptor's last. Throws `system_error` with `errc::unauthorized` where the acceptor is not who it should be;
    // the text goes to the peer and into logs.
    virtual std::string step(std::string_view challenge) = 0;
    // Whether the acceptor has proved itself as far as the mechanism makes it: a WELCOME before is refused.
    virtual bool complete() const = 0;
};

// An acceptor's part.
class server_exchange {
public:
    struct result {
        bool done = false;     // the dialer has proved itself
        std::string data;      // the next step; the last one is sent where it is not empty
        std::string principal; // who the dialer is, once done
    };
    server_exchange() = default;
    server_exchange(server_exchange const&) = delete;
    server_exchange& operator=(server_exchange const&) = delete;
    virtual ~server_exchange() = default;
    // What follows from a step of the dialer's. Throws `system_error` with `errc::unauthorized`, whose text goes to the
    // peer and into logs.
    virtual result step(std::string_view response) = 0;
};

// The mechanisms of a node. Used on its executor; nothing blocks.
class authenticator {
public:
    authenticator() = default;
    authenticator(authenticator const&) = delete;
    authenticator& operator=(authenticator const&) = delete;
    virtual ~authenticator() = default;

    // Dialing: the mechanisms that it could use on this connection, the best first. Throws `system_error` with
    // `errc::unauthorized` where what it has must not be shown over it.
    virtual std::vector<std::string> mechanisms(connection_facts const& facts) const = 0;
    // Dialing: begins one of them. Null where it would not use that one.
    virtual std::unique_ptr<client_exchange> begin_client(
        std::string_view mechanism, connection_facts const& facts) const = 0;
    // Dialing: whether an acceptor that asks for none of them is refused. It must be where this side proves itself:
    // somebody in between would leave them out.
    virtual bool insists() const = 0;

    // Accepting: which of a dialer's mechanisms it is to be; nothing for none of them, where `admit` decides.
    virtual std::string choose(std::vector<std::string_view> const& offered, connection_facts const& facts) const = 0;
    // Accepting: begins what `choose` has said.
    virtual std::unique_ptr<server_exchange> begin_server(
        std::string_view mechanism, connection_facts const& facts) const = 0;
    // Accepting: who a dialer is that uses no mechanism. Throws `system_error` with `errc::unauthorized` where it must.
    virtual std::string admit(connection_facts const& facts) const = 0;
};

// No mechanism: a dialer is who its certificate says, or anybody.
class no_authentication final : public authenticator {
public:
    std::vector<std::string> mechanisms(connection_facts const&) const override { return {}; }
    std::unique_ptr<client_exchange> begin_client(std::string_view, connection_facts const&) const override {
        return nullptr;
    }
    bool insists() const override { return false; }
    std::string choose(std::vector<std::string_view> const&, connection_facts const&) const override { return {}; }
    std::unique_ptr<server_exchange> begin_server(std::string_view, connection_facts const&) const override {
        return nullptr;
    }
    std::string admit(connection_facts const& facts) const override { return facts.certificate; }
};

} // namespace fairway::tcp_detail

#endif
