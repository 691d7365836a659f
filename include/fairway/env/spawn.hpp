// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_SPAWN_HPP
#define FAIRWAY_ENV_SPAWN_HPP

#include <fairway/env/task.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <functional>
#include <utility>

namespace fairway::env {

/// Starts a task on `executor`; calls `done` when it has ended, however. It is cancelled through `slot`.
inline void spawn(
    asio::any_io_executor const& executor, task<> what, std::function<void()> done, asio::cancellation_slot slot = {}) {
    auto ended = [done = std::move(done)](std::exception_ptr const&) { done(); };
    asio::co_spawn(executor, std::move(what), asio::bind_cancellation_slot(slot, std::move(ended)));
}

} // namespace fairway::env

#endif
