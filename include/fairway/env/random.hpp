// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_RANDOM_HPP
#define FAIRWAY_ENV_RANDOM_HPP

#include <fairway/env/task.hpp>

#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>

#include <cstdint>
#include <mutex>
#include <random>

namespace fairway::env {

/// The random numbers of an execution context; seeded by the system unless another was put there before its first use.
/// Thread-safe. For seeds and choices, not for keys.
class random : public asio::execution_context::service {
public:
    using key_type = random;
    /// Asio's key of the service.
    static inline asio::execution_context::id id;

    /// Made by Asio: seeded by the system.
    explicit random(asio::execution_context& context) : random(context, system_seed()) {}
    /// The same numbers for the same seed.
    random(asio::execution_context& context, std::uint64_t seed) : service(context), engine_(seed) {}

    /// 64 random bits.
    std::uint64_t next() {
        std::lock_guard const lock(mutex_);
        return engine_();
    }

    /// The random numbers of the executor's context.
    static random& of(asio::any_io_executor const& executor) {
        return asio::use_service<random>(asio::query(executor, asio::execution::context));
    }

private:
    void shutdown() override {}
    static std::uint64_t system_seed() {
        std::random_device device;
        return std::uint64_t{device()} << 32 | device();
    }

    std::mutex mutex_;
    std::mt19937_64 engine_;
};

} // namespace fairway::env

#endif
