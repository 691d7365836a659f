// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_CLOCK_HPP
#define FAIRWAY_ENV_CLOCK_HPP

#include <fairway/env/task.hpp>
#include <fairway/envelope/time.hpp>

#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/steady_timer.hpp>

#include <time.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

namespace fairway::env {

/// A point of the monotonic time that deadlines are measured in.
using steady_point = std::chrono::time_point<std::chrono::steady_clock, duration>;

/// One alarm that can be set again and again. Not thread-safe: use it on its executor. It may be destroyed elsewhere,
/// while it rings.
class alarm {
public:
    alarm() = default;
    alarm(alarm const&) = delete;
    alarm& operator=(alarm const&) = delete;
    virtual ~alarm() = default;
    /// Calls `ring` on the alarm's executor at `when`; an alarm set before is forgotten.
    virtual void set(steady_point when, std::function<void()> ring) = 0;
    /// Forgets what was set.
    virtual void cancel() = 0;
};

/// The time of an execution context, real unless another was put there before its first use:
/// `boost::asio::make_service<testing::manual_clock>(context)`.
class clock : public asio::execution_context::service {
public:
    /// Asio's key of the service, also of those that derive from it. No `key_type` beside it: Asio would then take the
    /// derived type as the key, and `of` would not find it.
    static inline asio::execution_context::id id;

    /// Made by Asio.
    explicit clock(asio::execution_context& context) : service(context) {}

    /// Calendar time.
    virtual time_point now() const { return std::chrono::time_point_cast<duration>(std::chrono::system_clock::now()); }
    /// True where `when` is still to come, which is often known without the 25 ns of `now`: a tenth of a second ahead,
    /// the kernel's time of its last tick says so for 5. It is 10 ms old at most, unless the machine stands still.
    bool is_before(time_point when) const {
#ifdef CLOCK_REALTIME_COARSE
        if (!is_virtual()) {
            timespec tick{};
            clock_gettime(CLOCK_REALTIME_COARSE, &tick);
            auto const since = std::chrono::seconds(tick.tv_sec) + std::chrono::nanoseconds(tick.tv_nsec);
            if (time_point(since + std::chrono::milliseconds(100)) < when) return true;
        }
#endif
        return now() < when;
    }
    /// Monotonic time.
    virtual steady_point steady_now() const {
        return std::chrono::time_point_cast<duration>(std::chrono::steady_clock::now());
    }
    /// True for one that is advanced by hand.
    virtual bool is_virtual() const noexcept { return false; }
    /// An alarm that rings on `executor`.
    virtual std::unique_ptr<alarm> make_alarm(asio::any_io_executor executor);

    /// The clock of the executor's context.
    static clock& of(asio::any_io_executor const& executor) {
        return asio::use_service<clock>(asio::query(executor, asio::execution::context));
    }

private:
    void shutdown() override {}
};

namespace detail {
class real_alarm final : public alarm {
public:
    explicit real_alarm(asio::any_io_executor executor) : timer_(std::move(executor)) {}
    ~real_alarm() override { ++*set_; }
    void set(steady_point when, std::function<void()> ring) override {
        timer_.expires_at(std::chrono::time_point_cast<std::chrono::steady_clock::duration>(when));
        timer_.async_wait([ring = std::move(ring), set = set_, mine = ++*set_](boost::system::error_code ec) {
            if (!ec && *set == mine) ring();
        });
    }
    void cancel() override {
        ++*set_;
        timer_.cancel();
    }

private:
    asio::steady_timer timer_;
    // How often it was set or cancelled: the timer does not recall a ring that is on its way already.
    std::shared_ptr<std::atomic<std::uint64_t>> set_ = std::make_shared<std::atomic<std::uint64_t>>(0);
};
} // namespace detail

inline std::unique_ptr<alarm> clock::make_alarm(asio::any_io_executor executor) {
    return std::make_unique<detail::real_alarm>(std::move(executor));
}

} // namespace fairway::env

#endif
