// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_SOCKET_ACCEPTOR_HPP
#define FAIRWAY_ENV_SOCKET_ACCEPTOR_HPP

#include <fairway/env/network.hpp>
#include <fairway/env/socket_stream.hpp>
#include <fairway/env/unix_socket.hpp>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <memory>
#include <string>
#include <utility>

namespace fairway::env::detail {

using tcp_socket = asio::basic_stream_socket<asio::ip::tcp, asio::any_io_executor>;
using local_socket = asio::basic_stream_socket<asio::local::stream_protocol, asio::any_io_executor>;

inline std::string text_of(asio::ip::tcp::endpoint const& at) {
    return endpoint::tcp(at.address().to_string(), at.port()).text();
}

inline stream make_stream(tcp_socket connected) {
    error_code ec;
    // What fails here is a connection that is gone already, as its first read will say.
    connected.set_option(asio::ip::tcp::no_delay(true), ec);
    connected.set_option(asio::socket_base::keep_alive(true), ec);
    auto const remote = connected.remote_endpoint(ec);
    auto text = ec ? std::string() : text_of(remote);
    return stream(std::make_unique<socket_stream<asio::ip::tcp>>(std::move(connected)), std::move(text));
}
inline stream make_stream(local_socket connected, std::string const& path) {
    auto impl = std::make_unique<socket_stream<asio::local::stream_protocol>>(std::move(connected));
    return stream(std::move(impl), endpoint::file(path).text());
}

// An Asio acceptor, shared by the acceptor and a call of `accept`, which may outlive it for a moment.
template <class Protocol>
struct listening {
    using acceptor = asio::basic_socket_acceptor<Protocol, asio::any_io_executor>;

    explicit listening(asio::any_io_executor const& on) : at(on) {}
    void close() noexcept {
        // As long as it listens nobody else takes the file's place.
        if (file) file->remove();
        error_code ignored;
        at.close(ignored);
    }

    acceptor at;
    std::unique_ptr<socket_file> file;
};

template <class Protocol>
class socket_acceptor final : public acceptor {
public:
    socket_acceptor(std::shared_ptr<listening<Protocol>> with, endpoint local)
        : with_(std::move(with)), local_(std::move(local)) {}
    ~socket_acceptor() override { with_->close(); }

    task<stream> accept() override { return accept(with_); }
    endpoint local() const override { return local_; }
    void close() noexcept override { with_->close(); }

private:
    using socket = asio::basic_stream_socket<Protocol, asio::any_io_executor>;

    static task<stream> accept(std::shared_ptr<listening<Protocol>> with) {
        for (;;) {
            error_code ec = asio::error::operation_aborted;
            socket next(with->at.get_executor());
            auto start = [&](continuation c) {
                socket_waiter done{ec, std::move(c)};
                with->at.async_accept(next, std::move(done));
            };
            if (with->at.is_open()) co_await env::suspend(start);
            if (ec == asio::error::connection_aborted) continue; // gone before it was taken
            if (ec) throw system_error(ec, "accept");
            if constexpr (std::is_same_v<Protocol, asio::ip::tcp>)
                co_return make_stream(std::move(next));
            else
                co_return make_stream(std::move(next), with->file->path());
        }
    }

    std::shared_ptr<listening<Protocol>> with_;
    endpoint local_;
};

inline std::unique_ptr<acceptor> listen_local(endpoint const& at, asio::any_io_executor const& on) {
    using protocol = asio::local::stream_protocol;
    auto with = std::make_shared<listening<protocol>>(on);
    with->file = std::make_unique<socket_file>(with->at, at.path);
    return std::make_unique<socket_acceptor<protocol>>(std::move(with), at);
}

inline std::unique_ptr<acceptor> listen_tcp(endpoint const& at, asio::any_io_executor const& on) {
    using asio::ip::tcp;
    auto const with = std::make_shared<listening<tcp>>(on);
    auto const open = [&](asio::ip::address const& address, bool both_families) {
        tcp::endpoint const where(address, at.port);
        error_code ec;
        with->at.close(ec);
        with->at.open(where.protocol(), ec);
        if (ec) return ec;
        with->at.set_option(asio::socket_base::reuse_address(true), ec);
        if (both_families) with->at.set_option(asio::ip::v6_only(false), ec);
        with->at.bind(where, ec);
        if (!ec) with->at.listen(asio::socket_base::max_listen_connections, ec);
        return ec;
    };
    error_code ec;
    if (at.host == "*") {
        ec = open(asio::ip::address_v6::any(), true);
        // A system without IPv6.
        if (ec && ec != asio::error::address_in_use) ec = open(asio::ip::address_v4::any(), false);
    } else {
        auto const address = asio::ip::make_address(at.host == "localhost" ? "127.0.0.1" : at.host, ec);
        if (ec) fairway::detail::fail(errc::invalid_argument, "to listen takes an IP address, localhost or *");
        ec = open(address, false);
    }
    if (ec) throw system_error(ec, "listen at " + at.text());
    auto local = at;
    local.port = with->at.local_endpoint().port();
    return std::make_unique<socket_acceptor<tcp>>(with, std::move(local));
}

} // namespace fairway::env::detail

#endif
