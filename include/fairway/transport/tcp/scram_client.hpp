// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_SCRAM_CLIENT_HPP
#define FAIRWAY_TRANSPORT_TCP_SCRAM_CLIENT_HPP

#include <fairway/transport/tcp/authentication.hpp>
#include <fairway/transport/tcp/principal.hpp>
#include <fairway/transport/tcp/scram_keys.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace fairway::tcp_detail {

/// What a dialer does about the channel that SCRAM runs in (RFC 5802, section 6).
struct scram_channel {
    /// What `tls_exporter` says of this connection; empty without TLS.
    std::string binding;
    /// Use it, with the mechanism SCRAM-SHA-256-PLUS. Where there is a binding but it is not used, the server is told
    /// so and refuses if it could have used it: then somebody between the two took PLUS out of the list.
    bool plus = false;
};

/// The dialer's side of SCRAM-SHA-256 (RFC 5802, RFC 7677).
class scram_client final : public client_exchange {
public:
    /// `nonce` is `scram_nonce(random)`, new for each connection. More than `most_iterations` are not computed for any
    /// server. Throws `errc::invalid_argument` for a user's name that SCRAM cannot carry.
    scram_client(std::string user, std::shared_ptr<scram_password> password, scram_channel channel, std::string nonce,
        std::uint32_t most_iterations = scram_most_iterations)
        : user_(std::move(user)),
          password_(std::move(password)),
          channel_(std::move(channel)),
          nonce_(std::move(nonce)),
          most_iterations_(most_iterations) {
        check_user(user_);
        if (!is_scram_nonce(nonce_)) detail::fail(errc::invalid_argument, "SCRAM: a nonce is 1 to 256 printable bytes");
        if (channel_.plus && channel_.binding.empty())
            detail::fail(errc::invalid_argument, "SCRAM: channel binding needs TLS");
    }

    std::string step(std::string_view challenge) override {
        auto const now = std::exchange(now_, stage::failed); // unless it goes well
        if (challenge.size() > max_auth_message) refuse("the server's message is too large");
        std::string answer;
        switch (now) {
        case stage::begin:
            if (!challenge.empty()) refuse("the server spoke first");
            bare_ = "n=" + to_saslname(user_) + ",r=" + nonce_;
            answer = gs2() + bare_;
            now_ = stage::challenge;
            break;
        case stage::challenge:
            answer = prove(challenge);
            now_ = stage::signature;
            break;
        case stage::signature:
            check_server(challenge);
            now_ = stage::finished;
            break;
        case stage::finished:
        case stage::failed: refuse("the server said more than the mechanism has");
        }
        return answer;
    }
    /// True once the server has proved that it knows the password, too.
    bool complete() const noexcept override { return now_ == stage::finished; }
    /// What it has computed so far.
    effort const& spent() const noexcept { return hash_.spent(); }

    /// Throws `errc::invalid_argument` where SCRAM cannot carry the name.
    static void check_user(std::string_view user) {
        if (user.empty() || user.size() > max_principal || !is_prepared(user))
            detail::fail(errc::invalid_argument,
                "a user's name is 1 to 256 characters of printable ASCII: SASLprep (RFC "
                "4013) of other characters is not supported");
    }

private:
    enum class stage { begin, challenge, signature, finished, failed };

    [[noreturn]] static void refuse(char const* why) { refuse_authentication("SCRAM", why); }

    std::string gs2() const {
        if (channel_.plus) return "p=" + std::string(scram_binding_name) + ",,";
        return channel_.binding.empty() ? "n,," : "y,,";
    }

    std::string prove(std::string_view challenge) {
        if (challenge.starts_with("e=")) refuse("the server refused it");
        if (challenge.starts_with("m=")) refuse("the server asks for an extension that is not known");
        scram_attributes attributes(challenge);
        auto const nonce = attributes.take('r');
        auto const salt_text = nonce ? attributes.take('s') : std::nullopt;
        auto const count = salt_text ? attributes.take('i') : std::nullopt;
        if (!count || !attributes.only_extensions()) refuse("the server's first message is malformed");
        if (!is_scram_nonce(*nonce) || !nonce->starts_with(nonce_) || nonce->size() == nonce_.size())
            refuse("the server's nonce does not continue the client's");
        auto const salt = from_base64(*salt_text, scram_most_salt);
        if (!salt || salt->size() < scram_least_salt) refuse("the server's salt is not 8 to 64 bytes in base64");
        auto const iterations = scram_number(*count);
        if (!iterations) refuse("the server's iteration count is not a number from 4096 to 1000000");
        if (*iterations < scram_least_iterations) refuse("the server asks for fewer than 4096 iterations");
        if (*iterations > most_iterations_) refuse("the server asks for more iterations than this client computes");

        scram_keys const& keys = password_->keys(hash_, *salt, *iterations);
        std::string const bound = channel_.plus ? gs2() + channel_.binding : gs2();
        std::string answer = "c=" + to_base64(bound) + ",r=" + std::string(*nonce);
        std::string const said = bare_ + ',' + std::string(challenge) + ',' + answer;
        digest const proof = keys.client_key ^ hash_.hmac(keys.stored_key.view(), said);
        signature_ = hash_.hmac(keys.server_key.view(), said);
        answer += ",p=" + to_base64(proof.view());
        return answer;
    }

    void check_server(std::string_view last) {
        if (last.starts_with("e=")) refuse("the server refused it");
        // Extensions would be allowed here, too, but nothing vouches for them.
        if (!last.starts_with("v=") || last.find(',') != std::string_view::npos)
            refuse("the server's last message is malformed");
        auto const bytes = from_base64(last.substr(2), digest::size);
        auto const signature = bytes ? digest::from(*bytes) : std::nullopt;
        if (!signature || !hash_.equal(*signature, signature_)) refuse("the server does not know the password");
    }

    std::string const user_;
    std::shared_ptr<scram_password> const password_;
    scram_channel const channel_;
    std::string const nonce_;
    std::uint32_t const most_iterations_;
    hasher hash_;
    stage now_ = stage::begin;
    std::string bare_;
    digest signature_;
};

} // namespace fairway::tcp_detail

#endif
