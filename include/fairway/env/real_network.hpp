// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The network of the operating system. Only for who looks it up (`network::of`): Asio's sockets take long to compile.
#ifndef FAIRWAY_ENV_REAL_NETWORK_HPP
#define FAIRWAY_ENV_REAL_NETWORK_HPP

#include <fairway/env/clock.hpp>
#include <fairway/env/network.hpp>
#include <fairway/env/socket_acceptor.hpp>
#include <fairway/env/suspend.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/query.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fairway::env {

namespace detail {

// A look-up of a name, which the system does on a thread of its own and cannot be stopped at: who waits is woken at
// once when it is cancelled. Owned by its resolver's handler alone.
class look_up {
public:
    look_up(asio::any_io_executor const& on, error_code& into, std::vector<std::string>& found, continuation wake)
        : resolver_(on), into_(into), found_(found), wake_(std::in_place, std::move(wake)) {}

    static void start(asio::any_io_executor const& on, std::string const& host, error_code& into,
        std::vector<std::string>& found, continuation c) {
        auto slot = c.get_cancellation_slot();
        auto const self = std::make_shared<look_up>(on, into, found, std::move(c));
        if (slot.is_connected())
            slot.assign([weak = std::weak_ptr(self)](asio::cancellation_type) {
                if (auto const s = weak.lock()) {
                    s->resolver_.cancel();
                    s->finish(asio::error::operation_aborted);
                }
            });
        // Without AI_ADDRCONFIG, which hides the loopback addresses of a host that has no others.
        self->resolver_.async_resolve(
            host, std::string(), resolver::flags(), [self](error_code ec, resolver::results_type const& all) {
                if (!self->wake_) return;
                if (!ec)
                    for (auto const& one : all) self->found_.push_back(one.endpoint().address().to_string());
                self->finish(ec);
            });
    }

private:
    using resolver = asio::ip::basic_resolver<asio::ip::tcp, asio::any_io_executor>;

    void finish(error_code ec) {
        if (!wake_) return;
        into_ = ec;
        continuation wake(std::move(*wake_));
        wake_.reset();
        resume(std::move(wake));
    }

    resolver resolver_;
    error_code& into_;
    std::vector<std::string>& found_;
    std::optional<continuation> wake_;
};

class real_network : public network_impl {
public:
    // How long to wait for one of so many addresses: all have had their turn within 10 s, the time for a connection.
    static constexpr duration patience_for(std::size_t addresses) noexcept {
        constexpr duration most = std::chrono::seconds(3);
        constexpr duration all = std::chrono::seconds(10);
        return std::min<duration>(most, all / static_cast<duration::rep>(std::max<std::size_t>(1, addresses)));
    }

    task<stream> connect(endpoint to, asio::any_io_executor on) override {
        error_code ec;
        if (to.kind == endpoint::family::local) {
            local_socket s(on);
            auto start = [&](continuation c) {
                socket_waiter done{ec, std::move(c)};
                s.async_connect(asio::local::stream_protocol::endpoint(to.path), std::move(done));
            };
            co_await env::suspend(start);
            if (ec) throw system_error(ec, "connect to " + to.text());
            co_return make_stream(std::move(s), to.path);
        }
        auto host = to.host;
        if (host == "*") host = "localhost";
        // Each time another one is the first, so that none that answers, but is of no use, keeps the others out.
        std::size_t const first = begun_[std::hash<std::string>()(host) % begun_.size()]++;
        auto const addresses = co_await resolve(std::move(host), on);
        auto const n = addresses.size();
        for (std::size_t i = 0; i < n; ++i) {
            asio::ip::tcp::endpoint const where(asio::ip::make_address(addresses[(first + i) % n]), to.port);
            auto const tried = std::make_shared<attempt>(on);
            auto patience = i + 1 < n ? clock::of(on).make_alarm(on) : nullptr;
            auto start = [&](continuation c) {
                if (patience) tried->give_up_after(*patience, clock::of(on).steady_now() + patience_for(n));
                socket_waiter done{ec, std::move(c)};
                tried->socket.async_connect(where, std::move(done));
            };
            co_await env::suspend(start);
            if (!ec && tried->socket.is_open()) co_return make_stream(std::move(tried->socket));
            if (tried->given_up) ec = asio::error::timed_out;
            if (ec == asio::error::operation_aborted) break;
        }
        throw system_error(ec, "connect to " + to.text());
    }

    std::unique_ptr<acceptor> listen(endpoint const& at, asio::any_io_executor on) override {
        return at.kind == endpoint::family::local ? listen_local(at, on) : listen_tcp(at, on);
    }

    task<std::vector<std::string>> resolve(std::string host, asio::any_io_executor on) override {
        error_code ec;
        std::vector<std::string> found;
        asio::ip::make_address(host, ec);
        if (!ec) {
            found.push_back(std::move(host));
            co_return found;
        }
        auto start = [&](continuation c) { look_up::start(on, host, ec, found, std::move(c)); };
        co_await env::suspend(start);
        if (!ec && found.empty()) ec = asio::error::host_not_found;
        if (ec) throw system_error(ec, "look up " + host);
        co_return found;
    }

private:
    // One address of several. The alarm's ring may come late, from the executor's queue.
    struct attempt : std::enable_shared_from_this<attempt> {
        explicit attempt(asio::any_io_executor const& on) : socket(on) {}
        void give_up_after(alarm& after, steady_point when) {
            after.set(when, [weak = weak_from_this()] {
                auto const self = weak.lock();
                if (!self) return;
                self->given_up = true;
                error_code ignored;
                self->socket.close(ignored);
            });
        }
        tcp_socket socket;
        bool given_up = false;
    };

    // How often hosts were looked for, some of which have one count.
    std::array<std::atomic<std::size_t>, 64> begun_{};
};

} // namespace detail

inline network::network(asio::execution_context& context)
    : service(context), impl_(std::make_unique<detail::real_network>()) {}

inline network& network::of(asio::any_io_executor const& executor) {
    return asio::use_service<network>(asio::query(executor, asio::execution::context));
}

} // namespace fairway::env

#endif
