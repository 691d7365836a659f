// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_STREAM_HPP
#define FAIRWAY_ENV_STREAM_HPP

#include <fairway/env/io_handler.hpp>
#include <fairway/env/task.hpp>
#include <fairway/error.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace fairway::env {

/// What is behind a stream. At most one read and one write at a time, everything on its executor. A handler is never
/// called within the function that it was given to.
class stream_impl {
public:
    stream_impl() = default;
    stream_impl(stream_impl const&) = delete;
    stream_impl& operator=(stream_impl const&) = delete;
    /// Closes it.
    virtual ~stream_impl() = default;
    /// Reads something, at least one byte if there is room for one. The end is `boost::asio::error::eof`.
    virtual void read_some(asio::mutable_buffer into, io_handler done) = 0;
    /// Writes something of `from`, at most `stream::max_gather` buffers. The span may be gone when this has returned,
    /// the bytes must stay.
    virtual void write_some(std::span<asio::const_buffer const> from, io_handler done) = 0;
    /// Writes what can be written at once, without waiting; how many bytes that were. Not while a write is pending.
    virtual std::size_t write_now(asio::const_buffer from) noexcept = 0;
    /// Ends it; what is pending ends with `boost::asio::error::operation_aborted`.
    virtual void close() noexcept = 0;
    /// Where it calls handlers, which go on to their own executors themselves.
    virtual asio::any_io_executor get_executor() = 0;
};

/// A connection: bytes in both directions, through TCP, a Unix socket, TLS, or simulated.
///
/// An AsyncReadStream and AsyncWriteStream of Asio: `boost::asio::async_read` and `async_write` work with it. At most
/// one read and one write at a time; not thread-safe. An operation ends early, with
/// `boost::asio::error::operation_aborted`, when it is cancelled through its handler's slot, or when the stream is
/// closed or destroyed; neither waits for anything. May be moved at any time.
class stream {
public:
    using executor_type = asio::any_io_executor;
    using lowest_layer_type = stream;
    /// The most buffers of a sequence that one write takes.
    static constexpr std::size_t max_gather = 64;

    /// None.
    stream() = default;
    /// One on `impl`. `remote` says in a log where the other end is, `peer` who that is; `binding` is
    /// `channel_binding`.
    explicit stream(
        std::unique_ptr<stream_impl> impl, std::string remote = {}, std::string peer = {}, std::string binding = {})
        : impl_(std::move(impl)), remote_(std::move(remote)), peer_(std::move(peer)), binding_(std::move(binding)) {}

    /// Whether it is one.
    explicit operator bool() const noexcept { return impl_ != nullptr; }
    /// Ends it; what is pending ends with `boost::asio::error::operation_aborted`.
    void close() noexcept {
        if (impl_) impl_->close();
    }
    /// Writes what can be written at once, for a last word before `close`; how many bytes that were. Not while a write
    /// is pending.
    std::size_t write_now(asio::const_buffer from) noexcept { return impl_ ? impl_->write_now(from) : 0; }
    /// Where the other end is, for people: `tcp://10.0.0.7:40312`.
    std::string const& remote() const noexcept { return remote_; }
    /// Who the other end is, as its certificate proves (see `tls_connect`); empty where nothing does.
    std::string const& peer() const noexcept { return peer_; }
    /// What both ends of this connection know and nobody else does (see `tls_exporter`); empty without TLS. Not for
    /// logs.
    std::string const& channel_binding() const noexcept { return binding_; }
    /// Where handlers without an executor of their own are called.
    executor_type get_executor() const { return impl_->get_executor(); }
    /// Itself, for `boost::asio::ssl::stream`.
    lowest_layer_type& lowest_layer() noexcept { return *this; }
    /// What it is made of, which is taken away.
    std::unique_ptr<stream_impl> release() noexcept { return std::move(impl_); }

    /// Reads at least one byte into the first buffer that is not empty; completes with `void(error_code, size_t)`.
    template <class Buffers, class Token>
    auto async_read_some(Buffers const& into, Token&& token) {
        auto start = [impl = impl_.get()](auto&& handler, asio::mutable_buffer b) {
            impl->read_some(b, io_handler(std::forward<decltype(handler)>(handler), impl->get_executor()));
        };
        return asio::async_initiate<Token, void(error_code, std::size_t)>(
            std::move(start), token, first_of<asio::mutable_buffer>(into));
    }
    /// Writes at least one byte of the buffers, if there is one; completes with `void(error_code, size_t)`.
    template <class Buffers, class Token>
    auto async_write_some(Buffers const& from, Token&& token) {
        auto start = [impl = impl_.get()](auto&& handler, Buffers const& all) {
            std::array<asio::const_buffer, max_gather> some;
            std::size_t n = 0;
            auto const end = asio::buffer_sequence_end(all);
            for (auto i = asio::buffer_sequence_begin(all); i != end && n < max_gather; ++i) {
                asio::const_buffer const one(*i);
                if (one.size() > 0) some[n++] = one;
            }
            impl->write_some(
                std::span(some.data(), n), io_handler(std::forward<decltype(handler)>(handler), impl->get_executor()));
        };
        return asio::async_initiate<Token, void(error_code, std::size_t)>(std::move(start), token, from);
    }

private:
    template <class Buffer, class Buffers>
    static Buffer first_of(Buffers const& all) {
        auto const end = asio::buffer_sequence_end(all);
        for (auto i = asio::buffer_sequence_begin(all); i != end; ++i) {
            Buffer const one(*i);
            if (one.size() > 0) return one;
        }
        return {};
    }

    std::unique_ptr<stream_impl> impl_;
    std::string remote_;
    std::string peer_;
    std::string binding_;
};

} // namespace fairway::env

#endif
