// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_IDENTITY_HPP
#define FAIRWAY_TRANSPORT_TCP_IDENTITY_HPP

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>

namespace fairway::tcp_detail {

// 16 random bytes that stand for a node, for a session, or for the right to resume one.
struct identity {
    std::array<std::uint8_t, 16> bytes{};

    // False where all are zero, which means "none".
    explicit operator bool() const noexcept {
        for (auto const b : bytes)
            if (b != 0) return true;
        return false;
    }
    friend auto operator<=>(identity const&, identity const&) = default;
};

// 32 hexadecimal digits.
inline std::string to_string(identity const& id) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(32);
    for (auto const b : id.bytes) text.append({digits[b >> 4], digits[b & 15]});
    return text;
}

// Whether two secrets are the same, in a time that does not depend on where they differ.
inline bool same_secret(identity const& a, identity const& b) noexcept {
    unsigned volatile differ = 0;
    for (std::size_t i = 0; i < a.bytes.size(); ++i) differ = differ | static_cast<unsigned>(a.bytes[i] ^ b.bytes[i]);
    return differ == 0;
}

// Where the ids of a node's members begin, so that no other node gives them.
inline std::uint64_t first_member(identity const& node) noexcept {
    std::uint64_t first = 0;
    for (std::size_t i = 0; i < 8; ++i) first = first << 8 | node.bytes[i];
    return first | 1;
}

} // namespace fairway::tcp_detail

#endif
