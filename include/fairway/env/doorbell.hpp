// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_DOORBELL_HPP
#define FAIRWAY_ENV_DOORBELL_HPP

#include <fairway/env/sleep.hpp>
#include <fairway/env/turn_flag.hpp>

#include <boost/asio/post.hpp>

#include <memory>
#include <utility>

namespace fairway::env {

/// Lets one coroutine wait until somebody rings, for a limited time.
class doorbell : public std::enable_shared_from_this<doorbell> {
public:
    /// For coroutines on `executor`, which must be serial.
    explicit doorbell(asio::any_io_executor executor) : executor_(std::move(executor)) {}

    /// Wakes who waits, or who waits next. Thread-safe; nothing is resumed before this returns.
    void ring() noexcept {
        if (!posted_.ask()) return;
        asio::post(executor_, [weak = weak_from_this()] {
            if (auto const self = weak.lock()) self->answer();
        });
    }

    /// Waits until it rings, which gives true, or until `most` has passed on the context's clock. One coroutine at a
    /// time, on the doorbell's executor; the doorbell must live until this has ended. Cancellable: throws
    /// `errc::cancelled`.
    task<bool> wait(duration most) {
        error_code ended;
        auto start = [&](continuation c) {
            asleep_ = fairway::detail::sleeper::start(executor_, most, ended, std::move(c));
        };
        if (!rung_) co_await suspend(start);
        if (ended) fairway::detail::fail(errc::cancelled, "waiting");
        co_return std::exchange(rung_, false);
    }

private:
    void answer() {
        posted_.begin();
        rung_ = true;
        if (auto const s = asleep_.lock()) s->finish({});
    }

    asio::any_io_executor executor_;
    turn_flag posted_;
    // Used on the executor only.
    bool rung_ = false;
    std::weak_ptr<fairway::detail::sleeper> asleep_;
};

} // namespace fairway::env

#endif
