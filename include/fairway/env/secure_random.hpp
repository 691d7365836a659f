// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_SECURE_RANDOM_HPP
#define FAIRWAY_ENV_SECURE_RANDOM_HPP

#include <fairway/env/task.hpp>

#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <random>
#include <span>

#if defined(__has_include)
#if __has_include(<sys/random.h>)
#include <sys/random.h>
#define FAIRWAY_DETAIL_GETENTROPY 1
#endif
#endif

namespace fairway::env {

/// Random bytes that nobody can guess, for tokens, nonces and the names of sessions: the system's, unless another
/// source was put into the execution context before its first use, which only a simulation may do. Thread-safe.
class secure_random : public asio::execution_context::service {
public:
    /// Asio's key of the service, also of those that derive from it.
    static inline asio::execution_context::id id;

    /// Made by Asio.
    explicit secure_random(asio::execution_context& context) : service(context) {}

    /// Fills `out`. Throws `std::exception` where the system has no such source.
    virtual void fill(std::span<std::byte> out) { from_system(out); }

    /// Fills `out` from the system's source, where there is no execution context.
    static void from_system(std::span<std::byte> out) {
#ifdef FAIRWAY_DETAIL_GETENTROPY
        constexpr std::size_t most = 256; // at a time
        auto rest = out;
        while (!rest.empty()) {
            auto const part = rest.first(std::min(rest.size(), most));
            if (::getentropy(part.data(), part.size()) != 0) break;
            rest = rest.subspan(part.size());
        }
        if (rest.empty()) return;
#endif
        std::random_device device;
        for (auto& b : out) b = static_cast<std::byte>(device() & 0xffU);
    }

    /// The source of the executor's context.
    static secure_random& of(asio::any_io_executor const& executor) {
        return asio::use_service<secure_random>(asio::query(executor, asio::execution::context));
    }

private:
    void shutdown() override {}
};

} // namespace fairway::env

#undef FAIRWAY_DETAIL_GETENTROPY

#endif
