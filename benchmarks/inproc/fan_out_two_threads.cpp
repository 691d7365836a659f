// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Two threads: publish an order to 16 groups that live in the other thread, per delivery. The publisher makes a new
// order each time, and sends it as soon as it can.
// rivals: caf concurrentqueue eventpp sobjectizer
// g++ 12 sees an overflow in an atomic load of the concurrent queue where there is none.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wstringop-overflow"
#endif

#include "../kit.hpp"
#include "order.hpp"
#include "threads.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#if FAIRWAY_RIVAL_CAF
#include "caf_peer.hpp"
#endif
#if FAIRWAY_RIVAL_CONCURRENTQUEUE
#include <concurrentqueue.h>
#endif
#if FAIRWAY_RIVAL_EVENTPP
#include <eventpp/eventqueue.h>
#endif
#if FAIRWAY_RIVAL_SOBJECTIZER
#include "sobjectizer_peer.hpp"
#endif

#include <array>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
using bench::process;
using bench::running_process;
using shared_order = std::shared_ptr<shop::order_placed const>;
constexpr std::size_t groups = 16;

std::size_t publications(std::size_t deliveries) { return (deliveries + groups - 1) / groups; }

class fairway_groups {
public:
    fairway_groups() {
        fairway::any_transport const net = fairway::inproc(there_->executor(), hub_);
        there_.do_there([&] {
            for (std::size_t i = 0; i < groups; ++i) {
                auto& s = subscribers_.emplace_back(net, "group" + std::to_string(i));
                s.handle<shop::order_events>([this](shop::order_placed const& o) {
                    bench::keep(o.quantity);
                    line_.pass();
                });
                s.start();
            }
        });
    }
    ~fairway_groups() {
        there_.do_there([this] { subscribers_.clear(); });
    }

    void try_send(std::size_t deliveries) {
        std::size_t const n = publications(deliveries);
        line_.start(n * groups);
        for (std::size_t i = 0; i < n; ++i) {
            if (i % 16 == 0) line_.wait_until_near(i * groups);
            while (port_.try_send(order_, options_)) std::this_thread::yield();
        }
        line_.wait();
    }
    void send_all(std::size_t deliveries, std::size_t burst) {
        std::size_t const n = publications(deliveries);
        line_.start(n * groups);
        asio::co_spawn(here_.context(), sending(n, burst), asio::detached);
        here_.run();
        line_.wait();
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

    bench::finish_line line_;
    fairway::inproc::hub hub_;
    process here_;
    running_process there_;
    std::list<fairway::service> subscribers_;
    fairway::service shop_{fairway::inproc(here_.executor(), hub_), "shop"};
    fairway::sender_port<shop::order_events> port_ = shop_.sender<shop::order_events>();
    fairway::send_options options_ = bench::order_options();
    shop::order_placed order_;
};

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
            if (i % 16 == 0) line_.wait_until_near(i * groups);
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
            if (i % 16 == 0) line_.wait_until_near(i * groups);
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
    bench::lazy<fairway_groups> const fairway;
    add("fairway-try_send", [&](std::size_t n) { fairway->try_send(n); });
    add("fairway-send_all-64", [&](std::size_t n) { fairway->send_all(n, 64); });
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
