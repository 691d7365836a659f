// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_SUSPEND_HPP
#define FAIRWAY_ENV_SUSPEND_HPP

#include <fairway/env/task.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>

#include <utility>

namespace fairway::env {

/// Resumes what waits, once, on the executor that it is associated with: `asio::dispatch(std::move(c))`. Until then it
/// owns what waits, so that a result can be written into a variable of the waiting coroutine before it is resumed.
///
/// Never assign one: Boost 1.81's move assignment calls itself for ever. Construct or emplace.
using continuation = asio::any_completion_handler<void()>;

namespace detail {

// A reference to a function that takes a continuation. One type for all, and no arguments: each further instantiation
// of what Asio needs to suspend a coroutine costs a translation unit 0.2 s with g++ -O0.
class starter {
public:
    template <class F>
    starter(std::in_place_t, F& f)
        : f_(&f), call_([](void* g, continuation c) { (*static_cast<F*>(g))(std::move(c)); }) {}
    void operator()(continuation c) const { call_(f_, std::move(c)); }

private:
    void* f_;
    void (*call_)(void*, continuation);
};

inline auto suspend(starter start) {
    auto initiate = [start](auto&& handler) { start(continuation(std::forward<decltype(handler)>(handler))); };
    return asio::async_initiate<asio::deferred_t const, void()>(std::move(initiate), asio::deferred);
}

} // namespace detail

/// Suspends the awaiting coroutine: `start(continuation)` gets what resumes it. Name `start` before:
/// `auto start = [&](env::continuation c) {...}; co_await env::suspend(start);`
template <class Start>
auto suspend(Start& start) {
    return detail::suspend(detail::starter(std::in_place, start));
}

} // namespace fairway::env

#endif
