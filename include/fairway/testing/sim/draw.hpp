// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_SIM_DRAW_HPP
#define FAIRWAY_TESTING_SIM_DRAW_HPP

#include <fairway/envelope/time.hpp>

#include <cstdint>
#include <string_view>

namespace fairway::testing::sim_detail {

// The virtual time that is `d` from `now`; a duration without end has none.
constexpr duration later(duration now, duration d) noexcept {
    return d > duration::max() - now ? duration::max() : now + d;
}

// SplitMix64's finaliser (Steele, Lea, Flood 2014).
constexpr std::uint64_t mix(std::uint64_t x) noexcept {
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
    return x ^ x >> 31;
}

// FNV-1a (Fowler, Noll, Vo), the same on every platform.
constexpr std::uint64_t hash_of(std::string_view text) noexcept {
    std::uint64_t h = 0xcbf29ce484222325ULL;
    for (char const c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    return h;
}

// What a simulation draws from: SplitMix64, so that a seed gives the same choices with every compiler and library (the
// standard's distributions do not). Never two draws in one full-expression: their order would be the compiler's.
class dice {
public:
    // Streams of one seed with different labels are independent.
    dice(std::uint64_t seed, std::uint64_t label) noexcept : state_(mix(seed * 0x9e3779b97f4a7c15ULL + mix(label))) {}

    std::uint64_t next() noexcept { return mix(state_ += 0x9e3779b97f4a7c15ULL); }
    // One of 0..n-1; n > 0. (The bias of the remainder is below n / 2^64.)
    std::uint64_t below(std::uint64_t n) noexcept { return next() % n; }
    bool one_in(std::uint64_t n) noexcept { return below(n) == 0; }
    duration between(duration least, duration most) noexcept {
        if (most <= least) return least;
        return least +
               duration(static_cast<std::int64_t>(below(static_cast<std::uint64_t>((most - least).count()) + 1)));
    }

private:
    std::uint64_t state_;
};

} // namespace fairway::testing::sim_detail

#endif
