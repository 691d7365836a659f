// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Integers as bytes in a fixed order, whatever the machine's own is.
#ifndef FAIRWAY_ENVELOPE_BYTE_ORDER_HPP
#define FAIRWAY_ENVELOPE_BYTE_ORDER_HPP

#include <bit>
#include <concepts>
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

template <std::unsigned_integral Integer>
void append(std::string& out, std::endian order, Integer value) {
    value = in_order(order, value);
    out.append(reinterpret_cast<char const*>(&value), sizeof value);
}

} // namespace fairway::detail

#endif
