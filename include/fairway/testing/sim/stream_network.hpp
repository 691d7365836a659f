// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_SIM_STREAM_NETWORK_HPP
#define FAIRWAY_TESTING_SIM_STREAM_NETWORK_HPP

#include <fairway/env/network.hpp>
#include <fairway/env/stream.hpp>
#include <fairway/env/suspend.hpp>
#include <fairway/testing/sim/stream_core.hpp>

#include <boost/asio/error.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace fairway::testing::sim_detail {

// One end of a connection, as a stream.
class sim_stream final : public env::stream_impl {
public:
    sim_stream(std::shared_ptr<stream_core> core, std::shared_ptr<stream_link> link, std::size_t side)
        : core_(std::move(core)), link_(std::move(link)), side_(side) {}
    ~sim_stream() override { core_->close(*link_, side_); }

    void read_some(asio::mutable_buffer into, env::io_handler done) override {
        auto& e = end();
        e.into = into;
        pend(e.reading, std::move(done));
        core_->read(*link_, side_);
    }
    void write_some(std::span<asio::const_buffer const> from, env::io_handler done) override {
        auto& e = end();
        e.from.assign(from.begin(), from.end());
        pend(e.writing, std::move(done));
        core_->write(*link_, side_);
    }
    std::size_t write_now(asio::const_buffer from) noexcept override { return core_->write_now(*link_, side_, from); }
    void close() noexcept override { core_->close(*link_, side_); }
    asio::any_io_executor get_executor() override { return end().home; }

private:
    stream_end& end() noexcept { return link_->ends[side_]; }
    void pend(std::optional<env::io_handler>& op, env::io_handler done) {
        auto slot = done.get_cancellation_slot();
        op.emplace(std::move(done));
        if (!slot.is_connected()) return;
        slot.assign([weak = std::weak_ptr(link_), side = side_, &op](asio::cancellation_type) {
            if (auto const l = weak.lock()) l->ends[side].settle(op, asio::error::operation_aborted, 0);
        });
    }

    std::shared_ptr<stream_core> core_;
    std::shared_ptr<stream_link> link_;
    std::size_t side_;
};

inline env::stream make_stream(
    std::shared_ptr<stream_core> const& core, std::shared_ptr<stream_link> const& link, std::size_t side) {
    return env::stream(std::make_unique<sim_stream>(core, link, side), link->ends[side].remote);
}

class sim_acceptor final : public env::acceptor {
public:
    sim_acceptor(std::shared_ptr<stream_core> core, std::shared_ptr<stream_listener> on)
        : core_(std::move(core)), on_(std::move(on)) {}
    ~sim_acceptor() override { core_->close(*on_); }

    task<env::stream> accept() override { return accept(core_, on_); }
    env::endpoint local() const override { return on_->at; }
    void close() noexcept override { core_->close(*on_); }

private:
    static task<env::stream> accept(std::shared_ptr<stream_core> core, std::shared_ptr<stream_listener> on) {
        bool cancelled = false;
        while (!cancelled && !on->closed) {
            if (!on->waiting.empty()) {
                auto const next = std::move(on->waiting.front());
                on->waiting.pop_front();
                co_return make_stream(core, next, 1);
            }
            auto start = [&](env::continuation c) {
                auto slot = c.get_cancellation_slot();
                on->accepting.emplace(std::move(c));
                if (!slot.is_connected()) return;
                slot.assign([weak = std::weak_ptr(on), &cancelled](asio::cancellation_type) {
                    auto const l = weak.lock();
                    if (!l || !l->accepting) return;
                    cancelled = true;
                    stream_end::wake(l->accepting);
                });
            };
            co_await env::suspend(start);
        }
        throw system_error(asio::error::operation_aborted, "accept");
    }

    std::shared_ptr<stream_core> core_;
    std::shared_ptr<stream_listener> on_;
};

// The network of a host, from its start to its end.
class sim_network final : public env::network_impl {
public:
    sim_network(std::shared_ptr<stream_core> core, std::string host, std::uint64_t incarnation)
        : core_(std::move(core)), host_(std::move(host)), incarnation_(incarnation) {}

    task<env::stream> connect(env::endpoint to, asio::any_io_executor on) override {
        must_be_up();
        if (to.kind == env::endpoint::family::tcp) co_await resolve(to.host, on);
        auto const link = core_->open(host_, to, on);
        auto s = make_stream(core_, link, 0);
        error_code ec;
        auto start = [&](env::continuation c) {
            auto& e = link->ends[0];
            auto slot = c.get_cancellation_slot();
            e.opened = &ec;
            e.opening.emplace(std::move(c));
            if (slot.is_connected())
                slot.assign([weak = std::weak_ptr(link)](asio::cancellation_type) {
                    if (auto const l = weak.lock()) l->ends[0].settle_opening(asio::error::operation_aborted);
                });
        };
        co_await env::suspend(start);
        if (ec) throw system_error(ec, "connect to " + to.text());
        co_return s;
    }
    std::unique_ptr<env::acceptor> listen(env::endpoint const& at, asio::any_io_executor on) override {
        must_be_up();
        return std::make_unique<sim_acceptor>(core_, core_->listen(host_, at, on));
    }
    // Names are addresses here.
    task<std::vector<std::string>> resolve(std::string host, asio::any_io_executor) override {
        bool const self = host == "*" || host == "localhost" || host == "127.0.0.1";
        if (!self && !core_->knows(host)) throw system_error(asio::error::host_not_found, "look up " + host);
        co_return std::vector<std::string>{std::move(host)};
    }
    void abandon() noexcept override { core_->end(host_, incarnation_, crash_kind::process); }

private:
    void must_be_up() const {
        if (!core_->is_up(host_, incarnation_)) throw system_error(asio::error::network_down, "host " + host_);
    }

    std::shared_ptr<stream_core> core_;
    std::string host_;
    std::uint64_t incarnation_;
};

} // namespace fairway::testing::sim_detail

#endif
