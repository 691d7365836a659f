// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Two threads: publish an order to 16 groups that live in the other thread, per delivery. The publisher makes a new
// order each time, and sends it as soon as it can.
// rivals: caf concurrentqueue eventpp sobjectizer
#include "../kit.hpp"
#include "fairway_threads_peer.hpp"
#include "order.hpp"
#include "rivals.hpp"
#include "threads.hpp"

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using shared_order = std::shared_ptr<shop::order_placed const>;
constexpr std::size_t groups = 16;

std::size_t publications(std::size_t deliveries) { return bench::calls_for(deliveries, groups); }

std::vector<std::function<void(shop::order_placed const&)>> make_subscribers(bench::finish_line& line) {
    std::vector<std::function<void(shop::order_placed const&)>> all(groups, [&line](shop::order_placed const& o) {
        bench::keep(o.quantity);
        line.pass();
    });
    return all;
}

#if FAIRWAY_RIVAL_CONCURRENTQUEUE
// A queue for each subscriber.
class moodycamel_queues {
public:
    void operator()(std::size_t deliveries) {
        std::size_t const n = publications(deliveries);
        line_.start(n * groups);
        consumer_.start([this] { consume(); });
        for (std::size_t i = 0; i < n; ++i) {
            line_.keep_near(i, groups);
            auto const order = std::make_shared<shop::order_placed const>();
            for (auto& each : queues_) each.enqueue(order);
        }
        consumer_.wait();
    }

private:
    void consume() {
        shared_order order;
        while (!line_.is_over())
            for (std::size_t i = 0; i < groups; ++i)
                if (queues_[i].try_dequeue(order)) subscribers_[i](*order);
    }

    bench::finish_line line_;
    std::vector<std::function<void(shop::order_placed const&)>> subscribers_ = make_subscribers(line_);
    std::array<moodycamel::ConcurrentQueue<shared_order>, groups> queues_;
    bench::helper consumer_;
};
#endif

#if FAIRWAY_RIVAL_EVENTPP
// A queue of events with 16 listeners.
class eventpp_queue {
public:
    eventpp_queue() {
        for (auto const& each : subscribers_) queue_.appendListener(0, [&each](shared_order const& o) { each(*o); });
    }
    void operator()(std::size_t deliveries) {
        std::size_t const n = publications(deliveries);
        line_.start(n * groups);
        consumer_.start([this] {
            while (!line_.is_over())
                if (!queue_.process()) bench::relax();
        });
        for (std::size_t i = 0; i < n; ++i) {
            line_.keep_near(i, groups);
            queue_.enqueue(0, std::make_shared<shop::order_placed const>());
        }
        consumer_.wait();
    }

private:
    bench::finish_line line_;
    std::vector<std::function<void(shop::order_placed const&)>> subscribers_ = make_subscribers(line_);
    eventpp::EventQueue<int, void(shared_order const&)> queue_;
    bench::helper consumer_;
};
#endif

// The limit: one hand-over for all of them, and a loop.
class ring_and_loop {
public:
    void operator()(std::size_t deliveries) {
        std::size_t const n = publications(deliveries);
        line_.start(n * groups);
        consumer_.start([this] {
            shared_order order;
            while (!line_.is_over()) {
                if (ring_->pop(order))
                    for (auto const& each : subscribers_) each(*order);
                else
                    bench::relax();
            }
        });
        for (std::size_t i = 0; i < n; ++i) {
            auto order = std::make_shared<shop::order_placed const>();
            while (!ring_->push(std::move(order))) bench::relax();
        }
        consumer_.wait();
    }

private:
    using ring = bench::spsc_ring<shared_order, 512>;

    bench::finish_line line_;
    std::vector<std::function<void(shop::order_placed const&)>> subscribers_ = make_subscribers(line_);
    std::unique_ptr<ring> ring_ = std::make_unique<ring>();
    bench::helper consumer_;
};

void measure(std::string const& scenario) {
    if (!bench::wanted(scenario)) return;
    std::vector<bench::peer> peers;
    auto const add = [&](char const* name, auto operation) {
        peers.emplace_back(name, bench::order_size, std::move(operation));
    };
    using subscribers = bench::fairway_across<shop::order_events>;
    bench::lazy<subscribers> const fairway([] { return std::make_unique<subscribers>(groups); });
    add("fairway-try_send", [&](std::size_t n) { fairway->try_send(publications(n)); });
    add("fairway-send_all-64", [&](std::size_t n) { fairway->send_all(publications(n), 64); });
#if FAIRWAY_RIVAL_CAF
    bench::lazy<bench::caf_system> const actors([] { return std::make_unique<bench::caf_system>(1, 1); });
    add("caf-shared-body", [&](std::size_t n) { actors->publish_from_outside(n, groups); });
#endif
#if FAIRWAY_RIVAL_SOBJECTIZER
    using sinks = bench::sobjectizer_sinks<shop::order_placed>;
    bench::lazy<sinks> const agents([] { return std::make_unique<sinks>(groups); });
    add("sobjectizer-shared-body", [&](std::size_t n) { (*agents)(n); });
#endif
#if FAIRWAY_RIVAL_EVENTPP
    bench::lazy<eventpp_queue> const events;
    add("eventpp-queue-shared-body", [&](std::size_t n) { (*events)(n); });
#endif
#if FAIRWAY_RIVAL_CONCURRENTQUEUE
    bench::lazy<moodycamel_queues> const queues;
    add("moodycamel-queue-each", [&](std::size_t n) { (*queues)(n); });
#endif
    bench::lazy<ring_and_loop> const limit;
    add("limit-one-hand-over", [&](std::size_t n) { (*limit)(n); });
    bench::print_factors(scenario, peers, bench::run(scenario, peers));
}

} // namespace

int main(int argc, char** argv) {
    bench::begin(argc, argv);
    bench::pin(0);
    measure("publish_16_groups_two_threads");
}
