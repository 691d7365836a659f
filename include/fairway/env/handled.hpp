// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_HANDLED_HPP
#define FAIRWAY_ENV_HANDLED_HPP

#include <fairway/env/task.hpp>
#include <fairway/envelope/delivery.hpp>

#include <boost/asio/execution.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace fairway::env {

/// The delivery for which the code that runs now works: what it sends is caused by it, and inherits its deadline.
struct handled {
    /// The delivery; null where the code works for none.
    delivery const* message = nullptr;
    /// The channel that it came from.
    std::string_view channel;
    /// Whether it was answered meanwhile.
    mutable bool answered = false;
};

/// Knows, on each thread, what is being handled there.
class handling_scope {
public:
    /// From now on, until this is destroyed, `what` is being handled by this thread. Not to live across a suspension.
    explicit handling_scope(handled const& what) noexcept : before_(std::exchange(now_, &what)) {}
    handling_scope(handling_scope const&) = delete;
    handling_scope& operator=(handling_scope const&) = delete;
    ~handling_scope() { now_ = before_; }

    /// The delivery for which this thread works; null for none.
    static delivery const* message() noexcept { return now_ ? now_->message : nullptr; }
    /// Notes that a request was answered, if it is the one for which this thread works.
    static void answered(message_id request) noexcept {
        if (now_ && now_->message && now_->message->id() == request) now_->answered = true;
    }
    /// The channel that it came from; empty for none.
    static std::string_view channel() noexcept { return now_ && now_->message ? now_->channel : std::string_view(); }

private:
    static inline thread_local handled const* now_ = nullptr;
    handled const* before_;
};

/// An executor that is another one, but for one thing: what runs on it works for the delivery of the moment, set by
/// whoever made it. So a coroutine that handles a delivery does so across all its suspensions, whatever it awaits.
class handling_executor {
public:
    /// What the copies of one executor share: where it runs, and for what.
    struct place {
        /// Runs on `executor`, whose context has work to do until `release`, for deliveries of `channel`.
        place(asio::any_io_executor const& executor, std::string_view channel)
            : channel_name(channel),
              possibly(executor),
              never(asio::require(executor, asio::execution::blocking.never)),
              work(asio::prefer(executor, asio::execution::outstanding_work.tracked)) {
            now.channel = channel_name;
        }
        place(place const&) = delete;
        place& operator=(place const&) = delete;

        /// Goes on to stand for the delivery of the moment, which may end: somebody still works for it.
        void keep() {
            if (now.message) kept = *now.message;
            now.message = &kept;
        }

        /// Lets the context end; nothing may run on the executor any more.
        void release() { work = asio::any_io_executor(); }

        /// The name behind `now.channel`.
        std::string channel_name;
        /// Where it runs, at once where that is possible.
        asio::any_io_executor const possibly;
        /// Where it runs, never at once.
        asio::any_io_executor const never;
        /// Keeps the context at work.
        asio::any_io_executor work;
        /// For what; changed only on the executor.
        handled now;
        /// The delivery after `keep`.
        delivery kept;
        /// What was handed to `possibly` or `never` and has not begun to run.
        std::atomic<std::size_t> queued{0};
        /// What runs at the moment, one within the other; changed only where it runs.
        long running = 0;
    };

    /// A copy.
    explicit handling_executor(std::shared_ptr<place> where) noexcept : where_(std::move(where)) {}

    /// Where it runs.
    asio::execution_context& query(asio::execution::context_t) const noexcept {
        return asio::query(where_->possibly, asio::execution::context);
    }
    /// Whether a call may run at once.
    asio::execution::blocking_t query(asio::execution::blocking_t) const noexcept {
        return never_ ? asio::execution::blocking_t(asio::execution::blocking.never)
                      : asio::execution::blocking_t(asio::execution::blocking.possibly);
    }
    /// The same, never at once.
    handling_executor require(asio::execution::blocking_t::never_t) const noexcept { return {where_, true}; }
    /// The same, at once where that is possible.
    handling_executor require(asio::execution::blocking_t::possibly_t) const noexcept { return {where_, false}; }

    /// Runs `f`.
    template <class F>
    void execute(F&& f) const {
        auto const& inner = never_ ? where_->never : where_->possibly;
        where_->queued.fetch_add(1, std::memory_order_relaxed);
        inner.execute(within<std::decay_t<F>>{where_, std::forward<F>(f)});
    }

    /// Where it runs, without the delivery.
    asio::any_io_executor const& inner() const noexcept { return where_->possibly; }

    friend bool operator==(handling_executor const& a, handling_executor const& b) noexcept {
        return a.where_ == b.where_ && a.never_ == b.never_;
    }
    friend bool operator!=(handling_executor const& a, handling_executor const& b) noexcept { return !(a == b); }

private:
    handling_executor(std::shared_ptr<place> where, bool never) noexcept : where_(std::move(where)), never_(never) {}

    struct running {
        explicit running(place& p) noexcept : where(p) { ++where.running; }
        running(running const&) = delete;
        running& operator=(running const&) = delete;
        ~running() { --where.running; }
        place& where;
    };

    template <class F>
    struct within {
        // Owned: `f` may come from elsewhere, and outlive all that was started on this executor.
        std::shared_ptr<place> where;
        F f;
        void operator()() {
            where->queued.fetch_sub(1, std::memory_order_relaxed);
            running const count(*where);
            handling_scope const scope(where->now);
            f();
        }
    };

    std::shared_ptr<place> where_;
    bool never_ = false;
};

} // namespace fairway::env

#endif
