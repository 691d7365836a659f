// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Integers as bytes in a fixed order, whatever the machine's own is.
#ifndef FAIRWAY_ENVELOPE_BYTE_ORDER_HPP
#define FAIRWAY_ENVELOPE_BYTE_ORDER_HPP

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

namespace fairway::detail {

template <std::unsigned_integral Integer>
constexpr Integer reversed_bytes(Integer value) noexcept {
    static_assert(sizeof(Integer) == 2 || sizeof(Integer) == 4 || sizeof(Integer) == 8);
    if constexpr (sizeof(Integer) == 2)
        return __builtin_bswap16(value);
    else if constexpr (sizeof(Integer) == 4)
        return __builtin_bswap32(value);
    else
        return __builtin_bswap64(value);
}

template <std::unsigned_integral Integer>
constexpr Integer in_order(std::endian order, Integer value) noexcept {
    return order == std::endian::native ? value : reversed_bytes(value);
}

template <std::unsigned_integral Integer>
Integer load(std::endian order, char const* from) noexcept {
    Integer value = 0;
    std::memcpy(&value, from, sizeof value);
    return in_order(order, value);
}

// Copies a few bytes, mostly: a call of memcpy takes longer than the copy itself. They do not overlap.
inline void copy_few(char* to, char const* from, std::size_t n) noexcept {
    if (n > 32) {
        std::memcpy(to, from, n);
    } else if (n >= 16) {
        char last[16];
        std::memcpy(last, from + n - 16, 16);
        std::memcpy(to, from, 16);
        std::memcpy(to + n - 16, last, 16);
    } else if (n >= 8) {
        std::uint64_t const first = load<std::uint64_t>(std::endian::native, from);
        std::uint64_t const last = load<std::uint64_t>(std::endian::native, from + n - 8);
        std::memcpy(to, &first, 8);
        std::memcpy(to + n - 8, &last, 8);
    } else if (n >= 4) {
        std::uint32_t const first = load<std::uint32_t>(std::endian::native, from);
        std::uint32_t const last = load<std::uint32_t>(std::endian::native, from + n - 4);
        std::memcpy(to, &first, 4);
        std::memcpy(to + n - 4, &last, 4);
    } else if (n > 0) {
        to[0] = from[0];
        to[n / 2] = from[n / 2];
        to[n - 1] = from[n - 1];
    }
}

template <std::unsigned_integral Integer>
void append(std::string& out, std::endian order, Integer value) {
    value = in_order(order, value);
    out.append(reinterpret_cast<char const*>(&value), sizeof value);
}

} // namespace fairway::detail

#endif
