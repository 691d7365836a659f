// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Bytes as text: RFC 4648 base64 with padding.
#ifndef FAIRWAY_CODEC_BASE64_HPP
#define FAIRWAY_CODEC_BASE64_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace fairway::detail {

inline constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

inline constexpr auto base64_values = [] {
    std::array<std::uint8_t, 256> values{};
    for (auto& value : values) value = 0xff;
    for (std::size_t i = 0; i < 64; ++i)
        values[static_cast<unsigned char>(base64_digits[i])] = static_cast<std::uint8_t>(i);
    return values;
}();

constexpr std::size_t base64_length(std::size_t bytes) noexcept { return (bytes + 2) / 3 * 4; }

// Writes base64_length(size) characters at `out` and returns what is behind them.
inline char* write_base64(char* out, unsigned char const* bytes, std::size_t size) noexcept {
    auto const put = [&out](std::uint32_t six) { *out++ = base64_digits[six & 63]; };
    std::size_t i = 0;
    for (; i + 3 <= size; i += 3) {
        std::uint32_t const three = (std::uint32_t{bytes[i]} << 16) | (std::uint32_t{bytes[i + 1]} << 8) | bytes[i + 2];
        put(three >> 18);
        put(three >> 12);
        put(three >> 6);
        put(three);
    }
    if (i == size) return out;
    bool const two = i + 2 == size;
    std::uint32_t const rest = (std::uint32_t{bytes[i]} << 16) | (two ? std::uint32_t{bytes[i + 1]} << 8 : 0u);
    put(rest >> 18);
    put(rest >> 12);
    if (two)
        put(rest >> 6);
    else
        *out++ = '=';
    *out++ = '=';
    return out;
}

// How many bytes `text` stands for if it is base64; its last group tells.
constexpr std::size_t base64_size(std::string_view text) noexcept {
    std::size_t const padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    return text.size() < 4 ? 0 : text.size() / 4 * 3 - padding;
}

// Writes base64_size(text) bytes at `out`; false if `text` is not strictly base64: other characters, missing padding,
// or bits set behind the last byte, which would give one value several spellings.
inline bool read_base64(std::string_view text, unsigned char* out) noexcept {
    if (text.size() % 4 != 0) return false;
    for (std::size_t i = 0; i < text.size(); i += 4) {
        bool const last = i + 4 == text.size();
        std::size_t const padding = !last ? 0 : text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
        std::uint32_t group = 0;
        std::uint32_t bad = 0;
        for (std::size_t k = 0; k < 4 - padding; ++k) {
            std::uint32_t const six = base64_values[static_cast<unsigned char>(text[i + k])];
            bad |= six;
            group |= (six & 63) << (18 - 6 * k);
        }
        if (bad > 63 || (padding == 1 && (group & 0xff) != 0) || (padding == 2 && (group & 0xffff) != 0)) return false;
        *out++ = static_cast<unsigned char>(group >> 16);
        if (padding < 2) *out++ = static_cast<unsigned char>(group >> 8);
        if (padding < 1) *out++ = static_cast<unsigned char>(group);
    }
    return true;
}

} // namespace fairway::detail

#endif
