// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_SUSPEND_HPP
#define FAIRWAY_ENV_SUSPEND_HPP

#include <fairway/env/task.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace fairway::env {

/// Suspends the awaiting coroutine: `start(handler)` is called with what resumes it, an
/// `any_completion_handler<Signature>`. Name `start` before: `auto start = [&](auto handler) {...}; co_await
/// suspend<void()>(start);`
template <class Signature, class Start>
auto suspend(Start& start) {
    auto initiate = [&start](auto&& handler) {
        start(asio::any_completion_handler<Signature>(std::forward<decltype(handler)>(handler)));
    };
    return asio::async_initiate<asio::deferred_t const, Signature>(initiate, asio::deferred);
}

} // namespace fairway::env

#endif
