// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What the benchmarks between two threads share: the main thread is on processor 0, the other one on processor 1.
#ifndef FAIRWAY_BENCHMARKS_INPROC_THREADS_HPP
#define FAIRWAY_BENCHMARKS_INPROC_THREADS_HPP

#include "../kit.hpp"
#include "order.hpp"

#include <sched.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <thread>
#include <utility>

namespace bench {

/// Tells the processor that the thread spins.
inline void relax() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

/// Threads that are started while it lives are on the k-th processor; the calling one returns to where it was.
class start_on {
public:
    explicit start_on(std::size_t k) {
        sched_getaffinity(0, sizeof before_, &before_);
        pin(k);
    }
    start_on(start_on const&) = delete;
    start_on& operator=(start_on const&) = delete;
    ~start_on() { sched_setaffinity(0, sizeof before_, &before_); }

private:
    cpu_set_t before_;
};

/// A process on a thread of its own, on the k-th processor.
class running_process {
public:
    explicit running_process(std::size_t k = 1)
        : thread_([this, k] {
              pin(k);
              process_.context().run();
          }) {}
    ~running_process() {
        process_.stop();
        thread_.join();
    }
    process& operator*() { return process_; }
    process* operator->() { return &process_; }
    /// Does something on its thread and waits until it is done: a service is used on its own thread.
    template <class Work>
    void do_there(Work&& work) {
        std::atomic<bool> done{false};
        boost::asio::post(process_.context(), [&] {
            work();
            done = true;
            done.notify_one();
        });
        done.wait(false);
    }

private:
    process process_;
    std::thread thread_;
};

/// A thread on the k-th processor for the consumers of rivals that are queues alone. It sleeps between two jobs, so
/// that it takes nothing away from the other peers.
class helper {
public:
    explicit helper(std::size_t k = 1)
        : thread_([this, k] {
              pin(k);
              work();
          }) {}
    helper(helper const&) = delete;
    helper& operator=(helper const&) = delete;
    ~helper() {
        begin(state::over);
        thread_.join();
    }
    /// Begins a job; the last one has ended.
    void start(std::function<void()> job) {
        job_ = std::move(job);
        begin(state::busy);
    }
    /// Until the job has ended.
    void wait() const { state_.wait(state::busy); }

private:
    enum class state { idle, busy, over };

    void begin(state s) {
        state_ = s;
        state_.notify_all();
    }
    void work() {
        for (;;) {
            state_.wait(state::idle);
            if (state_ == state::over) return;
            job_();
            begin(state::idle);
        }
    }

    std::function<void()> job_;
    std::atomic<state> state_{state::idle};
    std::thread thread_;
};

/// Where consumers count what they have handled. The producer may be 10,000 ahead, as with Fairway's queues.
class finish_line {
public:
    /// Counts one; true for the n-th. With one consumer only.
    bool pass(std::size_t n = 1) {
        auto const now = done_.load(std::memory_order_relaxed) + n;
        done_.store(now, std::memory_order_relaxed);
        if (now != wanted_) return false;
        over_.store(true, std::memory_order_release);
        over_.notify_one();
        return true;
    }
    /// From now on n are wanted.
    void start(std::size_t n) {
        wanted_ = n;
        done_.store(0, std::memory_order_relaxed);
        over_.store(false, std::memory_order_release);
    }
    bool is_over() const { return over_.load(std::memory_order_acquire); }
    void wait() const { over_.wait(false, std::memory_order_acquire); }
    /// Before the producer makes the i-th message, of which each is handled `times` times. It looks now and then, since
    /// the look takes a cache line away from the consumer.
    void keep_near(std::size_t i, std::size_t times = 1) const {
        if (i % 32 != 0) return;
        while (done_.load(std::memory_order_relaxed) + 10'000 < i * times) std::this_thread::yield();
    }

private:
    std::size_t wanted_ = 0;
    alignas(128) std::atomic<std::size_t> done_{0};
    alignas(128) std::atomic<bool> over_{false};
};

/// The limit of what goes from one thread to one other: a ring in which each side remembers how far the other one was
/// (as in Disruptor and the "FastForward" queue of Giacomoni, Moseley, Vachharajani, 2008).
template <class T, std::size_t Size>
class spsc_ring {
    static_assert((Size & (Size - 1)) == 0);

public:
    bool push(T&& value) {
        auto const at = tail_.load(std::memory_order_relaxed);
        if (at - head_seen_ == Size) {
            head_seen_ = head_.load(std::memory_order_acquire);
            if (at - head_seen_ == Size) return false;
        }
        items_[at % Size] = std::move(value);
        tail_.store(at + 1, std::memory_order_release);
        return true;
    }
    bool pop(T& into) {
        auto const at = head_.load(std::memory_order_relaxed);
        if (at == tail_seen_) {
            tail_seen_ = tail_.load(std::memory_order_acquire);
            if (at == tail_seen_) return false;
        }
        into = std::move(items_[at % Size]);
        head_.store(at + 1, std::memory_order_release);
        return true;
    }

private:
    // Two lines apart: processors fetch pairs of them.
    alignas(128) std::atomic<std::size_t> tail_{0};
    std::size_t head_seen_ = 0;
    alignas(128) std::atomic<std::size_t> head_{0};
    std::size_t tail_seen_ = 0;
    alignas(128) std::array<T, Size> items_{};
};

} // namespace bench

#endif
