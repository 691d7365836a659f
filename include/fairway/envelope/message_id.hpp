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

/// Writes the id as `018f0c5e-7a3b-7d1e-9c4f-0a1b2c3d4e5f` into 36 characters.
inline void write_id(message_id id, char* out) noexcept {
    constexpr char digits[] = "0123456789abcdef";
    int nibble = 0;
    for (int i = 0; i < 36; ++i) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            out[i] = '-';
            continue;
        }
        std::uint64_t const half = nibble < 16 ? id.high : id.low;
        out[i] = digits[(half >> (60 - 4 * (nibble & 15))) & 15];
        ++nibble;
    }
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
    message_id id;
    int nibble = 0;
    for (std::size_t i = 0; i < 36; ++i) {
        char const c = text[i];
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (c != '-') return std::nullopt;
            continue;
        }
        std::uint64_t digit = 0;
        if (c >= '0' && c <= '9')
            digit = static_cast<std::uint64_t>(c - '0');
        else if (c >= 'a' && c <= 'f')
            digit = static_cast<std::uint64_t>(c - 'a' + 10);
        else if (c >= 'A' && c <= 'F')
            digit = static_cast<std::uint64_t>(c - 'A' + 10);
        else
            return std::nullopt;
        std::uint64_t& half = nibble < 16 ? id.high : id.low;
        half = half << 4 | digit;
        ++nibble;
    }
    return id;
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
