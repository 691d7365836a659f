// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_TLS_PEER_HPP
#define FAIRWAY_ENV_TLS_PEER_HPP

#include <fairway/env/tls_context.hpp>
#include <fairway/error.hpp>

#include <boost/system/errc.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace fairway::env::detail {

struct free_tls {
    void operator()(::SSL* s) const noexcept { ::SSL_free(s); }
    void operator()(::X509* c) const noexcept { ::X509_free(c); }
    void operator()(::GENERAL_NAMES* n) const noexcept { ::GENERAL_NAMES_free(n); }
};
using tls_session = std::unique_ptr<::SSL, free_tls>;

inline tls_session new_session(tls_state const& state) {
    ::ERR_clear_error();
    tls_session s(::SSL_new(state.context.get()));
    if (!s) fairway::detail::fail(errc::invalid_argument, "TLS: " + last_tls_error());
    return s;
}
inline bool is_address(std::string const& name) {
    std::unique_ptr<::ASN1_OCTET_STRING, void (*)(::ASN1_OCTET_STRING*)> const a(
        ::a2i_IPADDRESS(name.c_str()), [](::ASN1_OCTET_STRING* s) { ::ASN1_OCTET_STRING_free(s); });
    ::ERR_clear_error();
    return a != nullptr;
}
// For who connects to `name`.
inline tls_session client_session(tls_state const& state, std::string name) {
    auto const& o = state.options;
    if (!o.expected_name.empty()) name = o.expected_name;
    if (name.empty() && o.verify_peer)
        fairway::detail::fail(errc::invalid_argument, "TLS: whose certificate is expected? Set expected_name");
    auto s = new_session(state);
    ::SSL_set_connect_state(s.get());
    bool const address = is_address(name);
    if (!name.empty() && !address && ::SSL_set_tlsext_host_name(s.get(), name.c_str()) != 1)
        fairway::detail::fail(errc::invalid_argument, "TLS: the expected name is none");
    if (!o.verify_peer) return s;
    auto* const rules = ::SSL_get0_param(s.get());
    // A common name is no name of a server (RFC 6125, section 6.4.4), also where there is no subjectAltName.
    ::X509_VERIFY_PARAM_set_hostflags(
        rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    if ((address ? ::X509_VERIFY_PARAM_set1_ip_asc(rules, name.c_str())
                 : ::X509_VERIFY_PARAM_set1_host(rules, name.c_str(), name.size())) != 1)
        fairway::detail::fail(errc::invalid_argument, "TLS: the expected name is none");
    ::SSL_set_verify(s.get(), SSL_VERIFY_PEER, nullptr);
    return s;
}
// For who accepts.
inline tls_session server_session(tls_state const& state) {
    auto const& o = state.options;
    if (o.certificate_file.empty())
        fairway::detail::fail(errc::invalid_argument, "TLS: to accept takes a certificate_file and a key_file");
    auto s = new_session(state);
    ::SSL_set_accept_state(s.get());
    if (o.require_client_certificate)
        ::SSL_set_verify(s.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    else if (!o.ca_file.empty())
        ::SSL_set_verify(s.get(), SSL_VERIFY_PEER, nullptr);
    return s;
}

// A name as text, if it is one: what is shown in a log, and compared, has no control characters in it.
inline std::string name_of(::ASN1_STRING const* s) {
    unsigned char* utf8 = nullptr;
    auto const n = ::ASN1_STRING_to_UTF8(&utf8, s);
    if (n < 0) return {};
    std::string name(reinterpret_cast<char const*>(utf8), static_cast<std::size_t>(n));
    ::OPENSSL_free(utf8);
    auto const control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (name.size() > 255 || std::any_of(name.begin(), name.end(), control)) name.clear();
    return name;
}
// Whose certificate the other end has shown and proved; empty without one, or if it was not verified.
inline std::string tls_identity(::SSL const* tls) {
    if (::SSL_get_verify_mode(tls) == SSL_VERIFY_NONE || ::SSL_get_verify_result(tls) != X509_V_OK) return {};
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
    std::unique_ptr<::X509, free_tls> const certificate(::SSL_get1_peer_certificate(tls));
#else
    std::unique_ptr<::X509, free_tls> const certificate(::SSL_get_peer_certificate(tls));
#endif
    if (!certificate) return {};
    std::unique_ptr<::GENERAL_NAMES, free_tls> const names(
        static_cast<::GENERAL_NAMES*>(::X509_get_ext_d2i(certificate.get(), NID_subject_alt_name, nullptr, nullptr)));
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
        auto const* const one = sk_GENERAL_NAME_value(names.get(), i);
        if (one->type != GEN_DNS) continue;
        if (auto name = name_of(one->d.dNSName); !name.empty()) return name;
    }
    auto* const subject = ::X509_get_subject_name(certificate.get());
    auto const at = ::X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (at < 0) return {};
    return name_of(::X509_NAME_ENTRY_get_data(::X509_NAME_get_entry(subject, at)));
}

// The handshake's failure in words; nothing of what was sent is in them.
inline std::string why_handshake_failed(::SSL const* tls) {
    if (auto const verified = ::SSL_get_verify_result(tls); verified != X509_V_OK)
        return std::string("its certificate was refused: ") + ::X509_verify_cert_error_string(verified);
    auto const reason = ERR_GET_REASON(::ERR_peek_last_error());
    if (reason > SSL_AD_REASON_OFFSET) return "it refused: " + last_tls_error();
    switch (reason) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
    case SSL_R_UNKNOWN_PROTOCOL:
    case SSL_R_BAD_PACKET_LENGTH:
    case SSL_R_PACKET_LENGTH_TOO_LONG: return "it does not speak TLS: " + last_tls_error();
    case SSL_R_UNSUPPORTED_PROTOCOL: return "it speaks no version of TLS that is allowed here";
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE: return "it has shown no certificate, and one is required";
    default: return last_tls_error();
    }
}
// What ends an established connection that is not as it should be.
inline error_code code_of_tls_failure() {
    auto const reason = ERR_GET_REASON(::ERR_peek_last_error());
    ::ERR_clear_error();
    // With TLS 1.3 a server refuses a client's certificate when the client believes to be connected already.
    constexpr int about_certificates[] = {SSL_AD_BAD_CERTIFICATE, SSL_AD_UNSUPPORTED_CERTIFICATE,
        SSL_AD_CERTIFICATE_REVOKED, SSL_AD_CERTIFICATE_EXPIRED, SSL_AD_CERTIFICATE_UNKNOWN, SSL_AD_UNKNOWN_CA,
        SSL_AD_ACCESS_DENIED, SSL_AD_CERTIFICATE_REQUIRED,
        SSL_AD_DECRYPT_ERROR}; // the last for a signature that is wrong
    auto const* const found =
        std::find(std::begin(about_certificates), std::end(about_certificates), reason - SSL_AD_REASON_OFFSET);
    if (found != std::end(about_certificates)) return errc::unauthorized;
    return make_error_code(boost::system::errc::protocol_error);
}

} // namespace fairway::env::detail

#endif
