// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The real clock, which sees on which thread its alarms are used and destroyed.
#ifndef FAIRWAY_TESTS_ENV_WATCHED_CLOCK_HPP
#define FAIRWAY_TESTS_ENV_WATCHED_CLOCK_HPP

#include <fairway/env/clock.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <thread>
#include <utility>

namespace env_kit {

class watched_clock final : public fairway::env::clock {
public:
    using clock::clock;
    std::unique_ptr<fairway::env::alarm> make_alarm(fairway::asio::any_io_executor executor) override {
        return std::make_unique<watched>(*this, clock::make_alarm(std::move(executor)));
    }
    // From now on alarms belong to this thread.
    void watch() { home_ = std::this_thread::get_id(); }
    void rest() { home_ = std::thread::id(); }
    // How often one was used, or destroyed, on another one.
    int strays() const noexcept { return strays_; }

private:
    struct watched final : fairway::env::alarm {
        watched(watched_clock& c, std::unique_ptr<fairway::env::alarm> a) : by(c), inner(std::move(a)) {}
        ~watched() override { by.see(); }
        void set(fairway::env::steady_point when, std::function<void()> ring) override {
            by.see();
            inner->set(when, std::move(ring));
        }
        void cancel() override {
            by.see();
            inner->cancel();
        }
        watched_clock& by;
        std::unique_ptr<fairway::env::alarm> inner;
    };
    void see() {
        auto const home = home_.load();
        if (home != std::thread::id() && home != std::this_thread::get_id()) ++strays_;
    }

    std::atomic<std::thread::id> home_{};
    std::atomic<int> strays_{0};
};

// A context with that clock; a thread runs it from `start` to `stop`.
struct threaded {
    ~threaded() { stop(); }
    void start() {
        runner = std::thread([this] {
            clock.watch();
            io.run();
            clock.rest();
        });
    }
    void stop() {
        work.reset();
        io.stop();
        if (runner.joinable()) runner.join();
    }
    // What `f` returns, on that thread.
    template <class F>
    auto ask(F f) {
        std::packaged_task<decltype(f())()> question(std::move(f));
        auto answer = question.get_future();
        fairway::asio::post(io, [&question] { question(); });
        return answer.get();
    }
    template <class F>
    void until(F f) {
        while (!ask(f)) std::this_thread::yield();
    }

    fairway::asio::io_context io{1};
    watched_clock& clock = fairway::asio::make_service<watched_clock>(io);
    fairway::asio::executor_work_guard<fairway::asio::io_context::executor_type> work{io.get_executor()};
    std::thread runner;
};

} // namespace env_kit

#endif
