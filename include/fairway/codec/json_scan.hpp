// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What JSON text is made of: runs of plain characters, UTF-8 sequences, escapes, numbers. Bytes in, verdict out.
#ifndef FAIRWAY_CODEC_JSON_SCAN_HPP
#define FAIRWAY_CODEC_JSON_SCAN_HPP

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace fairway {

/// How deep JSON may be nested, written and read.
inline constexpr unsigned max_json_depth = 64;

namespace detail {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_space(char c) noexcept { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// Neither quote, backslash, control character nor part of a multi-byte sequence.
constexpr bool is_plain(char c) noexcept {
    auto const u = static_cast<unsigned char>(c);
    return u >= 0x20 && u < 0x80 && c != '"' && c != '\\';
}

// Sets the high bit of bytes that are not plain; exact for the lowest such byte, which is the first in little-endian
// order.
constexpr std::uint64_t not_plain(std::uint64_t eight) noexcept {
    constexpr std::uint64_t ones = 0x0101010101010101u;
    constexpr std::uint64_t high = ones * 0x80;
    std::uint64_t const quote = eight ^ (ones * '"');
    std::uint64_t const backslash = eight ^ (ones * '\\');
    return (((quote - ones) & ~quote) | ((backslash - ones) & ~backslash) | (eight - ones * 0x20) | eight) & high;
}

// The first byte in [p, end) that is not plain, or end.
inline char const* skip_plain(char const* p, char const* end) noexcept {
    if constexpr (std::endian::native == std::endian::little) {
        for (; end - p >= 8; p += 8) {
            std::uint64_t eight;
            std::memcpy(&eight, p, 8);
            if (std::uint64_t const found = not_plain(eight)) return p + std::countr_zero(found) / 8;
        }
    }
    while (p != end && is_plain(*p)) ++p;
    return p;
}

// The length of the multi-byte UTF-8 sequence at p; 0 if it is overlong, a surrogate, beyond U+10FFFF or cut off.
inline std::size_t utf8_sequence(char const* p, char const* end) noexcept {
    auto const at = [p](int i) { return static_cast<unsigned char>(p[i]); };
    unsigned char const lead = at(0);
    std::size_t const size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || static_cast<std::size_t>(end - p) < size) return 0;
    for (std::size_t i = 1; i < size; ++i)
        if ((at(static_cast<int>(i)) & 0xc0) != 0x80) return 0;
    bool const bad = (lead == 0xe0 && at(1) < 0xa0) || (lead == 0xed && at(1) > 0x9f) ||
                     (lead == 0xf0 && at(1) < 0x90) || (lead == 0xf4 && at(1) > 0x8f);
    return bad ? 0 : size;
}

inline void append_utf8(std::string& out, std::uint32_t code) {
    auto const put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xc0 | (code >> 6));
        put(0x80 | (code & 0x3f));
    } else {
        if (code < 0x10000) {
            put(0xe0 | (code >> 12));
        } else {
            put(0xf0 | (code >> 18));
            put(0x80 | ((code >> 12) & 0x3f));
        }
        put(0x80 | ((code >> 6) & 0x3f));
        put(0x80 | (code & 0x3f));
    }
}

// The number that the four hexadecimal digits at p mean; false if they are not four.
inline bool read_hex4(char const*& p, char const* end, std::uint32_t& out) noexcept {
    if (end - p < 4) return false;
    out = 0;
    for (int i = 0; i < 4; ++i, ++p) {
        char const c = *p;
        int const digit = is_digit(c)            ? c - '0'
                          : c >= 'a' && c <= 'f' ? c - 'a' + 10
                          : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                 : -1;
        if (digit < 0) return false;
        out = out * 16 + static_cast<std::uint32_t>(digit);
    }
    return true;
}

// What is wrong with a string.
enum class string_fault { none, open, control, utf8, escape, surrogate };

struct string_end {
    char const* position; // behind the closing quote, or where the fault is
    string_fault fault;
};

// One escape sequence behind its backslash: moves p behind it and appends what it means, if `out` is given.
inline string_fault read_escape(char const*& p, char const* end, std::string* out) {
    if (p == end) return string_fault::open;
    constexpr std::string_view letters = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    char const letter = *p++;
    if (auto const i = letters.find(letter); i != letters.npos) {
        if (out != nullptr) out->push_back(meanings[i]);
        return string_fault::none;
    }
    std::uint32_t code = 0;
    if (letter != 'u' || !read_hex4(p, end, code)) return string_fault::escape;
    if (code >= 0xdc00 && code < 0xe000) return string_fault::surrogate;
    if (code >= 0xd800 && code < 0xdc00) {
        std::uint32_t low = 0;
        if (end - p < 2 || p[0] != '\\' || p[1] != 'u') return string_fault::surrogate;
        p += 2;
        if (!read_hex4(p, end, low)) return string_fault::escape;
        if (low < 0xdc00 || low >= 0xe000) return string_fault::surrogate;
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    if (out != nullptr) append_utf8(*out, code);
    return string_fault::none;
}

// Reads a string from behind its opening quote and appends its characters, if `out` is given.
inline string_end read_string(char const* p, char const* end, std::string* out) {
    for (;;) {
        char const* const run = p;
        p = skip_plain(p, end);
        while (p != end && static_cast<unsigned char>(*p) >= 0x80) {
            std::size_t const size = utf8_sequence(p, end);
            if (size == 0) return {p, string_fault::utf8};
            p = skip_plain(p + size, end);
        }
        if (out != nullptr) out->append(run, p);
        if (p == end) return {p, string_fault::open};
        if (*p == '"') return {p + 1, string_fault::none};
        if (*p != '\\') return {p, string_fault::control};
        char const* const escape = p++;
        if (auto const fault = read_escape(p, end, out); fault != string_fault::none) return {escape, fault};
    }
}

// Whether `text` is UTF-8.
inline bool is_utf8(std::string_view text) noexcept {
    char const* p = text.data();
    char const* const end = p + text.size();
    while (p != end) {
        std::size_t const size = static_cast<unsigned char>(*p) < 0x80 ? 1 : utf8_sequence(p, end);
        if (size == 0) return false;
        p += size;
    }
    return true;
}

// Behind the number at p, or nullptr if there is none: -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
inline char const* skip_number(char const* p, char const* end) noexcept {
    auto const digits = [&] {
        char const* const first = p;
        while (p != end && is_digit(*p)) ++p;
        return p != first;
    };
    if (p != end && *p == '-') ++p;
    if (p != end && *p == '0')
        ++p;
    else if (!digits())
        return nullptr;
    if (p != end && *p == '.') {
        ++p;
        if (!digits()) return nullptr;
    }
    if (p != end && (*p == 'e' || *p == 'E')) {
        ++p;
        if (p != end && (*p == '+' || *p == '-')) ++p;
        if (!digits()) return nullptr;
    }
    return p;
}

} // namespace detail

} // namespace fairway

#endif
