// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Fairway between two threads: this one sends or asks, and services of the other one handle it.
#ifndef FAIRWAY_BENCHMARKS_INPROC_FAIRWAY_THREADS_PEER_HPP
#define FAIRWAY_BENCHMARKS_INPROC_FAIRWAY_THREADS_PEER_HPP

#include "../kit.hpp"
#include "order.hpp"
#include "requests.hpp"
#include "threads.hpp"

#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <list>
#include <string>
#include <thread>
#include <vector>

namespace bench {

/// Sends orders to a channel that so many services of the other thread handle.
template <class Channel>
class fairway_across {
public:
    explicit fairway_across(std::size_t groups = 1) {
        fairway::any_transport const net = fairway::inproc(there_->executor(), hub_);
        there_.do_there([&] {
            for (std::size_t i = 0; i < groups; ++i) {
                auto& s = groups_.emplace_back(net, "group" + std::to_string(i));
                s.template handle<Channel>([this](shop::order_placed const& o) {
                    keep(o.quantity);
                    line_.pass();
                });
                s.start();
            }
        });
    }
    ~fairway_across() {
        there_.do_there([this] { groups_.clear(); });
    }
    /// Sends n orders one by one, as soon as it can.
    void try_send(std::size_t n) {
        line_.start(n * groups_.size());
        for (std::size_t i = 0; i < n; ++i) {
            line_.keep_near(i, groups_.size());
            while (port_.try_send(order_, options_)) std::this_thread::yield();
        }
        line_.wait();
    }
    /// Sends n orders, `burst` by one call.
    void send_all(std::size_t n, std::size_t burst) {
        line_.start(n * groups_.size());
        here_.run(sending(n, burst));
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
    }

    finish_line line_;
    fairway::inproc::hub hub_;
    process here_;
    running_process there_;
    std::list<fairway::service> groups_;
    fairway::service shop_{fairway::inproc(here_.executor(), hub_), "shop"};
    fairway::sender_port<Channel> port_ = shop_.template sender<Channel>();
    fairway::send_options options_ = order_options();
    shop::order_placed order_;
};

/// The spin budget of Fairway's rows between two threads.
inline constexpr std::chrono::microseconds spin_budget{50};

/// Asks a service of the other thread, one request after the other.
template <class Handler>
class fairway_request_across {
public:
    explicit fairway_request_across(std::chrono::microseconds budget = spin_budget) {
        for (auto* const context : {&here_.context(), &there_->context()}) fairway::set_spin_budget(*context, budget);
        there_.do_there([this] {
            stock_.handle<shop::orders>(Handler());
            stock_.start();
        });
    }
    ~fairway_request_across() {
        there_.do_there([this] { stock_.close(); });
    }
    void operator()(std::size_t n) {
        here_.run(ask_in_turn(n, [this] { return ask(); }));
    }
    /// The same with a millisecond in which nothing happens after each request.
    void now_and_then(std::size_t n) { here_.run(asking_now_and_then(n)); }
    /// The same, with a handler of its own context that has to run after each request.
    void with_other_work(std::size_t n) { here_.run(asking_with_other_work(n)); }
    /// What both threads use of a processor, in per cent, while there is nothing to do.
    double idle_load() {
        constexpr auto time = std::chrono::milliseconds(200);
        boost::asio::steady_timer end(here_.context(), time);
        end.async_wait([this](boost::system::error_code) { here_.stop(); });
        auto const before = cpu_ns();
        here_.run();
        auto const used = std::chrono::nanoseconds(cpu_ns() - before);
        return 100.0 * std::chrono::duration<double>(used) / std::chrono::duration<double>(time);
    }

private:
    auto ask() const { return port_.request(order_, std::chrono::seconds(30), options_); }
    fairway::task<> asking_now_and_then(std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) {
            keep(co_await ask());
            co_await pause(here_);
        }
    }
    fairway::task<> asking_with_other_work(std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) {
            keep(co_await ask());
            co_await boost::asio::post(here_.context(), boost::asio::deferred);
        }
    }

    fairway::inproc::hub hub_;
    process here_;
    running_process there_;
    fairway::service stock_{fairway::inproc(there_->executor(), hub_), "stock"};
    fairway::service shop_{fairway::inproc(here_.executor(), hub_), "shop"};
    fairway::sender_port<shop::orders> port_ = shop_.sender<shop::orders>();
    fairway::send_options options_ = order_options();
    shop::place_order order_;
};

} // namespace bench

#endif
