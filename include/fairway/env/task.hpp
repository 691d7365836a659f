// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_TASK_HPP
#define FAIRWAY_ENV_TASK_HPP

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace fairway {

namespace asio = boost::asio;

/// What an asynchronous operation returns and a coroutine is: `co_await` it, or hand it to `boost::asio::co_spawn`.
///
/// It runs on the executor of whoever awaits it, throws what went wrong, and is cancelled by Asio's per-operation
/// cancellation. It does nothing before it is awaited.
template <class T = void>
using task = asio::awaitable<T>;

} // namespace fairway

#endif
