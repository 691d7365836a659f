// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_FLUSH_BY_HPP
#define FAIRWAY_TRANSPORT_FLUSH_BY_HPP

#include <fairway/env/clock.hpp>
#include <fairway/env/doorbell.hpp>
#include <fairway/transport/seam.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/this_coro.hpp>

#include <memory>
#include <string>
#include <utility>

namespace fairway::detail {

// Waits until all that a sink took is accepted, no longer than to a deadline: without a connection it may take for
// ever. False where it was not by then. Throws what failed, and errc::cancelled.
inline task<bool> flush_by(std::shared_ptr<sink> to, env::steady_point until) {
    struct state {
        explicit state(asio::any_io_executor const& executor) : bell(std::make_shared<env::doorbell>(executor)) {}
        std::shared_ptr<env::doorbell> bell;
        error_code why;
        bool over = false;
    };
    auto const executor = co_await asio::this_coro::executor;
    auto const s = std::make_shared<state>(executor);
    auto over = [s] {
        s->over = true;
        s->bell->ring();
    };
    to->flush(s->why, asio::bind_executor(executor, std::move(over)));
    auto const& clock = env::clock::of(executor);
    while (!s->over) {
        auto const left = until - clock.steady_now();
        if (left <= duration::zero()) co_return false;
        co_await s->bell->wait(left);
    }
    if (s->why) throw system_error(s->why, "flushing");
    co_return true;
}

} // namespace fairway::detail

#endif
