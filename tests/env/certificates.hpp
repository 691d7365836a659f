// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Certificates that a test makes for itself.
#ifndef FAIRWAY_TESTS_ENV_CERTIFICATES_HPP
#define FAIRWAY_TESTS_ENV_CERTIFICATES_HPP

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

namespace certificates {

struct deleter {
    void operator()(EVP_PKEY* k) const { EVP_PKEY_free(k); }
    void operator()(X509* c) const { X509_free(c); }
    void operator()(std::FILE* f) const { std::fclose(f); }
};
using key = std::unique_ptr<EVP_PKEY, deleter>;
using certificate = std::unique_ptr<X509, deleter>;

inline void must(bool good, char const* what) {
    if (!good) throw std::runtime_error(std::string("making a certificate: ") + what);
}

// What a certificate says; the times are in seconds from now.
struct claims {
    std::string common_name = {};
    std::string alternatives = {}; // as OpenSSL writes them: "DNS:a.example,IP:127.0.0.1"
    long from = -3600;
    long until = 3600;
    bool authority = false;
};

struct identity {
    key secret;
    certificate shown;

    // Writes PEM files.
    void write(std::string const& certificate_file, std::string const& key_file) const {
        std::unique_ptr<std::FILE, deleter> const c(std::fopen(certificate_file.c_str(), "w"));
        must(c && PEM_write_X509(c.get(), shown.get()) == 1, "writing it");
        if (key_file.empty()) return;
        std::unique_ptr<std::FILE, deleter> const k(std::fopen(key_file.c_str(), "w"));
        must(k && PEM_write_PrivateKey(k.get(), secret.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1, "its key");
    }
};

inline void extend(X509* to, X509* by, int what, std::string const& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, by, to, nullptr, nullptr, 0);
    auto* const extension = X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
    must(extension && X509_add_ext(to, extension, -1) == 1, value.c_str());
    X509_EXTENSION_free(extension);
}

// Signed by `by`, or by itself.
inline identity make(claims const& what, identity const* by = nullptr) {
    static long serial = 1000;
    identity made{key(EVP_EC_gen("P-256")), certificate(X509_new())};
    auto* const c = made.shown.get();
    must(made.secret && c, "a key");
    X509_set_version(c, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(c), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(c), what.from);
    X509_gmtime_adj(X509_getm_notAfter(c), what.until);
    X509_set_pubkey(c, made.secret.get());
    auto const* const text = reinterpret_cast<unsigned char const*>(what.common_name.c_str());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(c), "CN", MBSTRING_UTF8, text, -1, -1, 0);
    auto* const issuer = by ? by->shown.get() : c;
    X509_set_issuer_name(c, X509_get_subject_name(issuer));
    extend(c, issuer, NID_basic_constraints, what.authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
    if (!what.alternatives.empty()) extend(c, issuer, NID_subject_alt_name, what.alternatives);
    must(X509_sign(c, by ? by->secret.get() : made.secret.get(), EVP_sha256()) > 0, "the signature");
    return made;
}

} // namespace certificates

#endif
