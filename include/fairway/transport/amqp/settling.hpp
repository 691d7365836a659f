// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_AMQP_SETTLING_HPP
#define FAIRWAY_TRANSPORT_AMQP_SETTLING_HPP

#include <fairway/env/clock.hpp>
#include <fairway/env/suspend.hpp>
#include <fairway/error.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace fairway::amqp_detail {

// Somebody who waits until several things are done, or up to a time. Used on the executor.
class settling : public std::enable_shared_from_this<settling> {
public:
    settling(asio::any_io_executor const& executor, env::steady_point until, env::continuation done)
        : alarm_(env::clock::of(executor).make_alarm(executor)), until_(until), done_(std::move(done)) {}

    // One more thing to wait for: what is called when it is done, or dropped.
    auto part() {
        ++open_;
        return [left = std::shared_ptr<void>(nullptr, [self = shared_from_this()](void*) { self->one_done(); })] {};
    }
    // All parts were made.
    void begin() {
        alarm_->set(until_, [weak = weak_from_this()] {
            if (auto const self = weak.lock()) self->finish();
        });
        one_done();
    }
    // The context goes: nobody is resumed.
    void abandon() noexcept {
        auto const dropped = std::exchange(done_, std::nullopt);
        alarm_.reset();
    }
    // Where results go that nobody looks at.
    error_code ignored;

private:
    void one_done() {
        if (--open_ == 0) finish();
    }
    void finish() {
        if (alarm_) alarm_->cancel();
        if (auto done = std::exchange(done_, std::nullopt)) env::resume(std::move(*done));
    }

    std::unique_ptr<env::alarm> alarm_;
    env::steady_point until_;
    std::optional<env::continuation> done_;
    std::size_t open_ = 1;
};

} // namespace fairway::amqp_detail

#endif
