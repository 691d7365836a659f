// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_PLAIN_MECHANISMS_HPP
#define FAIRWAY_TRANSPORT_TCP_PLAIN_MECHANISMS_HPP

#include <fairway/transport/tcp/authentication.hpp>
#include <fairway/transport/tcp/credential_store.hpp>
#include <fairway/transport/tcp/principal.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace fairway::tcp_detail {

inline constexpr std::string_view token_name = "TOKEN";
inline constexpr std::string_view external_name = "EXTERNAL";

/// A dialer that says one message and has nothing to hear: the server proves itself by its certificate alone.
class one_message_client : public client_exchange {
public:
    std::string step(std::string_view challenge) final {
        complete_ = false; // unless it goes well
        if (std::exchange(said_, true)) refuse_authentication(name(), "the server said more than the mechanism has");
        if (!challenge.empty()) refuse_authentication(name(), "the server spoke first");
        complete_ = true;
        return message();
    }
    bool complete() const noexcept final { return complete_; }

private:
    virtual std::string_view name() const noexcept = 0;
    virtual std::string message() const = 0; // not empty: that would not be sent
    bool said_ = false;
    bool complete_ = false;
};

/// An acceptor that hears one message and decides.
class one_message_server : public server_exchange {
public:
    result step(std::string_view message) final {
        if (std::exchange(over_, true)) refuse_authentication(name(), "there was a message behind the last one");
        if (message.size() > max_auth_message) refuse_authentication(name(), "a message is too large");
        return {true, {}, principal_of(message)};
    }

private:
    virtual std::string_view name() const noexcept = 0;
    virtual std::string principal_of(std::string_view message) = 0;
    bool over_ = false;
};

/// TOKEN: the dialer shows a bearer token, so only over a confidential connection to a server whose certificate is
/// verified: whoever sees the token can use it.
class token_client final : public one_message_client {
public:
    /// Throws `errc::invalid_argument` for a token that is not 16 to 512 printable ASCII characters.
    explicit token_client(secret token) : token_(std::move(token)) {
        if (!is_token(token_.view()))
            detail::fail(errc::invalid_argument, "a token is 16 to 512 printable ASCII characters other than blank");
    }

private:
    std::string_view name() const noexcept override { return token_name; }
    std::string message() const override { return std::string(token_.view()); }

    secret token_;
};

/// The acceptor's side of TOKEN.
class token_server final : public one_message_server {
public:
    explicit token_server(std::shared_ptr<credential_store const> store) : store_(std::move(store)) {}
    /// What it has computed so far.
    effort const& spent() const noexcept { return hash_.spent(); }

private:
    std::string_view name() const noexcept override { return token_name; }
    std::string principal_of(std::string_view message) override {
        if (!is_token(message)) refuse_authentication(name(), "not 16 to 512 printable ASCII characters");
        auto user = store_->holder(hash_, message);
        if (!user) refuse_authentication(name(), "the token is unknown");
        return std::move(*user);
    }

    std::shared_ptr<credential_store const> store_;
    hasher hash_;
};

/// EXTERNAL (RFC 4422, appendix A): the dialer is who its verified certificate says. Its message is `=`, as which many
/// protocols write an empty one.
class external_client final : public one_message_client {
private:
    std::string_view name() const noexcept override { return external_name; }
    std::string message() const override { return "="; }
};

/// Who a certificate makes of a dialer: throws `errc::unauthorized` where there is none, or it cannot be a principal.
inline std::string external_principal(std::string const& certificate) {
    if (certificate.empty()) refuse_authentication(external_name, "there is no verified certificate");
    if (!is_valid_principal(certificate))
        refuse_authentication(external_name, "the certificate's identity has characters that a principal may not have");
    return certificate;
}

/// The acceptor's side of EXTERNAL.
class external_server final : public one_message_server {
public:
    /// `certificate` is the identity in the client's certificate, verified by TLS; empty if there is none.
    explicit external_server(std::string certificate) : certificate_(std::move(certificate)) {}

private:
    std::string_view name() const noexcept override { return external_name; }
    std::string principal_of(std::string_view message) override {
        auto who = external_principal(certificate_);
        if (!message.empty() && message != "=" && message != who)
            refuse_authentication(name(), "acting for another than the certificate's identity is not supported");
        return who;
    }

    std::string certificate_;
};

} // namespace fairway::tcp_detail

#endif
