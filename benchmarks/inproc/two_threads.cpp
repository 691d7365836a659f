// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Two threads: one makes messages, the other handles and frees them.
// rivals: caf concurrentqueue sobjectizer
#include "../kit.hpp"
#include "asio_peer.hpp"
#include "fairway_threads_peer.hpp"
#include "order.hpp"
#include "rivals.hpp"
#include "threads.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
using bench::naive_message;
using bench::process;
using bench::running_process;

#if FAIRWAY_RIVAL_CONCURRENTQUEUE
// A queue alone; its consumer asks it again and again.
class moodycamel_pair {
public:
    void operator()(std::size_t n, std::size_t burst) {
        line_.start(n);
        consumer_.start([this] { consume(); });
        std::vector<naive_message> messages;
        for (std::size_t sent = 0; sent < n;) {
            std::size_t const now = std::min(burst, n - sent);
            line_.keep_near(sent);
            messages.resize(now);
            for (auto& each : messages) each = naive_message();
            queue_.enqueue_bulk(producer_, std::make_move_iterator(messages.begin()), now);
            sent += now;
        }
        consumer_.wait();
    }

private:
    void consume() {
        moodycamel::ConsumerToken token(queue_);
        std::vector<naive_message> batch(64);
        for (bool over = false; !over;) {
            std::size_t const n = queue_.try_dequeue_bulk(token, batch.begin(), batch.size());
            for (std::size_t i = 0; i < n; ++i) naive_message const freed(std::move(batch[i]));
            if (n == 0)
                bench::relax();
            else
                over = line_.pass(n);
        }
    }

    moodycamel::ConcurrentQueue<naive_message> queue_;
    moodycamel::ProducerToken producer_{queue_};
    bench::finish_line line_;
    bench::helper consumer_;
};
#endif

// The limit: a message is one block, and blocks go back through a ring of their own, so that nothing is allocated.
class block_ring_pair {
public:
    block_ring_pair() {
        for (auto const& [name, value] : bench::make_headers()) headers_ += name + '=' + value + ';';
        for (auto& each : blocks_) back_->push(&each);
    }
    void operator()(std::size_t n) {
        consumer_.start([this, n] { consume(n); });
        for (std::size_t i = 0; i < n; ++i) {
            block* b = nullptr;
            while (!back_->pop(b)) bench::relax();
            std::memcpy(b->headers.data(), headers_.data(), headers_.size());
            b->order = order_;
            while (!there_->push(std::move(b))) bench::relax();
        }
        consumer_.wait();
    }

private:
    struct alignas(64) block {
        shop::order_placed order;
        std::array<char, 192> headers;
    };
    using ring = bench::spsc_ring<block*, 1024>;

    void consume(std::size_t n) {
        for (std::size_t i = 0; i < n;) {
            block* b = nullptr;
            if (there_->pop(b)) {
                handled_ += b->order.quantity > 0;
                while (!back_->push(std::move(b))) bench::relax();
                ++i;
            } else {
                bench::relax();
            }
        }
    }

    std::string headers_;
    shop::order_placed order_;
    std::size_t handled_ = 0;
    std::vector<block> blocks_ = std::vector<block>(256);
    std::unique_ptr<ring> there_ = std::make_unique<ring>();
    std::unique_ptr<ring> back_ = std::make_unique<ring>();
    bench::helper consumer_;
};

// A channel whose consumer is a coroutine of the other thread.
class channel_pair {
public:
    void operator()(std::size_t n) {
        line_.start(n);
        auto const count = [this] { line_.pass(); };
        asio::co_spawn(there_->context(), bench::receive_each<naive_message>(channel_, n, count), asio::detached);
        here_.run(bench::send_each<naive_message>(channel_, n));
        line_.wait();
    }

private:
    bench::finish_line line_;
    process here_;
    running_process there_;
    asio::experimental::concurrent_channel<void(boost::system::error_code, naive_message)> channel_{
        there_->context(), 1024};
};

void measure(std::string const& scenario, std::size_t burst) {
    if (!bench::wanted(scenario)) return;
    bench::lazy<bench::fairway_across<shop::placed_orders>> const fairway;
    std::vector<bench::peer> peers;
    auto const add = [&](char const* name, auto operation) {
        peers.emplace_back(name, bench::order_size, std::move(operation));
    };
    if (burst == 1)
        add("fairway-try_send", [&](std::size_t n) { fairway->try_send(n); });
    else
        add("fairway-send_all", [&](std::size_t n) { fairway->send_all(n, burst); });
#if FAIRWAY_RIVAL_CAF
    bench::lazy<bench::caf_system> const actors([] { return std::make_unique<bench::caf_system>(1, 1); });
    add("caf-message", [&](std::size_t n) { actors->send(n); });
#endif
#if FAIRWAY_RIVAL_SOBJECTIZER
    using sinks = bench::sobjectizer_sinks<naive_message>;
    bench::lazy<sinks> const agent([] { return std::make_unique<sinks>(1); });
    add("sobjectizer-message", [&](std::size_t n) { (*agent)(n); });
#endif
    bench::lazy<channel_pair> const channel;
    add("asio-concurrent-channel-message", [&](std::size_t n) { (*channel)(n); });
#if FAIRWAY_RIVAL_CONCURRENTQUEUE
    bench::lazy<moodycamel_pair> const moodycamel;
    add("moodycamel-message", [&](std::size_t n) { (*moodycamel)(n, burst); });
#endif
    bench::lazy<block_ring_pair> const limit;
    add("limit-recycled-blocks", [&](std::size_t n) { (*limit)(n); });
    bench::print_factors(scenario, peers, bench::run(scenario, peers));
}

} // namespace

int main(int argc, char** argv) {
    bench::begin(argc, argv);
    bench::pin(0);
    measure("send_two_threads_burst64", 64);
    measure("send_two_threads_burst8", 8);
    measure("send_two_threads_single", 1);
}
