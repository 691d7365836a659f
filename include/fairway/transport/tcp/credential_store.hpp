// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_CREDENTIAL_STORE_HPP
#define FAIRWAY_TRANSPORT_TCP_CREDENTIAL_STORE_HPP

#include <fairway/env/secure_random.hpp>
#include <fairway/transport/secret_file.hpp>
#include <fairway/transport/tcp/principal.hpp>
#include <fairway/transport/tcp/scram_keys.hpp>
#include <fairway/transport/tcp/text_file.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace fairway {

namespace tcp_detail {
inline constexpr std::string_view token_prefix = "SHA-256$";
inline constexpr std::size_t least_token = 16;
inline constexpr std::size_t most_token = 512;

/// True for 16 to 512 printable ASCII characters other than blank.
constexpr bool is_token(std::string_view token) noexcept {
    return token.size() >= least_token && token.size() <= most_token &&
           std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c <= '~'; });
}
} // namespace tcp_detail

/// Who may connect, and how each proves it, as an acceptor keeps it: no password and no token, only what checks them.
///
/// Its text has one credential in each line; `#` begins a comment:
/// `user = SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey` or `user = SHA-256$hash of a token`.
/// A user has at most one password, and any number of tokens, so that one can be replaced by the next. Immutable.
class credential_store {
public:
    /// The most credentials of one store.
    static constexpr std::size_t most = 10'000;
    /// The most bytes of its text.
    static constexpr std::size_t most_bytes = 4 << 20;

    /// Nobody.
    credential_store() = default;

    /// Reads the text; throws `errc::invalid_argument` with the number of the line that is wrong and what is wrong with
    /// it, and nothing of what it says.
    static credential_store parse(std::string_view text) {
        credential_store store;
        std::set<std::string> token_hashes;
        tcp_detail::for_each_line("credentials", text, most_bytes, [&](std::string_view line, auto const& fail) {
            auto const equals = line.find('=');
            if (equals == std::string_view::npos)
                fail("a credential is user = SCRAM-SHA-256$... or user = SHA-256$...");
            auto const user = tcp_detail::trimmed(line.substr(0, equals));
            auto const what = tcp_detail::trimmed(line.substr(equals + 1));
            if (!tcp_detail::is_valid_principal(user)) fail(tcp_detail::invalid_principal);
            if (store.users_.size() + store.tokens_.size() == most) fail("there are more than 10000 credentials");
            if (what.starts_with(tcp_detail::token_prefix))
                store.add_token(user, what.substr(tcp_detail::token_prefix.size()), token_hashes, fail);
            else
                store.add_user(user, what, fail);
        });
        return store;
    }
    /// Reads the file; throws as `parse`, and `errc::invalid_argument` where it cannot be read.
    static credential_store load(std::string const& path) {
        auto const text = detail::read_text_file("credentials", path, most_bytes);
        return parse(text.view());
    }

    /// How many credentials there are.
    std::size_t size() const noexcept { return users_.size() + tokens_.size(); }
    /// True if there is a user with a password.
    bool has_passwords() const noexcept { return !users_.empty(); }
    /// True if there is a token.
    bool has_tokens() const noexcept { return !tokens_.empty(); }

    /// What checks the user's password; nullptr if the user has none.
    tcp_detail::scram_verifier const* find(std::string_view user) const noexcept {
        auto const at = users_.find(user);
        return at == users_.end() ? nullptr : &at->second;
    }
    /// What an unknown user is told: the same for each name until the store changes, of the shape of somebody's who is
    /// in it, and unpredictable without the key.
    tcp_detail::scram_verifier decoy(
        tcp_detail::hasher& with, tcp_detail::digest const& key, std::string_view user) const {
        auto const draw = [&](char const* what) {
            return with.hmac(key.view(), std::string(what) + std::string(user));
        };
        auto const salt = draw("salt:");
        auto const more_salt = draw("more salt:");
        auto const choice = draw("like:");
        tcp_detail::scram_verifier made{tcp_detail::scram_new_iterations, {}, draw("stored key:"), draw("server key:")};
        std::size_t salt_size = 16;
        if (!shapes_.empty()) {
            std::uint64_t n = 0;
            for (char const c : choice.view().substr(0, 8)) n = n << 8 | static_cast<unsigned char>(c);
            std::tie(made.iterations, salt_size) = shapes_[n % shapes_.size()];
        }
        made.salt = (std::string(salt.view()) + std::string(more_salt.view())).substr(0, salt_size);
        return made;
    }
    /// Whose token it is; nobody's if it is none. Looks at all of them, in a time that does not tell how near it was.
    std::optional<std::string> holder(tcp_detail::hasher& with, std::string_view token) const {
        auto const hash = with.hash(token);
        std::string const* found = nullptr;
        for (auto const& [known, user] : tokens_)
            if (with.equal(known, hash)) found = &user;
        if (!found) return std::nullopt;
        return *found;
    }

private:
    template <class Fail>
    void add_user(std::string_view user, std::string_view what, Fail const& fail) {
        tcp_detail::scram_verifier verifier;
        if (auto const* const wrong = tcp_detail::read_scram_verifier(what, verifier)) fail(wrong);
        shapes_.emplace_back(verifier.iterations, verifier.salt.size());
        if (!users_.emplace(std::string(user), std::move(verifier)).second) fail("the user has a password already");
    }
    template <class Fail>
    void add_token(std::string_view user, std::string_view base64, std::set<std::string>& seen, Fail const& fail) {
        auto const bytes = tcp_detail::from_base64(base64, tcp_detail::digest::size);
        auto const hash = bytes ? tcp_detail::digest::from(*bytes) : std::nullopt;
        if (!hash) fail("the hash of the token is not 32 bytes in base64");
        if (!seen.emplace(hash->view()).second) fail("the token is in another line already");
        tokens_.emplace_back(*hash, std::string(user));
    }

    std::map<std::string, tcp_detail::scram_verifier, std::less<>> users_;
    std::vector<std::pair<std::uint32_t, std::size_t>> shapes_; // iterations and salt's size of each user
    std::vector<std::pair<tcp_detail::digest, std::string>> tokens_;
};

namespace tcp_detail {
// `random` makes the salt.
inline std::string password_credential(
    std::string_view user, secret const& password, random_bytes const& random, std::uint32_t iterations) {
    if (!is_valid_principal(user)) detail::fail(errc::invalid_argument, invalid_principal);
    scram_password::check(password);
    if (iterations < scram_least_iterations || iterations > scram_most_iterations)
        detail::fail(errc::invalid_argument, "the iterations of a password are 4096 to 1000000");
    std::array<std::byte, 16> salt;
    random(salt);
    scram_verifier made;
    made.iterations = iterations;
    made.salt.assign(reinterpret_cast<char const*>(salt.data()), salt.size());
    hasher hash;
    auto const keys = derive_scram_keys(hash, password.view(), made.salt, iterations);
    made.stored_key = keys.stored_key;
    made.server_key = keys.server_key;
    return std::string(user) + " = " + to_text(made);
}

inline secret make_token(random_bytes const& random) {
    digest bits;
    random(std::as_writable_bytes(std::span(bits.data(), digest::size)));
    return secret(to_base64(bits.view()));
}
} // namespace tcp_detail

/// The line of a credential store for a user and a password, with a salt of its own. The user of a strong random
/// password needs no more than the least iterations, 4,096; the most are 1,000,000, and a client computes them once for
/// each process and server. Throws `errc::invalid_argument` for what a store or SCRAM cannot hold.
inline std::string password_credential(
    std::string_view user, secret const& password, std::uint32_t iterations = tcp_detail::scram_new_iterations) {
    return tcp_detail::password_credential(user, password, env::secure_random::from_system, iterations);
}

/// The line of a credential store for a user and a token, which must be random: its hash has no salt and no iterations.
/// Throws `errc::invalid_argument` for a token that is not 16 to 512 printable ASCII characters.
inline std::string token_credential(std::string_view user, secret const& token) {
    if (!tcp_detail::is_valid_principal(user)) detail::fail(errc::invalid_argument, tcp_detail::invalid_principal);
    if (!tcp_detail::is_token(token.view()))
        detail::fail(errc::invalid_argument, "a token is 16 to 512 printable ASCII characters other than blank");
    return std::string(user) + " = " + std::string(tcp_detail::token_prefix) +
           tcp_detail::to_base64(tcp_detail::hasher().hash(token.view()).view());
}

/// A new token of 256 random bits.
inline secret make_token() { return tcp_detail::make_token(env::secure_random::from_system); }

} // namespace fairway

#endif
