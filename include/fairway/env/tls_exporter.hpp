// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_TLS_EXPORTER_HPP
#define FAIRWAY_ENV_TLS_EXPORTER_HPP

#include <openssl/ssl.h>

#include <string>

namespace fairway::env {

/// The tls-exporter channel binding of an established TLS connection (RFC 9266): 32 bytes that both of its ends, and
/// nobody else, have. Empty where the connection has none: TLS 1.2 without extended master secret, or older.
inline std::string tls_exporter(::SSL* connection) {
    int const version = SSL_version(connection);
    bool const unique =
        version == TLS1_3_VERSION || (version == TLS1_2_VERSION && SSL_get_extms_support(connection) == 1);
    if (!unique) return {};
    static constexpr char label[] = "EXPORTER-Channel-Binding";
    std::string bytes(32, '\0');
    // The context is there and empty, which TLS 1.2 tells from none.
    if (SSL_export_keying_material(connection, reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), label,
            sizeof(label) - 1, reinterpret_cast<unsigned char const*>(""), 0, 1) != 1)
        return {};
    return bytes;
}

} // namespace fairway::env

#endif
