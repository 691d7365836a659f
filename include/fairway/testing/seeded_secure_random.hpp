// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_SEEDED_SECURE_RANDOM_HPP
#define FAIRWAY_TESTING_SEEDED_SECURE_RANDOM_HPP

#include <fairway/env/secure_random.hpp>

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <random>
#include <span>

namespace fairway::testing {

/// The same "secrets" for the same seed, so that a simulation can be replayed:
/// `boost::asio::make_service<testing::seeded_secure_random>(context, seed)`. Anybody can guess them.
class seeded_secure_random final : public env::secure_random {
public:
    /// With a seed of its own for each execution context, or contexts would agree on their secrets.
    seeded_secure_random(asio::execution_context& context, std::uint64_t seed)
        : secure_random(context), engine_(seed) {}

    void fill(std::span<std::byte> out) override {
        std::lock_guard const lock(mutex_);
        for (auto& b : out) b = static_cast<std::byte>(engine_() & 0xffU);
    }

private:
    std::mutex mutex_;
    std::mt19937_64 engine_;
};

} // namespace fairway::testing

#endif
