// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What a SCRAM password becomes (RFC 5802, section 3): on the server four values, on the client three keys.
#ifndef FAIRWAY_TRANSPORT_TCP_SCRAM_KEYS_HPP
#define FAIRWAY_TRANSPORT_TCP_SCRAM_KEYS_HPP

#include <fairway/transport/secret.hpp>
#include <fairway/transport/tcp/digest.hpp>
#include <fairway/transport/tcp/scram_text.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace fairway::tcp_detail {

/// What a server keeps of a password. Who steals it can try passwords, and can play the server to this user.
struct scram_verifier {
    std::uint32_t iterations = 0; ///< of PBKDF2
    std::string salt;             ///< its bytes
    digest stored_key;            ///< the hash of the client's key
    digest server_key;            ///< what the server proves itself with
};

/// The keys that both sides' proofs are made of.
struct scram_keys {
    digest client_key; ///< proves the client
    digest stored_key; ///< its hash
    digest server_key; ///< proves the server
};

inline scram_keys derive_scram_keys(
    hasher& with, std::string_view password, std::string_view salt, std::uint32_t iterations) {
    digest const salted = with.pbkdf2(password, salt, iterations);
    scram_keys keys;
    keys.client_key = with.hmac(salted.view(), "Client Key");
    keys.stored_key = with.hash(keys.client_key.view());
    keys.server_key = with.hmac(salted.view(), "Server Key");
    return keys;
}

/// `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`, as PostgreSQL writes it.
inline std::string to_text(scram_verifier const& v) {
    return std::string(scram_name) + '$' + std::to_string(v.iterations) + ':' + to_base64(v.salt) + '$' +
           to_base64(v.stored_key.view()) + ':' + to_base64(v.server_key.view());
}

/// Reads what `to_text` wrote; returns what is wrong with it, in words that repeat nothing of it, or nullptr.
inline char const* read_scram_verifier(std::string_view text, scram_verifier& out) {
    auto const part = [&text](char end) {
        auto const at = text.find(end);
        if (at == std::string_view::npos) return std::optional<std::string_view>();
        auto const found = text.substr(0, at);
        text.remove_prefix(at + 1);
        return std::optional(found);
    };
    if (part('$') != scram_name) return "the credential does not begin with SCRAM-SHA-256$";
    auto const iterations = part(':');
    auto const salt = part('$');
    auto const stored = part(':');
    if (!iterations || !salt || !stored)
        return "a SCRAM credential is SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey";
    auto const count = scram_number(*iterations);
    if (!count || *count < scram_least_iterations || *count > scram_most_iterations)
        return "the iterations are not a number from 4096 to 1000000";
    auto salt_bytes = from_base64(*salt, scram_most_salt);
    if (!salt_bytes || salt_bytes->size() < scram_least_salt) return "the salt is not 8 to 64 bytes in base64";
    auto const key = [](std::string_view base64) {
        auto bytes = from_base64(base64, digest::size);
        auto const made = bytes ? digest::from(*bytes) : std::nullopt;
        if (bytes) OPENSSL_cleanse(bytes->data(), bytes->size());
        return made;
    };
    auto const stored_key = key(*stored);
    if (!stored_key) return "StoredKey is not 32 bytes in base64";
    auto const server_key = key(text);
    if (!server_key) return "ServerKey is not 32 bytes in base64";
    out.iterations = *count;
    out.salt = std::move(*salt_bytes);
    out.stored_key = *stored_key;
    out.server_key = *server_key;
    return nullptr;
}

/// A client's password with the keys that were made of it lately, so that connecting again costs no iterations, also
/// where there are several servers, each with a salt of its own. Shared by the authentications of one node, on one
/// thread at a time.
class scram_password {
public:
    /// For how many salts keys are kept; those that were made first go first.
    static constexpr std::size_t most_kept = 64;

    /// Throws `errc::invalid_argument` where it is empty, longer than 1,024 bytes, or not printable ASCII.
    explicit scram_password(secret password) : password_(std::move(password)) { check(password_); }

    /// The keys for a server's salt and iterations; valid until the next call.
    scram_keys const& keys(hasher& with, std::string_view salt, std::uint32_t iterations) {
        for (auto const& one : made_)
            if (one.iterations == iterations && one.salt == salt) return one.keys;
        auto const keys = derive_scram_keys(with, password_.view(), salt, iterations);
        if (made_.size() == most_kept) made_.pop_front();
        made_.push_back({std::string(salt), iterations, keys});
        return made_.back().keys;
    }

    static void check(secret const& password) {
        if (password.empty() || password.view().size() > 1024)
            detail::fail(errc::invalid_argument, "a password has 1 to 1024 bytes");
        if (!is_prepared(password.view()))
            detail::fail(errc::invalid_argument,
                "a password is printable ASCII: SASLprep (RFC 4013) of other characters is not supported");
    }

private:
    struct made {
        std::string salt;
        std::uint32_t iterations;
        scram_keys keys;
    };

    secret password_;
    std::deque<made> made_;
};

} // namespace fairway::tcp_detail

#endif
