// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_SLEEP_HPP
#define FAIRWAY_ENV_SLEEP_HPP

#include <fairway/env/clock.hpp>
#include <fairway/env/suspend.hpp>
#include <fairway/env/task.hpp>
#include <fairway/error.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/this_coro.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace fairway {

namespace detail {

struct sleeper {
    // Owned by its alarm alone: were it owned by the coroutine that it wakes too, both would leak where the context
    // goes before it rings. Whoever gets it may finish it earlier, on the executor.
    static std::weak_ptr<sleeper> start(
        asio::any_io_executor const& executor, duration d, error_code& into, env::continuation c) {
        auto const self = std::make_shared<sleeper>(executor, into);
        auto const slot = asio::get_associated_cancellation_slot(c);
        self->wake_.emplace(std::move(c));
        if (slot.is_connected()) {
            auto assignable = slot;
            assignable.assign([weak = std::weak_ptr(self)](asio::cancellation_type) {
                if (auto const s = weak.lock()) s->finish(asio::error::operation_aborted);
            });
        }
        auto const when = saturating_add(self->clock_.steady_now(), d);
        self->alarm_->set(when, [self] { self->finish({}); });
        return self;
    }

    sleeper(asio::any_io_executor const& executor, error_code& into)
        : clock_(env::clock::of(executor)), alarm_(clock_.make_alarm(executor)), into_(into) {}

    void finish(error_code ec) {
        if (!wake_) return;
        env::continuation wake(std::move(*wake_));
        wake_.reset();
        alarm_->cancel();
        into_ = ec;
        env::resume(std::move(wake));
    }

    env::clock& clock_;
    std::unique_ptr<env::alarm> alarm_;
    error_code& into_;
    std::optional<env::continuation> wake_;
};

} // namespace detail

/// Waits for `d` on the clock of the caller's context: under a manual clock until it was advanced so far.
///
/// Cancellable: throws `boost::asio::error::operation_aborted`.
inline task<> sleep_for(duration d) {
    auto const executor = co_await asio::this_coro::executor;
    error_code ended;
    auto start = [&](env::continuation c) { detail::sleeper::start(executor, d, ended, std::move(c)); };
    co_await env::suspend(start);
    if (ended) throw system_error(ended, "sleep_for");
}

} // namespace fairway

#endif
