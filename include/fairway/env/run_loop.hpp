// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_RUN_LOOP_HPP
#define FAIRWAY_ENV_RUN_LOOP_HPP

#include <fairway/env/clock.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/query.hpp>

#include <atomic>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace fairway::env {

/// Something that has work to do on an executor now and then; see `run_loop`.
class runnable {
public:
    runnable() = default;
    runnable(runnable const&) = delete;
    runnable& operator=(runnable const&) = delete;
    virtual ~runnable() = default;
    /// Does it; true where it has used its turn up, so that others on the executor go first.
    virtual bool run() = 0;
};

/// Runs what was woken on one executor, in the order of waking, with one post for all that is woken while it runs: a
/// post for each costs a request and its reply half as much again.
///
/// Others on the executor get their turn after 256 runs, after a run that has used its turn up, or after each where
/// time is virtual, so that a test can stop between any two. Who runs the execution context within a run waits in vain
/// for what is woken meanwhile.
class run_loop : public std::enable_shared_from_this<run_loop> {
public:
    /// Use `of`.
    explicit run_loop(asio::any_io_executor executor)
        : executor_(std::move(executor)), most_(clock::of(executor_).is_virtual() ? 1 : 256) {}

    /// The loop of an executor; all callers get the same one.
    static std::shared_ptr<run_loop> of(asio::any_io_executor const& executor);
    /// Where it runs.
    asio::any_io_executor const& executor() const noexcept { return executor_; }

    /// `who->run()` will be called on the executor, once, unless `who` is gone by then; never before this returns.
    /// Thread-safe.
    void wake(std::weak_ptr<runnable> who) noexcept {
        // Alone it needs no queue.
        std::size_t idle = 0;
        if (pending_.compare_exchange_strong(idle, 1, std::memory_order_acq_rel)) return post(std::move(who));
        {
            std::lock_guard const lock(mutex_);
            waiting_.push_back(std::move(who));
        }
        // Counted after it was put in: whoever counts more than one finds one there.
        if (pending_.fetch_add(1, std::memory_order_acq_rel) == 0) post(next());
    }

private:
    void post(std::weak_ptr<runnable> who) {
        asio::post(
            executor_, [self = shared_from_this(), who = std::move(who)]() mutable { self->run(std::move(who)); });
    }

    void run(std::weak_ptr<runnable> first) {
        // Goes on after an exception, and after the last of a batch, with a post of its own.
        struct rest {
            explicit rest(run_loop& l) : loop(l) {}
            ~rest() {
                if (loop.pending_.fetch_sub(1, std::memory_order_acq_rel) > 1) loop.post(loop.next());
            }
            run_loop& loop;
        } const later(*this);
        for (std::size_t done = 1;; ++done) {
            auto const who = first.lock();
            if (who && who->run()) return;
            if (done >= most_ || pending_.load(std::memory_order_acquire) == 1) return;
            first = next();
            pending_.fetch_sub(1, std::memory_order_acq_rel);
        }
    }
    std::weak_ptr<runnable> next() {
        std::lock_guard const lock(mutex_);
        auto who = std::move(waiting_.front());
        waiting_.pop_front();
        return who;
    }

    asio::any_io_executor executor_;
    std::size_t most_;
    // Those that were woken and have not run to the end; all but one of them are in `waiting_`, or more.
    std::atomic<std::size_t> pending_{0};
    std::mutex mutex_;
    std::deque<std::weak_ptr<runnable>> waiting_;
};

namespace detail {

// The loops of an execution context: few, one for each executor that services run on.
class run_loops : public asio::execution_context::service {
public:
    using key_type = run_loops;
    static inline asio::execution_context::id id;
    explicit run_loops(asio::execution_context& context) : service(context) {}

    std::shared_ptr<run_loop> at(asio::any_io_executor const& executor) {
        std::lock_guard const lock(mutex_);
        std::erase_if(all_, [](auto const& l) { return l.expired(); });
        for (auto const& one : all_)
            if (auto loop = one.lock(); loop && loop->executor() == executor) return loop;
        auto made = std::make_shared<run_loop>(executor);
        all_.push_back(made);
        return made;
    }

private:
    void shutdown() override { all_.clear(); }

    std::mutex mutex_;
    std::vector<std::weak_ptr<run_loop>> all_;
};

} // namespace detail

inline std::shared_ptr<run_loop> run_loop::of(asio::any_io_executor const& executor) {
    return asio::use_service<detail::run_loops>(asio::query(executor, asio::execution::context)).at(executor);
}

} // namespace fairway::env

#endif
