// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Which mechanism a connection is authenticated with, and by what.
#ifndef FAIRWAY_TRANSPORT_TCP_AUTHENTICATORS_HPP
#define FAIRWAY_TRANSPORT_TCP_AUTHENTICATORS_HPP

#include <fairway/transport/tcp/plain_mechanisms.hpp>
#include <fairway/transport/tcp/scram_client.hpp>
#include <fairway/transport/tcp/scram_server.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway {

/// What a dialer proves itself with. Copies share what was computed for a password. For one thread at a time.
class client_credentials {
public:
    /// Nothing: no mechanism is offered.
    client_credentials() = default;
    /// A user and a password, for SCRAM-SHA-256: the password never leaves this process, and the server proves that it
    /// knows it, too. More than `most_iterations` are not computed for any server; a million take a second or so, once.
    static client_credentials password(
        std::string user, secret password, std::uint32_t most_iterations = tcp_detail::scram_most_iterations) {
        tcp_detail::scram_client::check_user(user);
        client_credentials made;
        made.how_ = kind::password;
        made.user_ = std::move(user);
        made.password_ = std::make_shared<tcp_detail::scram_password>(std::move(password));
        made.most_iterations_ = most_iterations;
        return made;
    }
    /// A bearer token, which is shown to the server, and only over TLS or within this host.
    static client_credentials token(secret token) {
        tcp_detail::token_client const checked(token);
        client_credentials made;
        made.how_ = kind::token;
        made.token_ = std::move(token);
        return made;
    }
    /// The certificate that TLS shows.
    static client_credentials certificate() {
        client_credentials made;
        made.how_ = kind::certificate;
        return made;
    }

    /// True where a server must ask for the proof. A certificate was shown before, and the server's was verified.
    bool insists() const noexcept { return how_ == kind::password || how_ == kind::token; }

    /// The mechanisms to offer on a connection, the best first. Throws `errc::unauthorized` where there is a token, but
    /// the connection is not confidential.
    std::vector<std::string> mechanisms(tcp_detail::connection_facts const& connection) const {
        using namespace tcp_detail;
        switch (how_) {
        case kind::none: break;
        case kind::password:
            if (connection.channel_binding.empty()) return {std::string(scram_name)};
            return {std::string(scram_plus_name), std::string(scram_name)};
        case kind::token:
            if (!connection.confidential)
                detail::fail(errc::unauthorized, "TOKEN: a token is not shown over a connection without TLS");
            return {std::string(token_name)};
        case kind::certificate: return {std::string(external_name)};
        }
        return {};
    }

    /// Begins with the mechanism that the server chose. Throws `errc::unauthorized` for one that was not offered.
    std::unique_ptr<tcp_detail::client_exchange> begin(std::string_view mechanism,
        tcp_detail::connection_facts const& connection, tcp_detail::random_bytes const& random) const {
        using namespace tcp_detail;
        auto const offered = mechanisms(connection);
        if (std::find(offered.begin(), offered.end(), mechanism) == offered.end())
            detail::fail(errc::unauthorized, "the server chose an authentication that was not offered");
        if (how_ == kind::token) return std::make_unique<token_client>(token_);
        if (how_ == kind::certificate) return std::make_unique<external_client>();
        scram_channel channel{connection.channel_binding, mechanism == scram_plus_name};
        return std::make_unique<scram_client>(
            user_, password_, std::move(channel), scram_nonce(random), most_iterations_);
    }

private:
    enum class kind { none, password, token, certificate };

    kind how_ = kind::none;
    std::string user_;
    std::shared_ptr<tcp_detail::scram_password> password_;
    std::uint32_t most_iterations_ = tcp_detail::scram_most_iterations;
    secret token_;
};

namespace tcp_detail {

/// How an acceptor lets dialers prove who they are. For one thread at a time.
class server_credentials {
public:
    /// Asks for nothing: a dialer has no principal.
    server_credentials() = default;
    /// Passwords and tokens of `store`, and certificates where `certificates` is set: then whoever has a certificate of
    /// the authorities that TLS trusts may connect. `random` makes the key of what unknown users are told.
    server_credentials(std::shared_ptr<credential_store const> store, bool certificates, random_bytes const& random)
        : required_(true), certificates_(certificates) {
        random(std::as_writable_bytes(std::span(decoy_key_.data(), digest::size)));
        use(std::move(store));
    }

    /// True where a dialer must authenticate.
    bool required() const noexcept { return required_; }

    /// Who a dialer is that uses no mechanism: what its certificate says. Throws `errc::unauthorized` where it must
    /// prove itself and certificates are not asked for, or it has none.
    std::string admit(connection_facts const& connection) const {
        if (!required_) return connection.certificate;
        if (!certificates_)
            detail::fail(errc::unauthorized, "none of the offered ways to authenticate is possible here");
        return external_principal(connection.certificate);
    }

    /// Replaces the store: for connections that come from now on.
    void use(std::shared_ptr<credential_store const> store) {
        store_ = store ? std::move(store) : std::make_shared<credential_store const>();
    }

    /// The best mechanism of those that the dialer offers and this side can do on this connection; none if there is
    /// none.
    std::optional<std::string_view> choose(
        std::span<std::string_view const> offered, connection_facts const& connection) const {
        if (!required_) return std::nullopt;
        auto const choice = [&](std::string_view name, bool possible) {
            return possible && std::find(offered.begin(), offered.end(), name) != offered.end();
        };
        if (choice(external_name, certificates_ && !connection.certificate.empty())) return external_name;
        if (choice(scram_plus_name, store_->has_passwords() && !connection.channel_binding.empty()))
            return scram_plus_name;
        if (choice(scram_name, store_->has_passwords())) return scram_name;
        if (choice(token_name, store_->has_tokens() && connection.confidential)) return token_name;
        return std::nullopt;
    }

    /// Begins with a mechanism that `choose` chose. Throws `errc::unauthorized` for any other.
    std::unique_ptr<server_exchange> begin(
        std::string_view mechanism, connection_facts const& connection, random_bytes const& random) const {
        auto const chosen = choose({&mechanism, 1}, connection);
        if (!chosen) detail::fail(errc::unauthorized, "this authentication is not possible here");
        if (*chosen == external_name) return std::make_unique<external_server>(connection.certificate);
        if (*chosen == token_name) return std::make_unique<token_server>(store_);
        return std::make_unique<scram_server>(
            store_, decoy_key_, connection.channel_binding, *chosen == scram_plus_name, scram_nonce(random));
    }

private:
    bool required_ = false;
    bool certificates_ = false;
    std::shared_ptr<credential_store const> store_;
    digest decoy_key_;
};

/// What a node dials and accepts with.
class node_authenticator final : public authenticator {
public:
    /// `random` makes nonces: `env::secure_random::fill` of the node's context.
    node_authenticator(client_credentials dialing, server_credentials accepting, random_bytes random)
        : dialing_(std::move(dialing)), accepting_(std::move(accepting)), random_(std::move(random)) {}

    std::vector<std::string> mechanisms(connection_facts const& facts) const override {
        return dialing_.mechanisms(facts);
    }
    std::unique_ptr<client_exchange> begin_client(
        std::string_view mechanism, connection_facts const& facts) const override {
        return dialing_.begin(mechanism, facts, random_);
    }
    bool insists() const override { return dialing_.insists(); }

    std::string choose(std::vector<std::string_view> const& offered, connection_facts const& facts) const override {
        return std::string(accepting_.choose(offered, facts).value_or(std::string_view()));
    }
    std::unique_ptr<server_exchange> begin_server(
        std::string_view mechanism, connection_facts const& facts) const override {
        return accepting_.begin(mechanism, facts, random_);
    }
    std::string admit(connection_facts const& facts) const override { return accepting_.admit(facts); }

    /// Who may connect from now on.
    void use(std::shared_ptr<credential_store const> store) { accepting_.use(std::move(store)); }

private:
    client_credentials dialing_;
    server_credentials accepting_;
    random_bytes random_;
};

} // namespace tcp_detail

} // namespace fairway

#endif
