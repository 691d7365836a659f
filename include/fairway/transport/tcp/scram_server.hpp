// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_SCRAM_SERVER_HPP
#define FAIRWAY_TRANSPORT_TCP_SCRAM_SERVER_HPP

#include <fairway/transport/tcp/authentication.hpp>
#include <fairway/transport/tcp/credential_store.hpp>
#include <fairway/transport/tcp/scram_keys.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace fairway::tcp_detail {

/// The acceptor's side of SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 5802, RFC 7677).
///
/// Of an unknown user it does exactly what it does of a wrong password: as many messages and as many hashes of as many
/// bytes, with a salt that is the same each time but that nobody can predict without `decoy_key`.
class scram_server final : public server_exchange {
public:
    /// `nonce` is `scram_nonce(random)`, new for each connection; `decoy_key` is secret and the same for all of them.
    /// `binding` is what `tls_exporter` says of this connection, empty without TLS; `plus` that the client chose PLUS.
    scram_server(std::shared_ptr<credential_store const> store, digest const& decoy_key, std::string binding, bool plus,
        std::string nonce)
        : store_(std::move(store)),
          decoy_key_(decoy_key),
          binding_(std::move(binding)),
          plus_(plus),
          nonce_(std::move(nonce)) {
        if (!is_scram_nonce(nonce_)) detail::fail(errc::invalid_argument, "SCRAM: a nonce is 1 to 256 printable bytes");
        if (plus_ && binding_.empty()) detail::fail(errc::invalid_argument, "SCRAM: channel binding needs TLS");
    }

    result step(std::string_view message) override {
        auto const now = std::exchange(now_, stage::over); // unless it goes on
        if (message.size() > max_auth_message) refuse("a message is too large");
        switch (now) {
        case stage::first: return first(message);
        case stage::last: return last(message);
        case stage::over: break;
        }
        refuse("there was a message behind the last one");
    }

    /// What it has computed so far.
    effort const& spent() const noexcept { return hash_.spent(); }

private:
    enum class stage { first, last, over };

    [[noreturn]] static void refuse(char const* why) { refuse_authentication("SCRAM", why); }

    // Takes "p=tls-exporter,,", "n,," or "y,," from the front.
    void read_gs2(std::string_view message) {
        auto const flag_end = message.find(',');
        if (flag_end == std::string_view::npos) refuse("the first message is malformed");
        auto const flag = message.substr(0, flag_end);
        auto const rest = message.substr(flag_end + 1);
        if (flag.starts_with("p=")) {
            if (!plus_) refuse("channel binding was asked for without SCRAM-SHA-256-PLUS");
            if (flag.substr(2) != scram_binding_name) refuse("the channel binding is not tls-exporter");
        } else if (flag == "n" || flag == "y") {
            if (plus_) refuse("SCRAM-SHA-256-PLUS was chosen without channel binding");
            if (flag == "y" && !binding_.empty())
                refuse("the client was made to believe that there is no channel binding: a downgrade attack");
        } else {
            refuse("the first message is malformed");
        }
        if (rest.starts_with("a=")) refuse("acting for another user is not supported");
        if (!rest.starts_with(',')) refuse("the first message is malformed");
        gs2_ = message.substr(0, flag_end + 2);
    }

    result first(std::string_view message) {
        read_gs2(message);
        bare_ = message.substr(gs2_.size());
        if (bare_.starts_with("m=")) refuse("the client asks for an extension that is not known");
        scram_attributes attributes(bare_);
        auto const name = attributes.take('n');
        auto const nonce = name ? attributes.take('r') : std::nullopt;
        if (!nonce || !attributes.only_extensions()) refuse("the first message is malformed");
        auto const user = from_saslname(*name);
        if (!user || user->empty() || user->size() > max_principal || !is_prepared(*user))
            refuse("the user's name is not 1 to 256 characters of printable ASCII");
        if (!is_scram_nonce(*nonce)) refuse("the client's nonce is malformed");

        user_ = *user;
        // Both, whoever it is: what is computed must not tell whether the user is known.
        scram_verifier const decoy = store_->decoy(hash_, decoy_key_, user_);
        auto const* const found = store_->find(user_);
        known_ = found != nullptr;
        verifier_ = known_ ? *found : decoy;

        nonce_.insert(0, *nonce);
        server_first_ =
            "r=" + nonce_ + ",s=" + to_base64(verifier_.salt) + ",i=" + std::to_string(verifier_.iterations);
        now_ = stage::last;
        return {false, server_first_, {}};
    }

    result last(std::string_view message) {
        auto const proof_at = message.rfind(",p=");
        if (proof_at == std::string_view::npos) refuse("the last message is malformed");
        auto const without_proof = message.substr(0, proof_at);
        scram_attributes attributes(without_proof);
        auto const bound = attributes.take('c');
        auto const nonce = bound ? attributes.take('r') : std::nullopt;
        if (!nonce || !attributes.only_extensions()) refuse("the last message is malformed");
        if (*bound != to_base64(plus_ ? gs2_ + binding_ : gs2_))
            refuse("the channel is not the one that the client sees");
        if (*nonce != nonce_) refuse("the nonce is not this connection's");
        auto const bytes = from_base64(message.substr(proof_at + 3), digest::size);
        auto const proof = bytes ? digest::from(*bytes) : std::nullopt;
        if (!proof) refuse("the proof is not 32 bytes in base64");

        std::string const said = bare_ + ',' + server_first_ + ',' + std::string(without_proof);
        digest const client_key = *proof ^ hash_.hmac(verifier_.stored_key.view(), said);
        digest const signature = hash_.hmac(verifier_.server_key.view(), said);
        bool const proved = hash_.equal(hash_.hash(client_key.view()), verifier_.stored_key);
        if (!(proved & known_)) refuse("the user or the password is wrong");
        return {true, "v=" + to_base64(signature.view()), user_};
    }

    std::shared_ptr<credential_store const> const store_;
    digest const decoy_key_;
    std::string const binding_;
    bool const plus_;
    std::string nonce_;
    hasher hash_;
    stage now_ = stage::first;
    std::string gs2_;
    std::string bare_;
    std::string server_first_;
    std::string user_;
    scram_verifier verifier_;
    bool known_ = false;
};

} // namespace fairway::tcp_detail

#endif
