// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_WAKE_QUEUE_HPP
#define FAIRWAY_ENV_WAKE_QUEUE_HPP

#include <fairway/detail/std_sync.hpp>

#include <atomic>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace fairway::detail {

// Those that were woken and have not run. One of them at a time is out, to be run; whoever has it goes on with the
// others, so that nothing needs to be scheduled for what is woken meanwhile. What came before `put` happens before the
// run, and each run before the next; the lock sees to that for all that were in the queue, the count for the rest.
template <class T, class Sync = std_sync>
class wake_queue {
public:
    // Puts one in. What is given back, if anything, the caller must have run: nobody else will. Thread-safe.
    std::optional<T> put(T who) {
        // Alone it needs no queue.
        std::size_t idle = 0;
        if (pending_.compare_exchange_strong(idle, 1, std::memory_order_acquire, std::memory_order_relaxed)) return who;
        {
            std::lock_guard const lock(mutex_);
            Sync::use(waiting_).push_back(std::move(who));
        }
        // Counted after it was put in: whoever counts more than one finds one there.
        if (pending_.fetch_add(1, std::memory_order_acquire) == 0) return next();
        return std::nullopt;
    }

    // For who has run the one that was out: the one to run next, if there is any.
    bool has_more() const noexcept { return pending_.load(std::memory_order_relaxed) > 1; }
    T take() {
        T who = next();
        pending_.fetch_sub(1, std::memory_order_relaxed);
        return who;
    }
    // For who stops: what is given back must be run by others.
    std::optional<T> stop() {
        if (pending_.fetch_sub(1, std::memory_order_release) > 1) return next();
        return std::nullopt;
    }

private:
    T next() {
        std::lock_guard const lock(mutex_);
        auto& waiting = Sync::use(waiting_);
        T who = std::move(waiting.front());
        waiting.pop_front();
        return who;
    }

    // Those that were put in and are not done; all but one of them are in `waiting_`, or more.
    typename Sync::template atomic<std::size_t> pending_{0};
    typename Sync::mutex mutex_;
    typename Sync::template plain<std::deque<T>> waiting_;
};

} // namespace fairway::detail

#endif
