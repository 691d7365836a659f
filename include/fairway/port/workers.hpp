// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_WORKERS_HPP
#define FAIRWAY_PORT_WORKERS_HPP

#include <fairway/env/execute.hpp>
#include <fairway/env/handled.hpp>
#include <fairway/env/spawn.hpp>
#include <fairway/env/suspend.hpp>

#include <boost/asio/cancellation_signal.hpp>

#include <cstddef>
#include <iterator>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fairway::detail {

// A coroutine that handles one delivery after another, and parks where there is nothing to do: none is spawned per
// message. It runs on an executor of its own, so that whatever a handler awaits, the library knows for which delivery.
struct worker {
    explicit worker(asio::any_io_executor const& executor, std::string_view channel)
        : place(std::make_shared<env::handling_executor::place>(executor, channel)) {}

    std::shared_ptr<env::handling_executor::place> place;
    asio::cancellation_signal signal;
    // What resumes it while it is parked.
    std::optional<env::continuation> parked;
    // How many copies of its executor there are while it handles nothing.
    long copies = 0;

    // True where something that the handler started goes on after it has ended, for the delivery that has ended: it
    // keeps the executor. While a coroutine runs, Asio holds up to two copies more or less, so that fewer say nothing.
    bool is_shared() const noexcept {
        return place->queued.load(std::memory_order_relaxed) > 0 || owners() > copies + 2;
    }
    // What holds the executor, but for what runs on it at the moment.
    long owners() const noexcept { return place.use_count() - place->running; }
};

// The workers of a consumer. Used on its executor only.
class workers {
public:
    workers(asio::any_io_executor executor, std::string channel, std::size_t most)
        : executor_(std::move(executor)), channel_(std::move(channel)), most_(most) {}

    // Wakes a parked worker, if there is one.
    bool wake_parked() {
        if (parked_.empty()) return false;
        worker* const w = parked_.back();
        parked_.pop_back();
        env::continuation wake(std::move(*w->parked));
        w->parked.reset();
        env::handling_scope const scope(w->place->now);
        std::move(wake)();
        return true;
    }

    bool may_start() const noexcept { return all_.size() < most_; }
    worker& add() { return all_.emplace_back(executor_, channel_); }
    // Starts the coroutine of a worker that was added last; `owner`, which owns this, lives until it has ended, and is
    // told then: `owner->worker_gone()`.
    template <class Owner>
    void start(worker& w, task<> work, std::shared_ptr<Owner> owner) {
        auto const at = std::prev(all_.end());
        auto ended = [this, at, owner = std::move(owner)] {
            // Later: the coroutine has not let its cancellation slot go yet.
            env::post(executor_, [this, at, owner] {
                all_.erase(at);
                owner->worker_gone();
            });
        };
        env::spawn(asio::any_io_executor(env::handling_executor(w.place)), std::move(work), ended, w.signal.slot());
    }

    void park(worker& w, env::continuation wake) {
        w.parked.emplace(std::move(wake));
        parked_.push_back(&w);
    }

    // Cancels what handlers wait for, and lets parked workers end.
    void stop() {
        for (auto& w : all_) w.signal.emit(asio::cancellation_type::terminal);
        auto parked = std::move(parked_);
        parked_.clear();
        for (worker* const w : parked) {
            env::continuation wake(std::move(*w->parked));
            w->parked.reset();
            std::move(wake)();
        }
    }

    // The execution context goes: drops parked coroutines without resuming them.
    void abandon() {
        parked_.clear();
        for (auto& w : all_) {
            w.parked.reset();
            w.place->release();
        }
    }

private:
    asio::any_io_executor executor_;
    std::string channel_;
    std::size_t most_;
    std::list<worker> all_;
    std::vector<worker*> parked_;
};

} // namespace fairway::detail

#endif
