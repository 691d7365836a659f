// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Numbers in JSON text, and how errors call what they find.
#ifndef FAIRWAY_CODEC_JSON_NUMBER_HPP
#define FAIRWAY_CODEC_JSON_NUMBER_HPP

#include <fairway/codec/json_scan.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

namespace fairway::detail {

// An integer as it is written: sign and magnitude.
struct integer_text {
    std::uint64_t magnitude = 0;
    bool negative = false;

    // False if Integer cannot hold it.
    template <class Integer>
    bool to(Integer& out) const noexcept {
        if (!negative) {
            out = static_cast<Integer>(magnitude);
            return std::in_range<Integer>(magnitude);
        }
        auto const negated = static_cast<std::int64_t>(0 - magnitude);
        out = static_cast<Integer>(negated);
        return (negated < 0 || magnitude == 0) && magnitude <= std::uint64_t{1} << 63 &&
               std::in_range<Integer>(negated);
    }
};

// Behind the integer at p; nullptr if there is none, it does not fit 64 bits, or goes on as another number.
inline char const* read_integer(char const* p, char const* end, integer_text& out) noexcept {
    out.negative = p != end && *p == '-';
    if (out.negative) ++p;
    char const* const first = p;
    std::uint64_t magnitude = 0;
    for (; p != end && is_digit(*p); ++p) {
        auto const digit = static_cast<std::uint64_t>(*p - '0');
        // Nineteen digits always fit.
        if (p - first < 19)
            magnitude = magnitude * 10 + digit;
        else if (__builtin_mul_overflow(magnitude, std::uint64_t{10}, &magnitude) ||
                 __builtin_add_overflow(magnitude, digit, &magnitude))
            return nullptr;
    }
    if (p == first || (*first == '0' && p - first > 1)) return nullptr;
    if (p != end && (*p == '.' || *p == 'e' || *p == 'E')) return nullptr;
    out.magnitude = magnitude;
    return p;
}

// True if the number in [first, last), which from_chars calls out of range, is too small rather than too large.
inline bool is_tiny(char const* first, char const* last) noexcept {
    long point = 0; // the power of ten of the first significant digit
    bool significant = false;
    bool fraction = false;
    char const* p = first;
    for (; p != last && *p != 'e' && *p != 'E'; ++p) {
        if (*p == '.') fraction = true;
        if (!is_digit(*p)) continue;
        if (*p != '0') significant = true;
        if (fraction && !significant) --point;
        if (!fraction && significant) ++point;
    }
    if (p == last) return point <= 0;
    ++p;
    bool const negative = *p == '-';
    if (*p == '-' || *p == '+') ++p;
    long exponent = 0;
    for (; p != last; ++p)
        if (exponent < 1'000'000'000) exponent = exponent * 10 + (*p - '0');
    return point + (negative ? -exponent : exponent) <= 0;
}

// Behind the number at p; nullptr if there is none, or it is too large for Float.
template <std::floating_point Float>
char const* read_any_floating(char const* p, char const* end, Float& out) noexcept {
    char const* const behind = skip_number(p, end);
    if (behind == nullptr) return nullptr;
    auto const [stop, error] = std::from_chars(p, behind, out);
    if (error == std::errc::result_out_of_range) {
        if (!is_tiny(p, behind)) return nullptr;
        out = *p == '-' ? Float(-0.0) : Float(0);
    }
    constexpr Float largest = std::numeric_limits<Float>::max();
    return out >= -largest && out <= largest ? behind : nullptr;
}

inline constexpr std::array<double, 23> powers_of_ten = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

// The same; quick for the numbers that messages are full of. Up to 2^53 and 10^22 doubles are exact, so that one
// division rounds once, as it has to.
template <std::floating_point Float>
char const* read_floating(char const* const p, char const* const end, Float& out) noexcept {
    if constexpr (std::is_same_v<Float, double>) {
        char const* q = p;
        bool const negative = q != end && *q == '-';
        if (negative) ++q;
        std::uint64_t digits = 0;
        char const* const first = q;
        while (q != end && is_digit(*q) && q - first < 17)
            digits = digits * 10 + static_cast<std::uint64_t>(*q++ - '0');
        auto const whole = q - first;
        std::size_t decimals = 0;
        if (q != end && *q == '.') {
            char const* const point = q++;
            while (q != end && is_digit(*q) && q - first < 18)
                digits = digits * 10 + static_cast<std::uint64_t>(*q++ - '0');
            decimals = static_cast<std::size_t>(q - point - 1);
            if (decimals == 0 && (q == end || !is_digit(*q))) return nullptr;
        }
        bool const goes_on = q != end && (is_digit(*q) || *q == '.' || *q == 'e' || *q == 'E');
        bool const padded = whole > 1 && *first == '0';
        if (whole > 0 && !padded && !goes_on && digits <= std::uint64_t{1} << 53) {
            double const value = static_cast<double>(digits) / powers_of_ten[decimals];
            out = negative ? -value : value;
            return q;
        }
    }
    return read_any_floating(p, end, out);
}

// "an integer from 0 to 255"
template <std::integral Integer>
std::string integer_range() {
    using limits = std::numeric_limits<Integer>;
    return "an integer from " + std::to_string(limits::min()) + " to " + std::to_string(limits::max());
}

// What stands at p, in words that give nothing away but numbers.
inline std::string describe_json(char const* p, char const* end) {
    while (p != end && is_space(*p)) ++p;
    if (p == end) return "the end of the text";
    std::string_view const rest(p, static_cast<std::size_t>(end - p));
    for (std::string_view const word : {"null", "true", "false"})
        if (rest.starts_with(word)) return std::string(word);
    if (rest[0] == '"') return "a string";
    if (rest[0] == '{') return "an object";
    if (rest[0] == '[') return "an array";
    if (rest[0] == '-' || is_digit(rest[0])) {
        auto const length = std::min(rest.find_first_not_of("0123456789+-.eE"), rest.size());
        return length <= 32 ? std::string(rest.substr(0, length)) : std::string("a long number");
    }
    for (char const c : std::string_view(",:]}"))
        if (rest[0] == c) return {'\'', c, '\''};
    return "something else";
}

} // namespace fairway::detail

#endif
