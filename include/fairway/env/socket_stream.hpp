// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_SOCKET_STREAM_HPP
#define FAIRWAY_ENV_SOCKET_STREAM_HPP

#include <fairway/env/stream.hpp>
#include <fairway/env/suspend.hpp>

#include <boost/asio/basic_stream_socket.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>

#include <sys/socket.h>

namespace fairway::env::detail {

// What Asio calls when a socket is connected or accepted.
struct socket_waiter {
    using cancellation_slot_type = asio::cancellation_slot;
    error_code& into;
    continuation wake;
    cancellation_slot_type get_cancellation_slot() const noexcept { return wake.get_cancellation_slot(); }
    void operator()(error_code ec) {
        into = ec;
        resume(std::move(wake));
    }
};

// A connected socket as a stream.
template <class Protocol>
class socket_stream final : public stream_impl {
public:
    using socket = asio::basic_stream_socket<Protocol, asio::any_io_executor>;

    explicit socket_stream(socket connected) : socket_(std::move(connected)) {}

    void read_some(asio::mutable_buffer into, io_handler done) override {
        socket_.async_read_some(into, std::move(done));
    }
    void write_some(std::span<asio::const_buffer const> from, io_handler done) override {
        if (from.size() == 1) return socket_.async_write_some(from.front(), std::move(done));
        auto const n = std::min(from.size(), gathered_.size());
        std::copy_n(from.begin(), n, gathered_.begin());
        socket_.async_write_some(std::span<asio::const_buffer const>(gathered_.data(), n), std::move(done));
    }
    std::size_t write_now(asio::const_buffer from) noexcept override {
        auto const n = ::send(socket_.native_handle(), from.data(), from.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        return n > 0 ? static_cast<std::size_t>(n) : 0;
    }
    void close() noexcept override {
        error_code ignored;
        socket_.close(ignored);
    }
    asio::any_io_executor get_executor() override { return socket_.get_executor(); }

private:
    socket socket_;
    // The buffers of the write that is under way: Asio keeps only a view.
    std::array<asio::const_buffer, stream::max_gather> gathered_;
};

} // namespace fairway::env::detail

#endif
