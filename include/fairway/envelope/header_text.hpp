// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENVELOPE_HEADER_TEXT_HPP
#define FAIRWAY_ENVELOPE_HEADER_TEXT_HPP

#include <fairway/envelope/limits.hpp>
#include <fairway/error.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace fairway::detail {

// True where all bytes are printable ASCII; eight at a time, since it stands on the path of every send.
inline bool is_plain_text(std::string_view s) noexcept {
    constexpr std::uint64_t ones = 0x0101010101010101ULL;
    constexpr std::uint64_t tops = ones * 0x80;
    std::uint64_t bad = 0;
    auto const look = [&](std::uint64_t w) {
        // a byte below 0x20, a byte above 0x7f, a byte equal to 0x7f
        bad |= ((w - ones * 0x20) & ~w & tops) | (w & tops) | (((w ^ ones * 0x7f) - ones) & ~(w ^ ones * 0x7f) & tops);
    };
    std::size_t i = 0;
    std::uint64_t word = 0;
    for (; i + 8 <= s.size(); i += 8) {
        std::memcpy(&word, s.data() + i, 8);
        look(word);
    }
    if (i < s.size()) {
        word = ones * 0x20;
        std::memcpy(&word, s.data() + i, s.size() - i);
        look(word);
    }
    return bad == 0;
}

// The length of the UTF-8 sequence at s[i] (RFC 3629), 0 where it is malformed.
inline std::size_t utf8_sequence(std::string_view s, std::size_t i) noexcept {
    auto const at = [&](std::size_t k) { return k < s.size() ? static_cast<unsigned char>(s[k]) : 0U; };
    auto const tail = [&](std::size_t k) { return (at(k) & 0xc0U) == 0x80U; };
    unsigned const c = at(i);
    if (c < 0x80) return 1;
    if (c >= 0xc2 && c <= 0xdf) return tail(i + 1) ? 2 : 0;
    if (c >= 0xe0 && c <= 0xef) {
        if ((c == 0xe0 && at(i + 1) < 0xa0) || (c == 0xed && at(i + 1) > 0x9f)) return 0;
        return tail(i + 1) && tail(i + 2) ? 3 : 0;
    }
    if (c >= 0xf0 && c <= 0xf4) {
        if ((c == 0xf0 && at(i + 1) < 0x90) || (c == 0xf4 && at(i + 1) > 0x8f)) return 0;
        return tail(i + 1) && tail(i + 2) && tail(i + 3) ? 4 : 0;
    }
    return 0;
}

// True for UTF-8 without control characters (C0, DEL, C1): nothing that could end a line on some wire or in some log.
inline bool is_header_text(std::string_view s) noexcept {
    if (is_plain_text(s)) return true;
    for (std::size_t i = 0; i < s.size();) {
        std::size_t const n = utf8_sequence(s, i);
        auto const c = static_cast<unsigned char>(s[i]);
        if (n == 0 || c < 0x20 || c == 0x7f) return false;
        if (c == 0xc2 && static_cast<unsigned char>(s[i + 1]) < 0xa0) return false;
        i += n;
    }
    return true;
}

// Why a value may not be sent; nothing where it may.
inline std::optional<errc> header_value_fault(std::string_view value) noexcept {
    if (value.size() > limits::header_value) return errc::header_value_too_long;
    if (!is_header_text(value)) return errc::invalid_header;
    return std::nullopt;
}

// Why a name may not be sent; nothing where it may. Names are visible ASCII, without the colon that separates name and
// value on text protocols.
inline std::optional<errc> header_name_fault(std::string_view name) noexcept {
    if (name.size() > limits::header_name) return errc::header_name_too_long;
    if (name.empty() || !is_plain_text(name) || name.find_first_of(" :") != std::string_view::npos)
        return errc::invalid_header;
    return std::nullopt;
}

inline void check_header_value(std::string_view name, std::string_view value) {
    auto const fault = header_value_fault(value);
    if (fault == errc::header_value_too_long) fail(*fault, std::string(name.substr(0, 64)));
    if (fault) fail(*fault, "value of " + std::string(name.substr(0, 64)));
}

inline void check_header(std::string_view name, std::string_view value) {
    auto const fault = header_name_fault(name);
    if (fault == errc::header_name_too_long) fail(*fault, std::string(name.substr(0, 64)));
    if (fault) fail(*fault, "a name is visible ASCII without ':'");
    check_header_value(name, value);
}

} // namespace fairway::detail

#endif
