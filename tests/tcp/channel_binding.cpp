// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// SCRAM-SHA-256-PLUS over real TLS connections, in memory.
#include "authentication_helpers.hpp"
#include "fw_catch.hpp"

#include <fairway/env/tls_exporter.hpp>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

using namespace auth_test;
using env::tls_exporter;

namespace {

template <class T, void (*Free)(T*)>
struct freed {
    void operator()(T* p) const { Free(p); }
};
using ssl_ptr = std::unique_ptr<SSL, freed<SSL, SSL_free>>;
using context_ptr = std::unique_ptr<SSL_CTX, freed<SSL_CTX, SSL_CTX_free>>;

context_ptr server_context() {
    std::unique_ptr<EVP_PKEY, freed<EVP_PKEY, EVP_PKEY_free>> const key(EVP_EC_gen("P-256"));
    std::unique_ptr<X509, freed<X509, X509_free>> const certificate(X509_new());
    REQUIRE(key);
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    REQUIRE(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
    context_ptr context(SSL_CTX_new(TLS_server_method()));
    REQUIRE(SSL_CTX_use_certificate(context.get(), certificate.get()) == 1);
    REQUIRE(SSL_CTX_use_PrivateKey(context.get(), key.get()) == 1);
    return context;
}

// A TLS connection: its two ends, after the handshake.
struct connection {
    ssl_ptr client;
    ssl_ptr server;
};
connection connect(SSL_CTX* at, int version, std::uint64_t options = 0) {
    context_ptr const from(SSL_CTX_new(TLS_client_method()));
    connection made{ssl_ptr(SSL_new(from.get())), ssl_ptr(SSL_new(at))};
    SSL_set_options(made.client.get(), options);
    SSL_set_max_proto_version(made.client.get(), version);
    SSL_set_min_proto_version(made.client.get(), version);
    BIO* one = nullptr;
    BIO* two = nullptr;
    REQUIRE(BIO_new_bio_pair(&one, 1 << 16, &two, 1 << 16) == 1);
    SSL_set_bio(made.client.get(), one, one);
    SSL_set_bio(made.server.get(), two, two);
    SSL_set_connect_state(made.client.get());
    SSL_set_accept_state(made.server.get());
    for (int i = 0; i < 20; ++i) {
        SSL_do_handshake(made.client.get());
        SSL_do_handshake(made.server.get());
    }
    REQUIRE(SSL_is_init_finished(made.client.get()));
    REQUIRE(SSL_is_init_finished(made.server.get()));
    REQUIRE(SSL_version(made.client.get()) == version);
    return made;
}

} // namespace

TEST_CASE("channel binding: both ends of a TLS connection have the same, and no other has it", "[tcp][scram]") {
    auto const context = server_context();
    std::set<std::string> seen;
    for (int const version : {TLS1_3_VERSION, TLS1_2_VERSION}) {
        for (int i = 0; i < 2; ++i) {
            auto const tls = connect(context.get(), version);
            auto const binding = tls_exporter(tls.client.get());
            CHECK(binding.size() == 32);
            CHECK(binding == tls_exporter(tls.server.get()));
            seen.insert(binding);
        }
    }
    CHECK(seen.size() == 4);
    // Without extended master secret two connections can be made to have the same.
    auto const old = connect(context.get(), TLS1_2_VERSION, SSL_OP_NO_EXTENDED_MASTER_SECRET);
    CHECK(tls_exporter(old.client.get()).empty());
    CHECK(tls_exporter(old.server.get()).empty());
    // Before the handshake there is nothing to bind to.
    ssl_ptr const fresh(SSL_new(context.get()));
    CHECK(tls_exporter(fresh.get()).empty());
}

TEST_CASE("channel binding: who stands between two TLS connections is found out", "[tcp][scram]") {
    auto const context = server_context();
    auto const honest = connect(context.get(), TLS1_3_VERSION);
    auto const other = connect(context.get(), TLS1_3_VERSION);
    auto const password = password_of("pencil");
    auto const run = [&](SSL* client_end, SSL* server_end) {
        scram_client client("user", password, {tls_exporter(client_end), true}, "client-nonce");
        scram_server server(store_of(pencil), decoy_key(), tls_exporter(server_end), true, "server-nonce");
        return talk(client, server);
    };
    auto const good = run(honest.client.get(), honest.server.get());
    CHECK(good.accepted);
    CHECK(good.complete);
    auto const relayed = run(other.client.get(), honest.server.get());
    CHECK_FALSE(relayed.accepted);
    CHECK_FALSE(relayed.complete);
    CHECK(relayed.refusal == "SCRAM: the channel is not the one that the client sees");
}
