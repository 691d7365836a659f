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

namespace detail {

// A reference to a function that takes a handler: one type for each signature, whatever the function is.
template <class Signature>
class starter {
public:
    template <class F>
    starter(std::in_place_t, F& f)
        : f_(&f),
          call_([](void* g, asio::any_completion_handler<Signature> h) { (*static_cast<F*>(g))(std::move(h)); }) {}
    void operator()(asio::any_completion_handler<Signature> h) const { call_(f_, std::move(h)); }

private:
    void* f_;
    void (*call_)(void*, asio::any_completion_handler<Signature>);
};

template <class Signature>
auto suspend(starter<Signature> start) {
    auto initiate = [start](auto&& handler) {
        start(asio::any_completion_handler<Signature>(std::forward<decltype(handler)>(handler)));
    };
    return asio::async_initiate<asio::deferred_t const, Signature>(std::move(initiate), asio::deferred);
}

} // namespace detail

/// Suspends the awaiting coroutine: `start(handler)` is called with what resumes it, an
/// `any_completion_handler<Signature>`. Name `start` before: `auto start = [&](auto handler) {...}; co_await
/// suspend<void()>(start);`
template <class Signature, class Start>
auto suspend(Start& start) {
    return detail::suspend<Signature>(detail::starter<Signature>(std::in_place, start));
}

} // namespace fairway::env

#endif
