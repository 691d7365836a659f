// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_THREAD_HPP
#define FAIRWAY_ENV_THREAD_HPP

#include <fairway/env/handled.hpp>
#include <fairway/env/task.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

namespace fairway::env {

/// True where the calling thread runs the executor's context, so that blocking it would stop the work it waits for.
///
/// Knows io_context, thread_pool and strands of them; of other executors it says false.
inline bool runs_here(asio::any_io_executor const& executor) {
    using io = asio::io_context::executor_type;
    using pool = asio::thread_pool::executor_type;
    auto const here = [](auto const* e) { return e && e->running_in_this_thread(); };
    auto const inside = [](auto const* e) { return e && e->get_inner_executor().running_in_this_thread(); };
    if (auto const* handling = executor.target<handling_executor>()) return runs_here(handling->inner());
    if (auto const* strand = executor.target<asio::strand<asio::any_io_executor>>())
        return strand->running_in_this_thread() || runs_here(strand->get_inner_executor());
    return here(executor.target<io>()) || here(executor.target<pool>()) ||
           inside(executor.target<asio::strand<io>>()) || inside(executor.target<asio::strand<pool>>());
}

/// A value that one thread sets and another waits for, blocking.
template <class T>
class rendezvous {
public:
    /// Sets the value; wakes the waiter.
    void set(T value) {
        // Notified under the lock: the waiter may destroy this as soon as it sees the value.
        std::lock_guard const lock(mutex_);
        value_.emplace(std::move(value));
        ready_.notify_one();
    }
    /// Waits for the value and takes it.
    T take() {
        std::unique_lock lock(mutex_);
        ready_.wait(lock, [this] { return value_.has_value(); });
        return std::move(*value_);
    }

private:
    std::mutex mutex_;
    std::condition_variable ready_;
    std::optional<T> value_;
};

} // namespace fairway::env

#endif
