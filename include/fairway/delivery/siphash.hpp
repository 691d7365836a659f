// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_DELIVERY_SIPHASH_HPP
#define FAIRWAY_DELIVERY_SIPHASH_HPP

#include <fairway/envelope/message_id.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace fairway {

/// The secret of a keyed hash: 128 bits that nobody outside can guess.
struct siphash_key {
    std::uint64_t first = 0;  ///< the first 8 bytes of the key, read as a little-endian number
    std::uint64_t second = 0; ///< the last 8 bytes
};

namespace detail {

template <int Compression, int Finalization>
class siphash_state {
public:
    constexpr explicit siphash_state(siphash_key key) noexcept
        : v0_(key.first ^ 0x736f6d6570736575ULL),
          v1_(key.second ^ 0x646f72616e646f6dULL),
          v2_(key.first ^ 0x6c7967656e657261ULL),
          v3_(key.second ^ 0x7465646279746573ULL) {}

    // Takes 8 bytes of the input, read as a little-endian number.
    constexpr void add(std::uint64_t word) noexcept {
        v3_ ^= word;
        for (int i = 0; i < Compression; ++i) round();
        v0_ ^= word;
    }
    // Takes the bytes that are left, fewer than 8, and the length of the input in bytes.
    constexpr std::uint64_t finish(std::uint64_t rest, std::size_t length) noexcept {
        add(static_cast<std::uint64_t>(length) << 56 | rest);
        v2_ ^= 0xff;
        for (int i = 0; i < Finalization; ++i) round();
        return v0_ ^ v1_ ^ v2_ ^ v3_;
    }

private:
    constexpr void round() noexcept {
        v0_ += v1_;
        v2_ += v3_;
        v1_ = std::rotl(v1_, 13) ^ v0_;
        v3_ = std::rotl(v3_, 16) ^ v2_;
        v0_ = std::rotl(v0_, 32);
        v2_ += v1_;
        v0_ += v3_;
        v1_ = std::rotl(v1_, 17) ^ v2_;
        v3_ = std::rotl(v3_, 21) ^ v0_;
        v2_ = std::rotl(v2_, 32);
    }

    std::uint64_t v0_;
    std::uint64_t v1_;
    std::uint64_t v2_;
    std::uint64_t v3_;
};

} // namespace detail

/// A hash under a secret key, for tables whose keys a peer chooses: who does not know the key can't find keys that
/// collide. SipHash (J.-P. Aumasson, D. J. Bernstein, "SipHash: a fast short-input PRF", 2012): `siphash<2, 4>` is the
/// paper's, `siphash<1, 3>` is enough for hash tables and faster. The same on every machine.
template <int Compression = 1, int Finalization = 3>
constexpr std::uint64_t siphash(siphash_key key, std::string_view bytes) noexcept {
    detail::siphash_state<Compression, Finalization> state(key);
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        word |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << 8 * (i % 8);
        if (i % 8 != 7) continue;
        state.add(word);
        word = 0;
    }
    return state.finish(word, bytes.size());
}

/// The hash of an id's two halves, each as 8 little-endian bytes.
template <int Compression = 1, int Finalization = 3>
constexpr std::uint64_t siphash(siphash_key key, message_id id) noexcept {
    detail::siphash_state<Compression, Finalization> state(key);
    state.add(id.high);
    state.add(id.low);
    return state.finish(0, 16);
}

/// The hash of an id's two halves and of a number beside it, as 20 little-endian bytes.
template <int Compression = 1, int Finalization = 3>
constexpr std::uint64_t siphash(siphash_key key, message_id id, std::uint32_t scope) noexcept {
    detail::siphash_state<Compression, Finalization> state(key);
    state.add(id.high);
    state.add(id.low);
    return state.finish(scope, 20);
}

} // namespace fairway

#endif
