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

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace fairway::detail {

// Bytes of a text, looked at together: has a byte been seen that is not printable ASCII, or that a name may not have?
// On the path of every message that is sent or comes in: sixteen at a time where the processor can, otherwise eight.
#if defined(__SSE2__)
class text_look {
public:
    static constexpr std::size_t step = 16;
    void at(char const* p) noexcept { look(_mm_loadu_si128(reinterpret_cast<__m128i const*>(p))); }
    void words(std::uint64_t a, std::uint64_t b) noexcept {
        look(_mm_set_epi64x(static_cast<long long>(a), static_cast<long long>(b)));
    }
    bool all_plain() const noexcept { return _mm_movemask_epi8(plain_) == 0xffff; }
    bool all_name() const noexcept { return _mm_movemask_epi8(_mm_andnot_si128(not_name_, plain_)) == 0xffff; }

private:
    void look(__m128i v) noexcept {
        // Signed: what is above 0x7f is below 0.
        plain_ = _mm_and_si128(
            plain_, _mm_and_si128(_mm_cmpgt_epi8(v, _mm_set1_epi8(0x1f)), _mm_cmplt_epi8(v, _mm_set1_epi8(0x7f))));
        not_name_ = _mm_or_si128(
            not_name_, _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8(':')), _mm_cmpeq_epi8(v, _mm_set1_epi8(' '))));
    }
    __m128i plain_ = _mm_set1_epi8(-1);
    __m128i not_name_ = _mm_setzero_si128();
};
#else
class text_look {
public:
    static constexpr std::size_t step = 8;
    void at(char const* p) noexcept {
        std::uint64_t w = 0;
        std::memcpy(&w, p, sizeof w);
        look(w);
    }
    void words(std::uint64_t a, std::uint64_t b) noexcept {
        look(a);
        look(b);
    }
    bool all_plain() const noexcept { return (not_plain_ & ones * 0x80) == 0; }
    bool all_name() const noexcept { return ((not_plain_ | not_name_) & ones * 0x80) == 0; }

private:
    static constexpr std::uint64_t ones = 0x0101010101010101ULL;
    void look(std::uint64_t w) noexcept {
        // Without a byte above 0x7f, which is remembered itself, the sums have no carry: a byte is plain where adding
        // 0x60 sets its top bit and adding 1 does not.
        not_plain_ |= w | (w + ones) | ~(w + ones * 0x60);
        auto const from_colon = w ^ ones * ':';
        auto const from_space = w ^ ones * ' ';
        not_name_ |= ((from_colon - ones) & ~from_colon) | ((from_space - ones) & ~from_space);
    }
    std::uint64_t not_plain_ = 0;
    std::uint64_t not_name_ = 0;
};
#endif

// Looks at all bytes of `s`, at some of them twice.
[[gnu::always_inline]] inline text_look look_at(std::string_view s) noexcept {
    text_look all;
    constexpr std::size_t step = text_look::step;
    char const* const p = s.data();
    std::size_t const n = s.size();
    if (n >= step) [[likely]] {
        for (std::size_t i = 0; i + step < n; i += step) all.at(p + i);
        all.at(p + n - step);
    } else if (n >= 8) {
        std::uint64_t first = 0;
        std::uint64_t last = 0;
        std::memcpy(&first, p, 8);
        std::memcpy(&last, p + n - 8, 8);
        all.words(first, last);
    } else if (n >= 4) {
        std::uint32_t first = 0;
        std::uint32_t last = 0;
        std::memcpy(&first, p, 4);
        std::memcpy(&last, p + n - 4, 4);
        std::uint64_t const both = std::uint64_t{first} << 32 | last;
        all.words(both, both);
    } else if (n > 0) {
        auto const byte = [p](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(p[i])}; };
        constexpr std::uint64_t rest = std::uint64_t{0x2e2e2e2e2e} << 24; // dots
        std::uint64_t const few = rest | byte(0) << 16 | byte(n / 2) << 8 | byte(n - 1);
        all.words(few, few);
    }
    return all;
}

// True where all bytes are printable ASCII.
inline bool is_plain_text(std::string_view s) noexcept { return look_at(s).all_plain(); }

// True where all bytes are visible ASCII but ':'.
inline bool is_name_text(std::string_view s) noexcept { return look_at(s).all_name(); }

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
// Mostly it is ASCII: the rest is out of the way.
[[gnu::noinline]] inline bool is_wide_header_text(std::string_view s) noexcept {
    for (std::size_t i = 0; i < s.size();) {
        std::size_t const n = utf8_sequence(s, i);
        auto const c = static_cast<unsigned char>(s[i]);
        if (n == 0 || c < 0x20 || c == 0x7f) return false;
        if (c == 0xc2 && static_cast<unsigned char>(s[i + 1]) < 0xa0) return false;
        i += n;
    }
    return true;
}
inline bool is_header_text(std::string_view s) noexcept { return is_plain_text(s) || is_wide_header_text(s); }

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
    if (name.empty() || !is_name_text(name)) return errc::invalid_header;
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
