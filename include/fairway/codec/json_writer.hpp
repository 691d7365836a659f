// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_CODEC_JSON_WRITER_HPP
#define FAIRWAY_CODEC_JSON_WRITER_HPP

#include <fairway/codec/codec.hpp>
#include <fairway/codec/json_locate.hpp>
#include <fairway/codec/json_scan.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace fairway {

/// Writes JSON text straight into a string; what a `json_as` gets to write with.
///
/// It puts in commas and quotes, and trusts its user to open, name and close in turn:
/// `out.begin_object(); out.key("sum"); out.number(3); out.end_object();` and, in an array, `out.element()` before each
/// element. Throws `encode_error`; the string then holds the text so far.
class json_writer {
public:
    /// Starts a text that replaces what is in `out`; `out` is complete when the writer has ended.
    explicit json_writer(std::string& out) : out_(out) {
        // Growing a string clears the new part: so start with what is there, and little of it.
        if (out_.size() < first_size) out_.resize(first_size);
        bound_to(0);
    }
    json_writer(json_writer const&) = delete;
    json_writer& operator=(json_writer const&) = delete;
    ~json_writer() { out_.resize(size()); }

    /// Writes `null`.
    void null() { literal("null"); }
    /// Writes `true` or `false`.
    void boolean(bool value) {
        if (value)
            literal("true");
        else
            literal("false");
    }
    /// Writes an integer with all its digits.
    template <std::integral Integer>
    void number(Integer value) {
        need(24);
        p_ = std::to_chars(p_, end_, value).ptr;
    }
    /// Writes the shortest number that reads as `value` again; infinities and NaN are errors.
    void number(double value) {
        if (!short_decimal(value)) floating(value);
    }
    /// Writes the shortest number that reads as `value` again; infinities and NaN are errors.
    void number(float value) { floating(value); }
    /// Writes a string; what is not UTF-8 is an error.
    void string(std::string_view text) {
        need(text.size() + 2);
        char const* from = text.data();
        char const* const end = from + text.size();
        char* to = p_;
        *to++ = '"';
        for (; end - from >= 8; from += 8, to += 8) {
            std::uint64_t eight;
            std::memcpy(&eight, from, 8);
            if (detail::not_plain(eight) != 0) return string_from(from, end, to);
            std::memcpy(to, &eight, 8);
        }
        for (; from != end; ++from, ++to) {
            if (!detail::is_plain(*from)) return string_from(from, end, to);
            *to = *from;
        }
        *to++ = '"';
        p_ = to;
    }
    /// Opens an object.
    void begin_object() { open('{'); }
    /// Names the value to write next.
    void key(std::string_view name) {
        comma('{');
        string(name);
        put(':');
    }
    /// Closes an object.
    void end_object() { close('}'); }
    /// Opens an array.
    void begin_array() { open('['); }
    /// Announces the next element of an array.
    void element() { comma('['); }
    /// Closes an array.
    void end_array() { close(']'); }
    /// Writes `text`, which has to be one JSON value.
    void json(std::string_view text) { append(text.data(), text.size()); }
    /// Writes a value of any type that has JSON.
    template <class T>
    void write(T const& value);

    /// Throws the error that here should stand what `expected` says.
    [[noreturn]] void fail(std::string_view expected, std::string_view found) const {
        std::string_view const text(out_.data(), size());
        auto const place = detail::json_locator(text, text.size(), data_levels_).find();
        throw encode_error(place.pointer, place.shown, expected, found);
    }

    /// Says that the names in the object just opened are data, such as a map's keys, and not for logs.
    void names_are_data() noexcept { data_levels_ |= std::uint64_t{1} << (depth_ - 1); }

    /// Writes text that is known when compiling, as it is.
    template <std::size_t N>
    void literal(char const (&text)[N]) {
        append(text, N - 1);
    }
    /// Writes text that is known when compiling, as it is.
    template <std::size_t N>
    void literal(std::array<char, N> const& text) {
        append(text.data(), N);
    }
    /// Writes the comma that has to stand before anything but the first in an object (`'{'`) or array (`'['`).
    void comma(char opening) {
        need(1);
        if (p_[-1] != opening) *p_++ = ',';
    }
    /// Room for `n` bytes; the bytes written there count after `advance`.
    char* room(std::size_t n) {
        need(n);
        return p_;
    }
    /// Makes everything before `behind` part of the text.
    void advance(char* behind) noexcept { p_ = behind; }

private:
    static constexpr std::size_t first_size = 512;

    std::size_t size() const noexcept { return static_cast<std::size_t>(p_ - out_.data()); }

    void bound_to(std::size_t used) noexcept {
        p_ = out_.data() + used;
        end_ = out_.data() + out_.size();
    }

    void need(std::size_t n) {
        if (static_cast<std::size_t>(end_ - p_) < n) [[unlikely]]
            grow(n);
    }

    [[gnu::noinline]] void grow(std::size_t n) {
        std::size_t const used = size();
        out_.resize(std::max(used + n, out_.size() * 2));
        bound_to(used);
    }

    void append(char const* text, std::size_t n) {
        need(n);
        std::memcpy(p_, text, n);
        p_ += n;
    }

    void put(char c) {
        need(1);
        *p_++ = c;
    }

    void open(char c) {
        if (depth_ == max_json_depth) fail("at most 64 levels", "more");
        ++depth_;
        put(c);
    }

    void close(char c) {
        --depth_;
        data_levels_ &= ~(~std::uint64_t{0} << depth_);
        put(c);
    }

    // Goes on with a string at the first byte that is not plain. `to` is where that belongs, within the room needed so
    // far.
    [[gnu::noinline]] void string_from(char const* from, char const* end, char* to) {
        p_ = to;
        for (;;) {
            char const* run = from;
            from = detail::skip_plain(from, end);
            while (from != end && static_cast<unsigned char>(*from) >= 0x80) {
                std::size_t const sequence = detail::utf8_sequence(from, end);
                if (sequence == 0) fail("a string in UTF-8", "other bytes");
                from = detail::skip_plain(from + sequence, end);
            }
            append(run, static_cast<std::size_t>(from - run));
            if (from == end) break;
            escape(*from++);
        }
        put('"');
    }

    void escape(char c) {
        constexpr std::string_view specials = "\"\\\b\f\n\r\t";
        constexpr std::string_view letters = "\"\\bfnrt";
        constexpr std::string_view hex = "0123456789abcdef";
        need(6);
        *p_++ = '\\';
        if (auto const i = specials.find(c); i != specials.npos) {
            *p_++ = letters[i];
            return;
        }
        auto const code = static_cast<unsigned char>(c);
        for (char const digit : {'u', '0', '0', hex[code >> 4], hex[code & 15]}) *p_++ = digit;
    }

    // Most numbers that people made have few decimals. If n / 100 rounds to `value` and n is below 2^53, the digits of
    // n with a point before the last two are a text of at most 15 digits that reads as `value`: as no other text of so
    // few digits does, it is, without trailing zeros, the shortest.
    bool short_decimal(double value) {
        constexpr double limit = 1e13;
        if (!(value > -limit && value < limit) || (value == 0 && std::signbit(value))) return false;
        auto const hundredths = static_cast<std::int64_t>(value < 0 ? value * 100 - 0.5 : value * 100 + 0.5);
        if (static_cast<double>(hundredths) / 100 != value) return false;
        need(24);
        std::uint64_t const n = static_cast<std::uint64_t>(hundredths < 0 ? -hundredths : hundredths);
        if (hundredths < 0) *p_++ = '-';
        p_ = std::to_chars(p_, end_, n / 100).ptr;
        if (auto const decimals = static_cast<unsigned>(n % 100); decimals != 0) {
            *p_++ = '.';
            *p_++ = static_cast<char>('0' + decimals / 10);
            if (decimals % 10 != 0) *p_++ = static_cast<char>('0' + decimals % 10);
        }
        return true;
    }

    template <class Float>
    void floating(Float value) {
        if (!std::isfinite(value)) fail("a finite number", std::isnan(value) ? "NaN" : "an infinite one");
        if (value == 0 && std::signbit(value))
            return literal("-0.0"); // many would read -0 as an integer, without its sign
        need(32);
        p_ = std::to_chars(p_, end_, value).ptr;
    }

    std::string& out_;
    char* p_ = nullptr;
    char* end_ = nullptr;
    std::uint64_t data_levels_ = 0;
    unsigned depth_ = 0;
};

} // namespace fairway

#endif
