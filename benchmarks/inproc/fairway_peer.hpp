// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Fairway within one thread: who sends or asks, and who handles it, on one io_context.
#ifndef FAIRWAY_BENCHMARKS_INPROC_FAIRWAY_PEER_HPP
#define FAIRWAY_BENCHMARKS_INPROC_FAIRWAY_PEER_HPP

#include "../kit.hpp"
#include "order.hpp"
#include "requests.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <list>
#include <string>

namespace bench {

/// Sends orders to a channel that so many services handle.
template <class Channel>
class fairway_sender {
public:
    explicit fairway_sender(std::size_t groups = 1, fairway::inproc::options const& options = {}) : hub_(options) {
        for (std::size_t i = 0; i < groups; ++i) {
            auto& s = groups_.emplace_back(net_, "group" + std::to_string(i));
            s.template handle<Channel>([this](shop::order_placed const& o) { handled_ += o.quantity > 0; });
            s.start();
        }
    }
    /// Sends n orders, `burst` at a time, each burst when the one before has been handled.
    void try_send(std::size_t n, std::size_t burst) {
        auto send = [this] {
            ++sent_;
            if (port_.try_send(order_, options_)) std::abort();
        };
        send_in_bursts(process_, n, burst, send, [this] { return is_idle(); });
    }
    /// The same by a coroutine that awaits each send.
    void co_send(std::size_t n, std::size_t burst) { process_.run(sending(n, burst)); }

private:
    fairway::task<> sending(std::size_t n, std::size_t burst) {
        for (std::size_t i = 1; i <= n; ++i) {
            ++sent_;
            co_await port_.send(order_, options_);
            if (i % burst != 0 && i != n) continue;
            do {
                co_await boost::asio::post(process_.context(), boost::asio::deferred);
            } while (!is_idle());
        }
    }
    bool is_idle() const { return handled_ == sent_ * groups_.size(); }

    process process_;
    fairway::inproc::hub hub_;
    fairway::any_transport net_ = fairway::inproc(process_.executor(), hub_);
    std::list<fairway::service> groups_;
    fairway::service shop_{net_, "shop"};
    fairway::sender_port<Channel> port_ = shop_.template sender<Channel>();
    fairway::send_options options_ = order_options();
    shop::order_placed order_;
    std::size_t sent_ = 0;
    std::size_t handled_ = 0;
};

/// So many coroutines that ask, and wait for the answer, again and again.
template <class Handler>
class fairway_requests {
public:
    explicit fairway_requests(std::size_t askers = 1) : askers_(askers) {
        stock_.handle<shop::orders>(Handler());
        stock_.start();
    }
    /// So many requests, a multiple of the number of askers.
    void operator()(std::size_t n) {
        left_ = askers_;
        auto const ask = [this] { return port_.request(order_, std::chrono::seconds(30), options_); };
        auto const end = [this](std::exception_ptr const& error) {
            if (error) std::abort();
            if (--left_ == 0) process_.stop();
        };
        for (std::size_t i = 0; i < askers_; ++i)
            boost::asio::co_spawn(process_.context(), ask_in_turn(n / askers_, ask), end);
        process_.run();
    }

private:
    std::size_t askers_;
    std::size_t left_ = 0;
    process process_;
    fairway::any_transport net_ = fairway::open<fairway::inproc>(process_.executor(), "inproc://");
    fairway::service stock_{net_, "stock"};
    fairway::service shop_{net_, "shop"};
    fairway::sender_port<shop::orders> port_ = shop_.sender<shop::orders>();
    fairway::send_options options_ = order_options();
    shop::place_order order_;
};

} // namespace bench

#endif
