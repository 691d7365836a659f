// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_SERVICE_RUN_HPP
#define FAIRWAY_SERVICE_RUN_HPP

#include <fairway/env/context_end.hpp>
#include <fairway/env/task.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <concepts>
#include <csignal>
#include <cstdio>
#include <exception>
#include <functional>
#include <type_traits>
#include <utility>

namespace fairway {

namespace detail {

inline int report(std::exception_ptr const& error) {
    try {
        std::rethrow_exception(error);
    } catch (std::exception const& e) {
        std::fprintf(stderr, "error: %s\n", e.what());
    } catch (...) {
        std::fprintf(stderr, "error: an exception of an unknown type\n");
    }
    return 1;
}

// The first signal drains all services of the context, the second one stops. A template, so that only files that call
// it compile it.
template <class Signals>
void drain_on_signal(asio::io_context& context, Signals& signals) {
    signals.async_wait([&](boost::system::error_code ec, int) {
        if (ec) return;
        asio::use_service<env::context_end>(context).shut_all_down(std::chrono::seconds(30));
        signals.async_wait([&](boost::system::error_code again, int) {
            if (!again) context.stop();
        });
    });
}

template <class Begin, class Task>
concept begins = requires(Begin& begin, asio::any_io_executor const& executor) {
    { begin(executor) } -> std::same_as<Task>;
};

} // namespace detail

/// The body of a small `main`: makes an `io_context`, runs the task that `begin(executor)` returns, and drains the
/// services of that context at SIGINT and SIGTERM (a second signal stops at once). Use with one thread.
///
/// Returns what the task returns where that is an int, 0 otherwise, 1 where it threw (its text goes to stderr), 130
/// where it was stopped.
template <class Begin>
int run(Begin&& begin) {
    static_assert(detail::begins<Begin, task<>> || detail::begins<Begin, task<int>>,
        "fairway: run takes a function of an executor that returns task<> or task<int>");
    asio::io_context context(1);
    asio::signal_set signals(context, SIGINT, SIGTERM);
    detail::drain_on_signal(context, signals);
    int status = 130;
    auto const executor = asio::any_io_executor(context.get_executor());
    auto const end = [&](std::exception_ptr const& error, int value) {
        status = error ? detail::report(error) : value;
        signals.cancel();
        context.stop();
    };
    try {
        if constexpr (detail::begins<Begin, task<int>>) {
            asio::co_spawn(context, begin(executor), [&](std::exception_ptr e, int value) { end(e, value); });
        } else if constexpr (detail::begins<Begin, task<>>) {
            asio::co_spawn(context, begin(executor), [&](std::exception_ptr e) { end(e, 0); });
        }
    } catch (...) {
        // Before its task has begun: a URL that is none, for example.
        return detail::report(std::current_exception());
    }
    context.run();
    return status;
}

} // namespace fairway

#endif
