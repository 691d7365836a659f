// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Two threads, each with an io_context: ask, and wait for the answer, one request after the other.
// rivals: caf concurrentqueue sobjectizer
#include "../kit.hpp"
#include "asio_peer.hpp"
#include "fairway_threads_peer.hpp"
#include "order.hpp"
#include "requests.hpp"
#include "rivals.hpp"
#include "threads.hpp"

#include <boost/asio/experimental/concurrent_channel.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
using bench::naive_message;
using bench::process;
using bench::running_process;
using handle = std::shared_ptr<shop::order_placed const>;

template <class Message>
class channel_pair {
public:
    void operator()(std::size_t n) { channels_(n); }

private:
    using channel = asio::experimental::concurrent_channel<void(boost::system::error_code, Message)>;

    process here_;
    running_process there_;
    bench::asio_request<channel, Message> channels_{here_, there_->context()};
};

#if FAIRWAY_RIVAL_CONCURRENTQUEUE
// Two queues whose semaphore spins for some microseconds before it sleeps.
template <class Message>
class moodycamel_pair {
public:
    void operator()(std::size_t n) {
        answerer_.start([this, n] {
            Message question;
            for (std::size_t i = 0; i < n; ++i) {
                requests_.wait_dequeue(question);
                bench::keep(&question);
                replies_.enqueue(Message());
            }
        });
        Message answer;
        for (std::size_t i = 0; i < n; ++i) {
            requests_.enqueue(Message());
            replies_.wait_dequeue(answer);
            bench::keep(&answer);
        }
        answerer_.wait();
    }

private:
    moodycamel::BlockingConcurrentQueue<Message> requests_;
    moodycamel::BlockingConcurrentQueue<Message> replies_;
    bench::helper answerer_;
};
#endif

// The limit: a number goes there and back, and both sides do nothing but look.
class ping_pong {
public:
    void operator()(std::size_t n) {
        auto const first = ping_.load();
        answerer_.start([this, first, n] {
            for (auto i = first + 1; i <= first + n; ++i) {
                while (ping_.load(std::memory_order_acquire) != i) bench::relax();
                pong_.store(i, std::memory_order_release);
            }
        });
        for (auto i = first + 1; i <= first + n; ++i) {
            ping_.store(i, std::memory_order_release);
            while (pong_.load(std::memory_order_acquire) != i) bench::relax();
        }
        answerer_.wait();
    }

private:
    alignas(128) std::atomic<std::size_t> ping_{0};
    alignas(128) std::atomic<std::size_t> pong_{0};
    bench::helper answerer_;
};

void measure(std::string const& scenario) {
    if (!bench::wanted(scenario)) return;
    std::vector<bench::peer> peers;
    auto const add = [&](char const* name, auto const& who) { peers.emplace_back(name, bench::order_size, who); };
    bench::lazy<bench::fairway_request_across<bench::coroutine_handler>> const coroutine;
    add("fairway-coroutine-handler", coroutine);
    add("fairway-plain-handler", bench::lazy<bench::fairway_request_across<bench::plain_handler>>());
#if FAIRWAY_RIVAL_CAF
    // Both actors end up on one of the two workers.
    bench::lazy<bench::caf_system> const actors([] { return std::make_unique<bench::caf_system>(2); });
    peers.emplace_back("caf-request-message", bench::order_size, [&](std::size_t n) { actors->request(n); });
#endif
#if FAIRWAY_RIVAL_SOBJECTIZER
    add("sobjectizer-message", bench::lazy<bench::sobjectizer_pair<naive_message>>());
    add("sobjectizer-body", bench::lazy<bench::sobjectizer_pair<shop::order_placed>>());
#endif
    add("asio-concurrent-channels-message", bench::lazy<channel_pair<naive_message>>());
    add("asio-concurrent-channels-handle", bench::lazy<channel_pair<handle>>());
#if FAIRWAY_RIVAL_CONCURRENTQUEUE
    add("moodycamel-blocking-message", bench::lazy<moodycamel_pair<naive_message>>());
    add("moodycamel-blocking-handle", bench::lazy<moodycamel_pair<handle>>());
#endif
    add("limit-cache-line", bench::lazy<ping_pong>());
    bench::print_factors(scenario, peers, bench::run(scenario, peers));
    if (bench::settings().count == 0 && bench::settings().peer.empty())
        bench::print(
            scenario, "fairway-coroutine-handler", bench::order_size, "idle_load", coroutine->idle_load(), "%");
}

} // namespace

int main(int argc, char** argv) {
    bench::begin(argc, argv);
    bench::pin(0);
    measure("request_two_threads");
}
