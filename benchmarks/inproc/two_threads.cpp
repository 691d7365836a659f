// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Two threads: one makes messages, the other handles and frees them.
// needs: caf concurrentqueue
// g++ 12 sees an overflow in an atomic load of the concurrent queue where there is none.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wstringop-overflow"
#endif

#include "../kit.hpp"
#include "caf_peer.hpp"
#include "order.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>

#include <concurrentqueue.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
using bench::naive_message;
using bench::process;

// A process on a thread of its own.
class running_process {
public:
    ~running_process() {
        process_.stop();
        thread_.join();
    }
    process& operator*() { return process_; }
    process* operator->() { return &process_; }

private:
    process process_;
    std::thread thread_{[this] { process_.run(); }};
};

class fairway_pair {
public:
    fairway_pair() {
        stock_.handle<shop::placed_orders>([this](shop::order_placed const& o) {
            handled_.store(handled_.load(std::memory_order_relaxed) + (o.quantity > 0), std::memory_order_relaxed);
        });
        stock_.start();
    }
    // Closed on its own thread: a service is used on its executor.
    ~fairway_pair() {
        asio::post(there_->context(), [this] { stock_.close(); });
    }

    void try_send(std::size_t n) {
        std::size_t const before = handled_;
        for (std::size_t i = 0; i < n; ++i)
            while (port_.try_send(order_, options_)) std::this_thread::yield();
        wait_for(before + n);
    }
    void send_all(std::size_t n, std::size_t burst) {
        std::size_t const before = handled_;
        asio::co_spawn(here_.context(), sending(n, burst), asio::detached);
        here_.run();
        wait_for(before + n);
    }

private:
    fairway::task<> sending(std::size_t n, std::size_t burst) {
        std::vector<shop::order_placed> orders(burst);
        for (std::size_t left = n; left > 0;) {
            if (left < burst) orders.resize(left);
            auto const outcomes = co_await port_.send_all(orders, options_);
            left -= outcomes.size();
        }
        here_.stop();
    }
    void wait_for(std::size_t n) const {
        while (handled_.load(std::memory_order_relaxed) != n) std::this_thread::yield();
    }

    fairway::inproc::hub hub_;
    std::atomic<std::size_t> handled_{0};
    process here_;
    running_process there_;
    fairway::service stock_{fairway::inproc(there_->executor(), hub_), "stock"};
    fairway::service shop_{fairway::inproc(here_.executor(), hub_), "shop"};
    fairway::sender_port<shop::placed_orders> port_ = shop_.sender<shop::placed_orders>();
    fairway::send_options options_ = bench::order_options();
    shop::order_placed order_;
};

class moodycamel_pair {
public:
    ~moodycamel_pair() {
        stopped_ = true;
        thread_.join();
    }
    void operator()(std::size_t n, std::size_t burst) {
        std::size_t const before = handled_;
        std::vector<naive_message> messages;
        for (std::size_t sent = 0; sent < n;) {
            std::size_t const now = std::min(burst, n - sent);
            while (sent > handled_.load(std::memory_order_relaxed) - before + 10'000) std::this_thread::yield();
            messages.resize(now);
            for (auto& each : messages) each = naive_message();
            queue_.enqueue_bulk(producer_, std::make_move_iterator(messages.begin()), now);
            sent += now;
        }
        while (handled_.load(std::memory_order_relaxed) != before + n) std::this_thread::yield();
    }

private:
    void consume() {
        moodycamel::ConsumerToken token(queue_);
        std::vector<naive_message> batch(64);
        while (!stopped_.load(std::memory_order_relaxed)) {
            std::size_t const n = queue_.try_dequeue_bulk(token, batch.begin(), batch.size());
            for (std::size_t i = 0; i < n; ++i) naive_message const freed(std::move(batch[i]));
            handled_.store(handled_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
            if (n == 0) std::this_thread::yield();
        }
    }

    moodycamel::ConcurrentQueue<naive_message> queue_;
    moodycamel::ProducerToken producer_{queue_};
    std::atomic<std::size_t> handled_{0};
    std::atomic<bool> stopped_{false};
    std::thread thread_{[this] { consume(); }};
};

// A channel whose consumer is a coroutine of the other thread.
class channel_pair {
public:
    void operator()(std::size_t n) {
        asio::co_spawn(there_->context(), consume(n), asio::detached);
        asio::co_spawn(here_.context(), produce(n), asio::detached);
        here_.run();
        over_.wait(false);
        over_ = false;
    }

private:
    asio::awaitable<void> produce(std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) {
            naive_message m;
            co_await channel_.async_send(boost::system::error_code(), std::move(m), asio::deferred);
        }
        here_.stop();
    }
    asio::awaitable<void> consume(std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) {
            naive_message const m = co_await channel_.async_receive(asio::deferred);
            bench::keep(&m);
        }
        over_ = true;
        over_.notify_one();
    }

    process here_;
    running_process there_;
    std::atomic<bool> over_{false};
    asio::experimental::concurrent_channel<void(boost::system::error_code, naive_message)> channel_{
        there_->context(), 1024};
};

void measure(std::string const& scenario, std::size_t burst) {
    if (!bench::wanted(scenario)) return;
    constexpr auto size = bench::order_size;
    fairway_pair fairway;
    moodycamel_pair moodycamel;
    channel_pair channel;
    bench::caf_system actors;
    std::vector<bench::peer> peers;
    if (burst == 1)
        peers.emplace_back("fairway-try_send", size, [&](std::size_t n) { fairway.try_send(n); });
    else
        peers.emplace_back("fairway-send_all", size, [&](std::size_t n) { fairway.send_all(n, burst); });
    peers.emplace_back("moodycamel-message", size, [&](std::size_t n) { moodycamel(n, burst); });
    peers.emplace_back("caf-message", size, [&](std::size_t n) { actors.send(n); });
    peers.emplace_back("asio-concurrent-channel-message", size, [&](std::size_t n) { channel(n); });
    bench::print_factors(scenario, peers, bench::run(scenario, peers));
}

} // namespace

int main(int argc, char** argv) {
    bench::begin(argc, argv);
    measure("send_two_threads_burst64", 64);
    measure("send_two_threads_burst8", 8);
    measure("send_two_threads_single", 1);
}
