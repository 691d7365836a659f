// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_PIPELINE_HPP
#define FAIRWAY_PORT_PIPELINE_HPP

// The coroutine in which a pipeline's handlers run that are coroutines, or that have something around them.

#include <fairway/port/pipeline_stages.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace fairway::detail {

// Takes one job after the other from the lanes, and parks where there is none.
inline task<> pipeline::work(std::shared_ptr<pipeline> self, worker& w) {
    w.copies = w.owners();
    auto park = [&self, &w](env::continuation wake) { self->workers_.park(w, std::move(wake)); };
    while (!self->ending()) {
        auto next = self->lanes_.next();
        if (!next) {
            co_await env::suspend(park);
            continue;
        }
        // It may have waited long for its turn.
        if (self->drop_expired(next->job.message, progress::begun)) {
            self->lanes_.finish(next->lane);
            self->settle_now();
            continue;
        }
        job& j = next->job;
        w.place->now.message = &j.message;
        w.place->now.answered = false;
        attempt_end how;
        bool known = false;
        // Each attempt begins with a cancellation of its own, whatever the handler before has done to its.
        co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
        co_await asio::this_coro::throw_if_cancelled(true);
        try {
            if (self->surrounded_)
                co_await attempt_around(self->parts_, self->surroundings_, j.message, *j.entry, known);
            else if (j.entry->start)
                co_await j.entry->start(self->parts_.handler.get(), j.message, self->parts_.answers);
            else
                j.entry->call(self->parts_.handler.get(), j.message, self->parts_.answers);
        } catch (...) {
            how.error = std::current_exception();
        }
        how.answered = w.place->now.answered;
        // Where the handler has closed its service, Asio would otherwise throw out of the context's run() in the
        // end.
        co_await asio::this_coro::throw_if_cancelled(false);
        // What the handler has detached goes on for the delivery that has ended; the next one gets another worker.
        bool const shared = w.is_shared();
        if (shared)
            w.place->keep();
        else
            w.place->now.message = nullptr;
        if (self->ending()) co_return; // stop() gives it back: its reply, if any, was not sent any more
        if (known) self->end_known(j.message);
        auto const pause = known ? std::nullopt : self->conclude(j, how);
        if (self->stopped_) co_return; // by whom it told of that; nothing waits or is parked any more
        if (pause) {
            self->lanes_.park(next->lane);
            self->park(std::move(*next), *pause);
        } else {
            self->lanes_.finish(next->lane);
        }
        self->settle_now();
        if (shared) co_return;
    }
}

} // namespace fairway::detail

#endif
