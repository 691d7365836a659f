// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_HANDLER_OPTIONS_HPP
#define FAIRWAY_PORT_HANDLER_OPTIONS_HPP

#include <fairway/delivery/ordering.hpp>
#include <fairway/delivery/retry.hpp>
#include <fairway/env/task.hpp>
#include <fairway/envelope/limits.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

namespace fairway {

namespace detail {
// One attempt with a store around it.
struct remembered_attempt;
// A function, so that only those who use a store pay for compiling it.
using remembering_attempt = std::function<task<>(remembered_attempt const& what)>;
// In duplicate_store.hpp, from which stores derive.
template <class Store>
remembering_attempt remembering(std::shared_ptr<Store> store);
} // namespace detail

/// How a service takes the messages of one channel: `stock.handle<orders>(handler, handler_options().concurrency(8))`.
class handler_options {
public:
    /// 64 coroutine handlers at a time, 64 deliveries held, order per key, 5 attempts, a window of 100,000 messages.
    handler_options() noexcept {} // NOLINT: not an aggregate, so that a temporary may stand beside co_await (g++ 12)

    /// How many coroutine handlers of the channel run at a time; 1 for one after another, also through retries. At
    /// least 1.
    handler_options& concurrency(std::size_t n) & {
        if (n == 0) detail::fail(errc::invalid_argument, "concurrency is at least 1");
        concurrency_ = n;
        return *this;
    }
    /// How many coroutine handlers of the channel run at a time.
    handler_options&& concurrency(std::size_t n) && { return std::move(concurrency(n)); }
    /// The most deliveries that this instance holds unsettled; the rest waits for it or for others. At least 1.
    handler_options& prefetch(std::size_t n) & {
        if (n == 0) detail::fail(errc::invalid_argument, "prefetch is at least 1");
        prefetch_ = n;
        return *this;
    }
    /// The most deliveries that this instance holds unsettled.
    handler_options&& prefetch(std::size_t n) && { return std::move(prefetch(n)); }
    /// Which deliveries wait for each other; `ordering::key` by default.
    handler_options& order(ordering o) & {
        order_ = o;
        return *this;
    }
    /// Which deliveries wait for each other.
    handler_options&& order(ordering o) && { return std::move(order(o)); }
    /// Whether, how often and when a message is handled again after its handler failed.
    handler_options& retry(retry_policy p) & {
        retry_ = std::move(p);
        return *this;
    }
    /// Whether, how often and when a message is handled again after its handler failed.
    handler_options&& retry(retry_policy p) && { return std::move(retry(std::move(p))); }
    /// How many handled messages this instance remembers, and for how long, to suppress their duplicates; 0 for none.
    /// On transports that can deliver a message again after it was accepted (`capabilities::duplicates`).
    handler_options& window(std::size_t ids, duration age = std::chrono::minutes(10)) & {
        if (age <= duration::zero()) detail::fail(errc::invalid_argument, "the age of a window is positive");
        window_ids_ = ids;
        window_age_ = age;
        return *this;
    }
    /// How many handled messages this instance remembers, and for how long.
    handler_options&& window(std::size_t ids, duration age = std::chrono::minutes(10)) && {
        return std::move(window(ids, age));
    }
    /// Also asks and tells a store, a `duplicate_store` which other instances and later processes may share, of the
    /// messages handled.
    template <class Store>
    handler_options& remember_in(std::shared_ptr<Store> store) & {
        memory_ = detail::remembering(std::move(store));
        return *this;
    }
    /// Also asks and tells a store of the messages handled.
    template <class Store>
    handler_options&& remember_in(std::shared_ptr<Store> store) && {
        return std::move(remember_in(std::move(store)));
    }
    /// Puts messages whose time to live has ended into the dead-letter channel; by default they are accepted, counted
    /// and gone. A broker may have dropped them by itself, as RabbitMQ does.
    handler_options& keep_expired(bool on) & {
        keep_expired_ = on;
        return *this;
    }
    /// Puts messages whose time to live has ended into the dead-letter channel.
    handler_options&& keep_expired(bool on) && { return std::move(keep_expired(on)); }

    /// The concurrency.
    std::size_t concurrency() const noexcept { return concurrency_; }
    /// The prefetch.
    std::size_t prefetch() const noexcept { return prefetch_; }
    /// The order.
    ordering order() const noexcept { return order_; }
    /// The retry policy.
    retry_policy const& retry() const noexcept { return retry_; }
    /// How many handled messages are remembered.
    std::size_t window_ids() const noexcept { return window_ids_; }
    /// For how long they are remembered.
    duration window_age() const noexcept { return window_age_; }
    /// What asks the store; empty without one.
    detail::remembering_attempt const& memory() const noexcept { return memory_; }
    /// Whether expired messages become dead letters.
    bool keep_expired() const noexcept { return keep_expired_; }

private:
    std::size_t concurrency_ = limits::prefetch;
    std::size_t prefetch_ = limits::prefetch;
    ordering order_ = ordering::key;
    retry_policy retry_;
    std::size_t window_ids_ = limits::window_ids;
    duration window_age_ = std::chrono::minutes(10);
    detail::remembering_attempt memory_;
    bool keep_expired_ = false;
};

} // namespace fairway

#endif
