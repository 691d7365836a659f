// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What tests share that stop something in the middle, again and again, and destroy everything.
#ifndef FAIRWAY_TESTS_BRUTE_FORCE_HPP
#define FAIRWAY_TESTS_BRUTE_FORCE_HPP

#include <cstddef>
#include <cstdint>
#include <random>
#include <set>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#define FW_LEAK_CHECK 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FW_LEAK_CHECK 1
#endif
#endif
#ifdef FW_LEAK_CHECK
#include <sanitizer/lsan_interface.h>
#endif

namespace brute_force {

/// True where something leaked so far, as far as the test is built with what can tell.
inline bool leaked() {
#ifdef FW_LEAK_CHECK
    return __lsan_do_recoverable_leak_check() != 0;
#else
    return false;
#endif
}

/// After how many of `total` handlers to stop: after each where there are few, otherwise after a choice of `most`, the
/// same for the same seed, the first and the last ones among them.
inline std::vector<std::size_t> stops(std::size_t total, std::size_t most, std::uint64_t seed) {
    std::set<std::size_t> chosen;
    if (total < most) {
        for (std::size_t k = 0; k <= total; ++k) chosen.insert(k);
    } else {
        for (std::size_t k = 0; k < most / 4; ++k) chosen.insert({k, total - k});
        std::mt19937_64 random(seed);
        while (chosen.size() < most) chosen.insert(static_cast<std::size_t>(random() % total));
    }
    return {chosen.begin(), chosen.end()};
}

} // namespace brute_force

#endif
