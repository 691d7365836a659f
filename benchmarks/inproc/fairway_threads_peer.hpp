// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Fairway between two threads: this one sends, and the services of the other one handle it.
#ifndef FAIRWAY_BENCHMARKS_INPROC_FAIRWAY_THREADS_PEER_HPP
#define FAIRWAY_BENCHMARKS_INPROC_FAIRWAY_THREADS_PEER_HPP

#include "../kit.hpp"
#include "order.hpp"
#include "threads.hpp"

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

} // namespace bench

#endif
