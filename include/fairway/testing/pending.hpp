// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_PENDING_HPP
#define FAIRWAY_TESTING_PENDING_HPP

#include <fairway/env/task.hpp>
#include <fairway/testing/unmet.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace fairway::testing {

namespace detail {

template <class T>
struct running {
    using value = std::conditional_t<std::is_void_v<T>, std::monostate, T>;
    bool done = false;
    std::exception_ptr error;
    std::optional<value> result;
    asio::cancellation_signal signal;
};

// Keeps the result itself: asio::co_spawn wants one that can be default-constructed.
template <class T>
task<> keep_result(task<T> operation, std::shared_ptr<running<T>> state) {
    if constexpr (std::is_void_v<T>) {
        co_await std::move(operation);
        state->result.emplace();
    } else {
        state->result.emplace(co_await std::move(operation));
    }
}

template <class T>
std::shared_ptr<running<T>> launch(asio::any_io_executor const& executor, task<T> operation) {
    auto const state = std::make_shared<running<T>>();
    auto end = [state](std::exception_ptr error) {
        state->error = std::move(error);
        state->done = true;
    };
    asio::co_spawn(executor, keep_result(std::move(operation), state),
        asio::bind_cancellation_slot(state->signal.slot(), std::move(end)));
    return state;
}

} // namespace detail

/// An operation that a test has started, by `bench::start` for example.
template <class T>
class pending {
public:
    /// Made by what starts it.
    explicit pending(std::shared_ptr<detail::running<T>> state) : state_(std::move(state)) {}

    /// True once it has completed, with a result or an exception.
    bool done() const noexcept { return state_->done; }
    /// Cancels it, as the coroutine that awaits it would; it completes when its executor runs.
    void cancel() { state_->signal.emit(asio::cancellation_type::terminal); }
    /// Takes the result, or throws what the operation threw; throws `unmet` if it has not completed.
    T result() {
        if (!state_->done) throw unmet("the operation has not completed");
        if (state_->error) std::rethrow_exception(state_->error);
        if constexpr (!std::is_void_v<T>) return std::move(state_->result.value());
    }

private:
    std::shared_ptr<detail::running<T>> state_;
};

} // namespace fairway::testing

#endif
