// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// SHA-256 and what is built of it, from OpenSSL, with a count of what was asked for; base64 in its one strict spelling.
#ifndef FAIRWAY_TRANSPORT_TCP_DIGEST_HPP
#define FAIRWAY_TRANSPORT_TCP_DIGEST_HPP

#include <fairway/error.hpp>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace fairway::tcp_detail {

/// Fills memory with random bytes that nobody can guess: `env::secure_random::fill`.
using random_bytes = std::function<void(std::span<std::byte>)>;

inline unsigned char const* bytes_of(std::string_view text) noexcept {
    return reinterpret_cast<unsigned char const*>(text.data());
}

/// 32 bytes: a SHA-256, or a key made with it. Wiped when it dies.
class digest {
public:
    static constexpr std::size_t size = 32; ///< in bytes

    digest() noexcept = default;
    digest(digest const&) noexcept = default;
    digest& operator=(digest const&) noexcept = default;
    ~digest() { OPENSSL_cleanse(bytes_.data(), size); }

    /// The digest with these bytes; none where they are not 32.
    static std::optional<digest> from(std::string_view bytes) noexcept {
        if (bytes.size() != size) return std::nullopt;
        digest d;
        for (std::size_t i = 0; i < size; ++i) d.bytes_[i] = bytes_of(bytes)[i];
        return d;
    }

    unsigned char* data() noexcept { return bytes_.data(); }
    std::string_view view() const noexcept { return {reinterpret_cast<char const*>(bytes_.data()), size}; }

    friend digest operator^(digest a, digest const& b) noexcept {
        for (std::size_t i = 0; i < size; ++i) a.bytes_[i] = static_cast<unsigned char>(a.bytes_[i] ^ b.bytes_[i]);
        return a;
    }

private:
    std::array<unsigned char, size> bytes_{};
};

/// What a hasher was asked for. Two runs of the same effort take the same time, however long a hash takes.
struct effort {
    std::uint64_t hashes = 0;     ///< calls of hash
    std::uint64_t hmacs = 0;      ///< calls of hmac
    std::uint64_t bytes = 0;      ///< what both were given, keys included
    std::uint64_t iterations = 0; ///< of pbkdf2
    std::uint64_t compares = 0;   ///< calls of equal
    friend bool operator==(effort const&, effort const&) = default;
};

/// The hash functions that authentication is made of. Throws `errc::unsupported` where OpenSSL refuses one.
class hasher {
public:
    /// SHA-256 (FIPS 180-4).
    digest hash(std::string_view data) {
        ++spent_.hashes;
        spent_.bytes += data.size();
        digest out;
        unsigned length = 0;
        if (EVP_Digest(data.data(), data.size(), out.data(), &length, EVP_sha256(), nullptr) != 1 ||
            length != digest::size)
            detail::fail(errc::unsupported, "OpenSSL has no SHA-256");
        return out;
    }

    /// HMAC-SHA-256 (RFC 2104).
    digest hmac(std::string_view key, std::string_view data) {
        ++spent_.hmacs;
        spent_.bytes += key.size() + data.size();
        digest out;
        unsigned length = 0;
        if (HMAC(EVP_sha256(), key.data(), small(key), bytes_of(data), data.size(), out.data(), &length) == nullptr ||
            length != digest::size)
            detail::fail(errc::unsupported, "OpenSSL has no HMAC-SHA-256");
        return out;
    }

    /// PBKDF2 with HMAC-SHA-256 and one block of output (RFC 8018), which RFC 5802 calls Hi().
    digest pbkdf2(std::string_view password, std::string_view salt, std::uint32_t iterations) {
        spent_.iterations += iterations;
        digest out;
        if (PKCS5_PBKDF2_HMAC(password.data(), small(password), bytes_of(salt), small(salt),
                static_cast<int>(iterations), EVP_sha256(), static_cast<int>(digest::size), out.data()) != 1)
            detail::fail(errc::unsupported, "OpenSSL refuses PBKDF2 with HMAC-SHA-256");
        return out;
    }

    /// Compares in a time that does not depend on where they differ.
    bool equal(digest const& a, digest const& b) noexcept {
        ++spent_.compares;
        return CRYPTO_memcmp(a.view().data(), b.view().data(), digest::size) == 0;
    }

    effort const& spent() const noexcept { return spent_; }

private:
    static int small(std::string_view text) {
        if (text.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
            detail::fail(errc::too_large, "a key, salt or password is too large");
        return static_cast<int>(text.size());
    }

    effort spent_;
};

/// The bytes in base64 with padding (RFC 4648).
inline std::string to_base64(std::string_view bytes) {
    std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0'); // OpenSSL writes a zero behind it
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes_of(bytes), static_cast<int>(bytes.size()));
    out.pop_back();
    return out;
}

/// The bytes that `text` stands for; none where it is not base64 in its one strict spelling: padded, without blanks or
/// stray bits. `most` bounds the bytes, before anything is allocated.
inline std::optional<std::string> from_base64(std::string_view text, std::size_t most = 1024) {
    if (text.size() % 4 != 0 || text.size() / 4 * 3 > most + 2) return std::nullopt;
    std::string out(text.size() / 4 * 3, '\0');
    if (text.empty()) return out;
    int const size =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes_of(text), static_cast<int>(text.size()));
    if (size < 0 || static_cast<std::size_t>(size) != out.size()) return std::nullopt;
    out.resize(out.size() - (text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0));
    // OpenSSL lets blanks at the rim and stray bits pass: what does not come back was not strict.
    if (out.size() > most || to_base64(out) != text) return std::nullopt;
    return out;
}

} // namespace fairway::tcp_detail

#endif
