// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Asio's channels as a rival: coroutines that pass messages to each other.
#ifndef FAIRWAY_BENCHMARKS_INPROC_ASIO_PEER_HPP
#define FAIRWAY_BENCHMARKS_INPROC_ASIO_PEER_HPP

#include "../kit.hpp"
#include "order.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <utility>

namespace bench {

/// Makes n messages and sends them through a channel.
template <class Message, class Channel>
boost::asio::awaitable<void> send_each(Channel& to, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
        Message m;
        co_await to.async_send(boost::system::error_code(), std::move(m), boost::asio::deferred);
    }
}

/// Takes n messages out of it, and calls `handled` for each of them.
template <class Message, class Channel, class Handled>
boost::asio::awaitable<void> receive_each(Channel& from, std::size_t n, Handled handled) {
    for (std::size_t i = 0; i < n; ++i) {
        Message const m = co_await from.async_receive(boost::asio::deferred);
        keep(&m);
        handled();
    }
}

/// A pair of channels, one for requests and one for replies; both sides make their messages.
template <class Channel, class Message>
class asio_request {
public:
    asio_request(process& asks, boost::asio::io_context& answers)
        : here_(asks), there_(answers), requests_(answers, 1), replies_(asks.context(), 1) {}
    /// Asks n times, one request after the other.
    void operator()(std::size_t n) {
        boost::asio::co_spawn(there_, answering(n), boost::asio::detached);
        here_.run(asking(n));
    }

private:
    boost::asio::awaitable<void> answering(std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) {
            Message const question = co_await requests_.async_receive(boost::asio::deferred);
            keep(&question);
            Message answer;
            co_await replies_.async_send(boost::system::error_code(), std::move(answer), boost::asio::deferred);
        }
    }
    boost::asio::awaitable<void> asking(std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) {
            Message question;
            co_await requests_.async_send(boost::system::error_code(), std::move(question), boost::asio::deferred);
            Message const answer = co_await replies_.async_receive(boost::asio::deferred);
            keep(&answer);
        }
    }

    process& here_;
    boost::asio::io_context& there_;
    Channel requests_;
    Channel replies_;
};

} // namespace bench

#endif
