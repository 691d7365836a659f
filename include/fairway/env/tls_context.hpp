// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_TLS_CONTEXT_HPP
#define FAIRWAY_ENV_TLS_CONTEXT_HPP

#include <fairway/error.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace fairway::env {

/// What TLS connections are made with. The defaults verify the other end's certificate and name.
struct tls_options {
    /// The defaults.
    tls_options() {} // NOLINT: not an aggregate, so that a temporary may stand beside co_await (g++ 12)

    /// The versions of TLS.
    enum class version {
        tls1_2, ///< RFC 5246, here with ephemeral keys and authenticated encryption only
        tls1_3, ///< RFC 8446
    };

    /// A PEM file with the certificate authorities that are trusted; empty: the system's, and then who accepts trusts
    /// no client's certificate.
    std::string ca_file;
    /// A PEM file with the own certificate, followed by those between it and the authority; needed to accept.
    std::string certificate_file;
    /// A PEM file with the own certificate's key, without a password.
    std::string key_file;
    /// Whether who connects verifies the server. Without, anybody can be in between: only for experiments.
    bool verify_peer = true;
    /// Whether who accepts wants a certificate of its clients. Without it one that is sent is verified nevertheless, if
    /// `ca_file` says against what.
    bool require_client_certificate = false;
    /// The name that the server's certificate must have, if not the one that it was looked for by.
    std::string expected_name;
    /// The lowest version that is spoken.
    version least_version = version::tls1_2;
};

namespace detail {

// What OpenSSL says about its last error in this thread; not what it was given.
inline std::string last_tls_error() {
    auto const code = ::ERR_peek_last_error();
    char const* const reason = code != 0 ? ::ERR_reason_error_string(code) : nullptr;
    ::ERR_clear_error();
    return reason ? reason : "unknown error";
}

// What the connections of one load of the certificates share.
struct tls_state {
    struct free_context {
        void operator()(::SSL_CTX* c) const noexcept { ::SSL_CTX_free(c); }
    };

    explicit tls_state(tls_options const& o) : options(o), context(::SSL_CTX_new(::TLS_method())) {
        ::ERR_clear_error();
        auto* const c = context.get();
        if (!c) bad("OpenSSL cannot be set up");
        auto const least = o.least_version == tls_options::version::tls1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;
        if (::SSL_CTX_set_min_proto_version(c, least) != 1) bad("the version is not available");
        if (::SSL_CTX_set_cipher_list(c, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1) bad("no cipher is available");
        // Sessions are not resumed: a certificate is looked at for each connection.
        ::SSL_CTX_set_options(
            c, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE);
        ::SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
        ::SSL_CTX_set_num_tickets(c, 0);
        ::SSL_CTX_set_mode(
            c, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
        // A key with a password fails, instead of asking the terminal.
        ::SSL_CTX_set_default_passwd_cb(c, [](char*, int, int, void*) { return 0; });
        if (!o.ca_file.empty()) {
            if (::SSL_CTX_load_verify_locations(c, o.ca_file.c_str(), nullptr) != 1)
                bad("the certificate authorities cannot be read from '" + o.ca_file + "'");
            // What a client is told that it may show.
            ::SSL_CTX_set_client_CA_list(c, ::SSL_load_client_CA_file(o.ca_file.c_str()));
        } else if (::SSL_CTX_set_default_verify_paths(c) != 1) {
            bad("the system's certificate authorities cannot be read");
        }
        if (o.require_client_certificate && o.ca_file.empty())
            fairway::detail::fail(errc::invalid_argument, "TLS: to require client certificates takes a ca_file");
        if (o.certificate_file.empty() != o.key_file.empty())
            fairway::detail::fail(errc::invalid_argument, "TLS: certificate_file and key_file belong together");
        if (o.certificate_file.empty()) return;
        if (::SSL_CTX_use_certificate_chain_file(c, o.certificate_file.c_str()) != 1)
            bad("the certificate cannot be read from '" + o.certificate_file + "'");
        if (::SSL_CTX_use_PrivateKey_file(c, o.key_file.c_str(), SSL_FILETYPE_PEM) != 1)
            bad("the key cannot be read from '" + o.key_file + "', or is not the certificate's");
        if (::SSL_CTX_check_private_key(c) != 1) bad("the key is not the certificate's");
    }

    tls_options options;
    std::unique_ptr<::SSL_CTX, free_context> context;

private:
    [[noreturn]] static void bad(std::string const& what) {
        fairway::detail::fail(errc::invalid_argument, "TLS: " + what + " (" + last_tls_error() + ")");
    }
};

} // namespace detail

/// The certificates and rules of TLS connections. Thread-safe. A connection that was begun with it may outlive it.
class tls_context {
public:
    /// Reads the files. Throws `system_error` with `errc::invalid_argument` that says which of them is wrong.
    explicit tls_context(tls_options const& options) : state_(std::make_shared<detail::tls_state>(options)) {}
    tls_context(tls_context const&) = delete;
    tls_context& operator=(tls_context const&) = delete;

    /// Reads the files again, for new connections; those that are open stay. Throws as the constructor, and then
    /// nothing has changed.
    void reload() {
        std::shared_ptr<detail::tls_state const> next = std::make_shared<detail::tls_state>(state()->options);
        std::lock_guard const lock(mutex_);
        state_.swap(next);
    }
    /// What it was made with.
    tls_options options() const { return state()->options; }
    /// For `tls_connect` and `tls_accept`.
    std::shared_ptr<detail::tls_state const> state() const {
        std::lock_guard const lock(mutex_);
        return state_;
    }

private:
    mutable std::mutex mutex_;
    std::shared_ptr<detail::tls_state const> state_;
};

} // namespace fairway::env

#endif
