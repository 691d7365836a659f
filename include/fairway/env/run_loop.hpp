// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_RUN_LOOP_HPP
#define FAIRWAY_ENV_RUN_LOOP_HPP

#include <fairway/env/brief_mutex.hpp>
#include <fairway/env/clock.hpp>
#include <fairway/env/station_flag.hpp>
#include <fairway/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/query.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
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

namespace detail {

// What stands for a runnable in a run loop. It belongs to the runnable's `waker`, and to the loop while it is queued.
struct station {
    std::weak_ptr<runnable> who;
    basic_station_flag<> flag{};
    station* next = nullptr;
};

// Stations in their order.
class station_queue {
public:
    bool empty() const noexcept { return !first_; }
    void push(station* s) noexcept {
        s->next = nullptr;
        (first_ ? last_->next : first_) = s;
        last_ = s;
    }
    station* pop() noexcept { return std::exchange(first_, first_->next); }
    void push_all(station_queue& of) noexcept {
        if (of.empty()) return;
        (first_ ? last_->next : first_) = of.first_;
        last_ = of.last_;
        of.first_ = nullptr;
    }

private:
    station* first_ = nullptr;
    station* last_ = nullptr;
};

// The runnable, where it is still there, which may be woken again from now on.
inline std::shared_ptr<runnable> arrive(station* s) noexcept {
    auto who = s->who.lock();
    if (who)
        s->flag.leave();
    else if (s->flag.abandon())
        delete s;
    return who;
}

} // namespace detail

/// Runs what was woken on one executor, in the order of waking, with one post for all that is woken while it runs: a
/// post for each costs a request and its reply half as much again.
///
/// Others on the executor get their turn after 256 runs, after a run that has used its turn up, or after each where
/// time is virtual, so that a test can stop between any two. Who runs the execution context within a run waits in vain
/// for what is woken meanwhile.
class run_loop {
public:
    /// Use `of`.
    run_loop(asio::any_io_executor executor, duration spin)
        : executor_(std::move(executor)),
          io_(executor_.target<asio::io_context::executor_type>()),
          clock_(clock::of(executor_)),
          most_(clock_.is_virtual() ? 1 : 256),
          spin_(spin.count()) {}
    run_loop(run_loop const&) = delete;
    run_loop& operator=(run_loop const&) = delete;
    ~run_loop() {
        local_.push_all(waiting_);
        while (!local_.empty()) detail::arrive(local_.pop());
    }

    /// The loop of an executor; all callers get the same one.
    static std::shared_ptr<run_loop> of(asio::any_io_executor const& executor);
    /// Where it runs.
    asio::any_io_executor const& executor() const noexcept { return executor_; }
    /// See `set_spin_budget`.
    void set_spin(duration d) noexcept { spin_.store(d.count(), std::memory_order_relaxed); }
    /// True where nothing is woken.
    bool idle() {
        std::lock_guard const lock(mutex_);
        return !posted_;
    }

    /// Its execution context ends: what is woken from now on never runs.
    void end() noexcept {
        std::lock_guard const lock(mutex_);
        posted_ = true; // so that nobody does
    }

private:
    friend class waker;

    void wake(detail::station* s) noexcept {
        if (!s->flag.enter()) return;
        if (running_here_ == this) return local_.push(s);
        bool post_it = false;
        {
            std::lock_guard const lock(mutex_);
            waiting_.push(s);
            some_wait_.store(true, std::memory_order_release);
            post_it = !std::exchange(posted_, true);
        }
        if (post_it) post();
    }

    void post() {
        // The context has the loop for as long as it may be posted. Without the erased executor it takes a third.
        auto turn = [this] { run(); };
        if (io_)
            asio::post(*io_, turn);
        else
            asio::post(executor_, turn);
    }

    void run() {
        // However it ends, what is left runs later.
        struct turn {
            explicit turn(run_loop& l) noexcept : loop(l), before(std::exchange(running_here_, &l)) {}
            turn(turn const&) = delete;
            turn& operator=(turn const&) = delete;
            ~turn() {
                running_here_ = before;
                if (!over && loop.posted_here_ && loop.take_waiting()) loop.post();
            }
            run_loop& loop;
            run_loop* before;
            bool over = false; // nobody may have the loop any more
        } mine(*this);
        posted_here_ = true;
        take_waiting();
        for (std::size_t done = 0; done < most_; ++done) {
            if (local_.empty()) look_out();
            if (local_.empty() && !take_waiting()) {
                mine.over = true;
                return;
            }
            auto const who = detail::arrive(local_.pop());
            if (who && who->run()) return;
        }
    }
    // Waits for what others wake, for as long as the budget says.
    void look_out() const noexcept {
        duration const budget(spin_.load(std::memory_order_relaxed));
        if (budget == duration::zero() || clock_.is_virtual()) return;
        for (auto const until = clock_.steady_now() + budget; clock_.steady_now() < until;)
            for (int i = 0; i < 16; ++i) {
                if (some_wait_.load(std::memory_order_relaxed)) return;
                spin_pause();
            }
    }
    // False where there is nothing to do any more: from then on the next one that is woken posts.
    bool take_waiting() noexcept {
        std::lock_guard const lock(mutex_);
        local_.push_all(waiting_);
        some_wait_.store(false, std::memory_order_relaxed);
        posted_ = posted_here_ = !local_.empty();
        return posted_here_;
    }

    // Which one runs on this thread: what is woken by what it runs needs neither lock nor post.
    static inline constinit thread_local run_loop* running_here_ = nullptr;

    asio::any_io_executor executor_;
    // What is in it, mostly.
    asio::io_context::executor_type const* io_;
    clock& clock_;
    std::size_t most_;
    std::atomic<duration::rep> spin_;
    // Used where the loop runs only.
    detail::station_queue local_;
    bool posted_here_ = false; // as `posted_`
    brief_mutex mutex_;
    // Woken from elsewhere.
    detail::station_queue waiting_;
    std::atomic<bool> some_wait_{false};
    // It will run, or is running.
    bool posted_ = false;
};

/// Wakes one runnable on a loop; a member of it, and gone with it.
class waker {
public:
    /// For `who`, on `loop`.
    waker(std::shared_ptr<run_loop> loop, std::weak_ptr<runnable> who)
        : loop_(std::move(loop)), station_(new detail::station{std::move(who)}) {}
    waker(waker const&) = delete;
    waker& operator=(waker const&) = delete;
    ~waker() {
        if (station_->flag.retire()) delete station_;
    }

    /// `run()` will be called on the loop's executor, unless the runnable is gone by then; never before this returns,
    /// and once for all calls up to when it begins. Thread-safe.
    void wake() const noexcept { loop_->wake(station_); }

private:
    std::shared_ptr<run_loop> loop_;
    detail::station* station_;
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
        // Those that nobody uses any more, and that will not run.
        std::erase_if(all_, [](auto const& l) { return l.use_count() == 1 && l->idle(); });
        for (auto const& one : all_)
            if (one->executor() == executor) return one;
        return all_.emplace_back(std::make_shared<run_loop>(executor, spin_));
    }
    void set_spin(duration budget) {
        std::lock_guard const lock(mutex_);
        spin_ = budget;
        for (auto const& one : all_) one->set_spin(budget);
    }

private:
    void shutdown() override {
        for (auto const& one : all_) one->end();
        all_.clear();
    }

    std::mutex mutex_;
    std::vector<std::shared_ptr<run_loop>> all_;
    duration spin_{0};
};

} // namespace detail

inline std::shared_ptr<run_loop> run_loop::of(asio::any_io_executor const& executor) {
    return asio::use_service<detail::run_loops>(asio::query(executor, asio::execution::context)).at(executor);
}

/// Lets the services of an execution context look out for what other threads send them, for `budget` (zero, which is
/// the default, for not at all) after they have run out of work and before their thread may sleep. Requests between
/// threads are then spared the waking of both: one after the other, they take 1.4 us instead of 49 (2 vCPUs).
///
/// The price is a core that is busy for `budget` each time, while everything else on the context waits for as long;
/// after that nothing is used. Worth it for a context that has a core of its own. Thread-safe.
/// Throws `errc::invalid_argument` for a negative one or one above 10 ms.
inline void set_spin_budget(asio::execution_context& context, duration budget) {
    if (budget < duration::zero() || budget > std::chrono::milliseconds(10))
        fairway::detail::fail(errc::invalid_argument, "a spin budget is 0 to 10 ms");
    asio::use_service<detail::run_loops>(context).set_spin(budget);
}

} // namespace fairway::env

namespace fairway {
using env::set_spin_budget;
} // namespace fairway

#endif
