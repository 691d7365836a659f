// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_VISIT_HPP
#define FAIRWAY_ENV_VISIT_HPP

#include <fairway/env/task.hpp>

#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>

#include <atomic>
#include <cstddef>
#include <thread>

namespace fairway::env {

namespace detail {

// How many threads hand something to an execution context at the moment; its end waits for them.
class visitors : public asio::execution_context::service {
public:
    using key_type = visitors;
    static inline asio::execution_context::id id;
    explicit visitors(asio::execution_context& context) : service(context) {}

    void enter() noexcept { inside_.fetch_add(1, std::memory_order_relaxed); }
    void leave() noexcept { inside_.fetch_sub(1, std::memory_order_release); }

private:
    void shutdown() override {
        while (inside_.load(std::memory_order_acquire) > 0) std::this_thread::yield();
    }

    std::atomic<std::size_t> inside_{0};
};

} // namespace detail

/// For as long as this lives the execution context of an executor is not destroyed: what destroys it waits.
///
/// For a thread that hands something to a context which ends as soon as it has that, be it that it runs out of work or
/// that it is stopped: while its waker is at it still. The context must be there when this is made.
class visit {
public:
    /// Begins to visit.
    explicit visit(asio::any_io_executor const& executor)
        : at_(asio::use_service<detail::visitors>(asio::query(executor, asio::execution::context))) {
        at_.enter();
    }
    visit(visit const&) = delete;
    visit& operator=(visit const&) = delete;
    ~visit() { at_.leave(); }

private:
    detail::visitors& at_;
};

} // namespace fairway::env

#endif
