// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_TURNS_HPP
#define FAIRWAY_ENV_TURNS_HPP

#include <fairway/env/execute.hpp>
#include <fairway/env/suspend.hpp>
#include <fairway/error.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>

#include <list>
#include <memory>
#include <optional>
#include <utility>

namespace fairway::env {

/// Lets coroutines of one serial executor do something one after another: first come, first served.
class turns : public std::enable_shared_from_this<turns> {
public:
    /// For coroutines on `executor`.
    explicit turns(asio::any_io_executor executor) : executor_(std::move(executor)) {}

    /// A coroutine's turn: a variable in it, which gives the turn to the next one when it goes.
    class turn {
    public:
        /// Nobody's turn yet: await `begin`.
        explicit turn(std::shared_ptr<turns> among) : among_(std::move(among)) {}
        turn(turn const&) = delete;
        turn& operator=(turn const&) = delete;
        ~turn() {
            if (mine_) among_->pass_on();
        }

        /// Waits until it is this coroutine's turn. Cancellable: throws `errc::cancelled`.
        task<> begin() {
            error_code ended;
            auto wait = [&](continuation c) { among_->wait(mine_, ended, std::move(c)); };
            if (std::exchange(among_->taken_, true))
                co_await suspend(wait);
            else
                mine_ = true;
            if (ended) fairway::detail::fail(errc::cancelled, "waiting for a turn");
        }

    private:
        std::shared_ptr<turns> among_;
        bool mine_ = false;
    };

private:
    // Owned by the list while it waits. The circle that this makes ends with the coroutine whose turn it is: that one
    // is owned by what it waits for, and passes its turn on even where its execution context is destroyed.
    struct waiter {
        waiter(bool& m, error_code& i, continuation w) : mine(m), into(i), wake(std::in_place, std::move(w)) {}
        bool& mine;
        error_code& into;
        std::optional<continuation> wake;

        void resume() {
            if (!wake) return;
            continuation c(std::move(*wake));
            wake.reset();
            env::resume(std::move(c));
        }
    };

    void wait(bool& mine, error_code& into, continuation c) {
        auto slot = asio::get_associated_cancellation_slot(c);
        auto const w = std::make_shared<waiter>(mine, into, std::move(c));
        if (slot.is_connected())
            slot.assign([weak = std::weak_ptr(w), all = weak_from_this()](asio::cancellation_type) {
                auto const one = weak.lock();
                auto const self = all.lock();
                if (one && self) self->give_up(one);
            });
        waiting_.push_back(w);
    }
    void give_up(std::shared_ptr<waiter> const& w) {
        waiting_.remove(w);
        if (w->wake) w->into = errc::cancelled;
        w->resume();
    }
    void pass_on() {
        if (waiting_.empty()) {
            taken_ = false;
            return;
        }
        // It is its turn now, also where it is dropped before it is resumed: its `turn` then passes it on.
        auto const w = std::move(waiting_.front());
        waiting_.pop_front();
        w->mine = true;
        post(executor_, [w] { w->resume(); });
    }

    asio::any_io_executor executor_;
    std::list<std::shared_ptr<waiter>> waiting_;
    bool taken_ = false;
};

} // namespace fairway::env

#endif
