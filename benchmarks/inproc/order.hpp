// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The message that the in-process benchmarks send: four headers and about 100 bytes.
#ifndef FAIRWAY_BENCHMARKS_INPROC_ORDER_HPP
#define FAIRWAY_BENCHMARKS_INPROC_ORDER_HPP

#include "../kit.hpp"

#include <fairway/fairway.hpp>
#include <fairway/inproc.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace shop {

struct order_placed {
    using contract = fairway::event<"shop.order-placed">;
    std::string order_id = "ord-12345678";
    std::string sku = "SKU-000001";
    std::int64_t customer = 87654321;
    std::int64_t quantity = 3;
    std::int64_t cents = 1999;
    bool gift = false;
};

struct place_order {
    using contract = fairway::command<"shop.place-order", order_placed>;
    std::string order_id = "ord-12345678";
    std::string sku = "SKU-000001";
    std::int64_t customer = 87654321;
    std::int64_t quantity = 3;
    std::int64_t cents = 1999;
    bool gift = false;
};

using orders = fairway::point_to_point<"orders", place_order>;
using placed_orders = fairway::point_to_point<"orders.placed", order_placed>;
using order_events = fairway::publish_subscribe<"orders.events", order_placed>;

} // namespace shop

namespace bench {

/// The size column: about what an order takes without its headers.
inline constexpr std::size_t order_size = 100;

/// The four headers, by name and value.
inline std::vector<std::pair<std::string, std::string>> make_headers() {
    return {{"trace", "0af7651916cd43dd8448eb211c80319c"}, {"date", "Mon, 23 Nov 2026 02:27:04 GMT"},
        {"event-type", "com.example.OrderPlaced"}, {"partition", "order-12345678"}};
}

/// How Fairway sends an order: options are made once.
inline fairway::send_options order_options() {
    fairway::send_options options;
    for (auto const& [name, value] : make_headers()) options.header(name, value);
    return options;
}

/// A hub whose queues hold n orders; all else is as it is by default.
inline fairway::inproc::options room_for(std::size_t n) {
    fairway::inproc::options o;
    o.queue_messages = std::max(o.queue_messages, n);
    o.queue_bytes = std::max(o.queue_bytes, n * 1024);
    return o;
}

/// How many calls it takes to have done n, where each does so many.
constexpr std::size_t calls_for(std::size_t n, std::size_t each) { return (n + each - 1) / each; }

/// An order with its headers as one writes it without a library; a rival that takes `order_placed` alone carries less.
struct naive_message {
    std::vector<std::pair<std::string, std::string>> headers = make_headers();
    shop::order_placed order;
};

/// An execution context with an armed timer, as every real one has: it then asks the kernel between its handlers. One
/// that never had a timer does not, and takes half the time.
class process {
public:
    explicit process(bool has_timer = true) {
        if (!has_timer) return;
        armed_.emplace(context_, std::chrono::hours(1));
        armed_->async_wait([](boost::system::error_code) {});
    }
    /// Runs until something calls `stop`.
    void run() {
        context_.restart();
        context_.run();
    }
    void stop() { context_.stop(); }
    /// Runs until the coroutine has ended, which it does without an error.
    void run(boost::asio::awaitable<void> coroutine) {
        boost::asio::co_spawn(context_, std::move(coroutine), [this](std::exception_ptr const& error) {
            if (error) std::abort();
            stop();
        });
        run();
    }
    boost::asio::io_context& context() { return context_; }
    fairway::asio::any_io_executor executor() { return context_.get_executor(); }

private:
    boost::asio::io_context context_{1};
    std::optional<boost::asio::steady_timer> armed_;
};

/// Lets a millisecond go by in which the context has nothing to do.
inline boost::asio::awaitable<void> pause(process& where) {
    boost::asio::steady_timer end(where.context(), std::chrono::milliseconds(1));
    co_await end.async_wait(boost::asio::deferred);
}

/// Calls `send` n times on a context, `burst` at a time, and then `end`; other handlers have their turn in between, as
/// often as it takes until `is_idle` says that all was handled.
template <class Send, class IsIdle, class End>
class burst_loop {
public:
    burst_loop(boost::asio::io_context& where, std::size_t n, std::size_t burst, Send& send, IsIdle is_idle, End end)
        : where_(&where), left_(n), burst_(burst), send_(&send), is_idle_(std::move(is_idle)), end_(std::move(end)) {}
    void operator()() {
        if (is_idle_()) {
            if (left_ == 0) return end_();
            std::size_t const now = std::min(left_, burst_);
            for (std::size_t i = 0; i < now; ++i) (*send_)();
            left_ -= now;
        }
        boost::asio::post(*where_, *this);
    }

private:
    boost::asio::io_context* where_;
    std::size_t left_;
    std::size_t burst_;
    Send* send_;
    IsIdle is_idle_;
    End end_;
};

/// The same, run by this thread to its end.
template <class Send, class IsIdle>
void send_in_bursts(process& where, std::size_t n, std::size_t burst, Send& send, IsIdle is_idle) {
    auto const stop = [&where] { where.stop(); };
    boost::asio::post(where.context(), burst_loop(where.context(), n, burst, send, std::move(is_idle), stop));
    where.run();
}

/// What the driver and the execution context cost by themselves: bursts of nothing.
inline void send_nothing(process& where, std::size_t n, std::size_t burst) {
    auto nothing = [where = &where] { keep(where); };
    send_in_bursts(where, n, burst, nothing, [] { return true; });
}

} // namespace bench

#endif
