// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_SLEEP_HPP
#define FAIRWAY_ENV_SLEEP_HPP

#include <fairway/env/clock.hpp>
#include <fairway/env/suspend.hpp>
#include <fairway/env/task.hpp>
#include <fairway/error.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/append.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/this_coro.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace fairway {

namespace detail {

struct sleeper {
    using handler = asio::any_completion_handler<void(error_code)>;

    // Owned by its alarm alone: were it owned by the coroutine that it wakes too, both would leak where the context
    // goes before it rings.
    static void start(asio::any_io_executor const& executor, handler h, duration d) {
        auto const self = std::make_shared<sleeper>(executor);
        auto const slot = asio::get_associated_cancellation_slot(h);
        self->handler_.emplace(std::move(h));
        if (slot.is_connected()) {
            auto assignable = slot;
            assignable.assign([weak = std::weak_ptr(self)](asio::cancellation_type) {
                if (auto const s = weak.lock()) s->finish(asio::error::operation_aborted);
            });
        }
        auto const when = saturating_add(self->clock_.steady_now(), d);
        self->alarm_->set(when, [self] { self->finish({}); });
    }

    explicit sleeper(asio::any_io_executor const& executor)
        : clock_(env::clock::of(executor)), alarm_(clock_.make_alarm(executor)) {}

    void finish(error_code ec) {
        if (!handler_) return;
        handler h(std::move(*handler_));
        handler_.reset();
        alarm_->cancel();
        asio::dispatch(asio::append(std::move(h), ec));
    }

    env::clock& clock_;
    std::unique_ptr<env::alarm> alarm_;
    std::optional<handler> handler_;
};

} // namespace detail

/// Waits for `d` on the clock of the caller's context: under a manual clock until it was advanced so far.
///
/// Cancellable: throws `boost::asio::error::operation_aborted`.
inline task<> sleep_for(duration d) {
    auto const executor = co_await asio::this_coro::executor;
    auto start = [&](detail::sleeper::handler h) { detail::sleeper::start(executor, std::move(h), d); };
    co_await env::suspend<void(error_code)>(start);
}

} // namespace fairway

#endif
