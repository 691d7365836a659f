// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENVELOPE_MESSAGE_ID_HPP
#define FAIRWAY_ENVELOPE_MESSAGE_ID_HPP

#include <fairway/detail/std_atomics.hpp>

#include <array>
#include <atomic>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace fairway {

/// The 128-bit, time-ordered id of a message: a UUID of version 7 (RFC 9562, section 5.7) where Fairway made it.
struct message_id {
    /// The upper half: time stamp, version, fraction of a millisecond.
    std::uint64_t high = 0;
    /// The lower half: variant and random bits.
    std::uint64_t low = 0;

    /// True unless the id is nil.
    constexpr explicit operator bool() const noexcept { return (high | low) != 0; }
    friend constexpr auto operator<=>(message_id const&, message_id const&) = default;
};

namespace detail {

// Eight bytes at a time: an id is written and read for each message that goes over a broker.
inline constexpr std::uint64_t each_byte = 0x0101010101010101ULL;

constexpr std::uint64_t load_eight(char const* p) noexcept {
    auto const at = [p](int i) { return std::uint64_t{static_cast<unsigned char>(p[i])} << (56 - 8 * i); };
    return at(0) | at(1) | at(2) | at(3) | at(4) | at(5) | at(6) | at(7);
}
constexpr std::uint64_t join_fours(char const* p, char const* q) noexcept {
    auto const at = [](char const* of, int i) {
        return std::uint64_t{static_cast<unsigned char>(of[i])} << (24 - 8 * i);
    };
    return (at(p, 0) | at(p, 1) | at(p, 2) | at(p, 3)) << 32 | at(q, 0) | at(q, 1) | at(q, 2) | at(q, 3);
}
constexpr void store_four(char* to, std::uint64_t bytes) noexcept {
    to[0] = static_cast<char>(bytes >> 24);
    to[1] = static_cast<char>(bytes >> 16);
    to[2] = static_cast<char>(bytes >> 8);
    to[3] = static_cast<char>(bytes);
}

// The lower 32 bits as hexadecimal digits, the first one in the uppermost byte.
constexpr std::uint64_t to_hex(std::uint64_t bits) noexcept {
    bits = (bits << 16 | bits) & 0x0000ffff0000ffffULL;
    bits = (bits << 8 | bits) & 0x00ff00ff00ff00ffULL;
    bits = (bits << 4 | bits) & each_byte * 0x0f;
    auto const is_letter = (bits + each_byte * 6) >> 4 & each_byte;
    return bits + each_byte * '0' + is_letter * ('a' - '0' - 10);
}
// What `to_hex` made, in either case.
constexpr std::uint64_t from_hex(std::uint64_t digits) noexcept {
    auto bits = (digits & each_byte * 0x0f) + (digits >> 6 & each_byte) * 9;
    bits = (bits >> 4 | bits) & 0x00ff00ff00ff00ffULL;
    bits = (bits >> 8 | bits) & 0x0000ffff0000ffffULL;
    return (bits >> 16 | bits) & 0xffffffffULL;
}
// True where all bytes are hexadecimal digits. Without a byte above 0x7f no sum carries into the next one: its top bit
// says whether a byte is at least so large.
constexpr bool are_hex(std::uint64_t digits) noexcept {
    auto const top = each_byte * 0x80;
    auto const plain = digits & ~top;
    auto const lower = plain | each_byte * 0x20;
    auto const at_least = [](std::uint64_t bytes, unsigned least) { return bytes + each_byte * (0x80 - least); };
    auto const number = at_least(plain, '0') & ~at_least(plain, '9' + 1);
    auto const letter = at_least(lower, 'a') & ~at_least(lower, 'f' + 1);
    return ((number | letter) & ~digits & top) == top;
}

} // namespace detail

/// Writes the id as `018f0c5e-7a3b-7d1e-9c4f-0a1b2c3d4e5f` into 36 characters.
inline void write_id(message_id id, char* out) noexcept {
    auto const eight = [](char* to, char* on, std::uint64_t digits) {
        detail::store_four(to, digits >> 32);
        detail::store_four(on, digits);
    };
    eight(out, out + 4, detail::to_hex(id.high >> 32));
    eight(out + 9, out + 14, detail::to_hex(id.high & 0xffffffff));
    eight(out + 19, out + 24, detail::to_hex(id.low >> 32));
    eight(out + 28, out + 32, detail::to_hex(id.low & 0xffffffff));
    out[8] = out[13] = out[18] = out[23] = '-';
}

/// The id as text in the form of RFC 9562.
inline std::string to_string(message_id id) {
    std::string text(36, '\0');
    write_id(id, text.data());
    return text;
}

/// Reads the text form of RFC 9562 (upper or lower case); nothing where the text is not a UUID.
constexpr std::optional<message_id> parse_id(std::string_view text) noexcept {
    if (text.size() != 36) return std::nullopt;
    char const* const p = text.data();
    if (p[8] != '-' || p[13] != '-' || p[18] != '-' || p[23] != '-') return std::nullopt;
    auto const first = detail::load_eight(p);
    auto const second = detail::join_fours(p + 9, p + 14);
    auto const third = detail::join_fours(p + 19, p + 24);
    auto const fourth = detail::load_eight(p + 28);
    using detail::are_hex, detail::from_hex;
    if (!are_hex(first) || !are_hex(second) || !are_hex(third) || !are_hex(fourth)) return std::nullopt;
    return message_id{from_hex(first) << 32 | from_hex(second), from_hex(third) << 32 | from_hex(fourth)};
}

/// Makes rising ids of version 7 (RFC 9562, section 6.2, method 3: the 12 bits after the milliseconds carry a fraction
/// of a millisecond, and count on where the clock stands still). Thread-safe.
template <class Atomics = fairway::detail::std_atomics>
class basic_id_generator {
public:
    /// Starts with 64 random bits that tell this generator from all others.
    explicit basic_id_generator(std::uint64_t random) noexcept : seed_(random) {}

    /// The next id at `unix_ns` nanoseconds since 1970; greater than every earlier one of this generator.
    message_id next(std::int64_t unix_ns) noexcept {
        auto const ns = static_cast<std::uint64_t>(unix_ns > 0 ? unix_ns : 0);
        std::uint64_t const now = ns / 1'000'000 << 12 | ns % 1'000'000 * 4096 / 1'000'000;
        std::uint64_t last = last_.load(std::memory_order_relaxed);
        std::uint64_t mine = 0;
        do {
            mine = now > last ? now : last + 1;
        } while (!last_.compare_exchange_weak(last, mine, std::memory_order_relaxed));
        constexpr std::uint64_t version = 0x7000;
        constexpr std::uint64_t variant = std::uint64_t{1} << 63;
        return {mine >> 12 << 16 | version | (mine & 0xfff), mix(seed_ + mine) >> 2 | variant};
    }

private:
    // SplitMix64's finaliser (Steele, Lea, Flood 2014).
    static constexpr std::uint64_t mix(std::uint64_t x) noexcept {
        x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
        x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
        return x ^ x >> 31;
    }

    std::uint64_t const seed_;
    typename Atomics::template atomic<std::uint64_t> last_{0};
};

/// The id generator of threads.
using id_generator = basic_id_generator<>;

} // namespace fairway

/// Hashes an id for tables whose ids come from this process; ids chosen by a peer need a keyed hash.
template <>
struct std::hash<fairway::message_id> {
    /// Both halves, folded.
    std::size_t operator()(fairway::message_id const& id) const noexcept {
        return static_cast<std::size_t>((id.high ^ id.low) * 0x9e3779b97f4a7c15ULL);
    }
};

#endif
