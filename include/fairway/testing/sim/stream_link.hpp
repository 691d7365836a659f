// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_SIM_STREAM_LINK_HPP
#define FAIRWAY_TESTING_SIM_STREAM_LINK_HPP

#include <fairway/env/endpoint.hpp>
#include <fairway/env/stream.hpp>
#include <fairway/env/suspend.hpp>
#include <fairway/envelope/time.hpp>
#include <fairway/error.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>

#include <array>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::testing::sim_detail {

// What travels from one end of a stream to the other.
enum class flight_kind {
    open,   // a connection is wanted
    ready,  // it is there
    refuse, // it is not
    data,
    fin,   // nothing more comes
    reset, // the connection is no more
};

inline std::string_view name_of(flight_kind k) {
    constexpr std::array<std::string_view, 6> names{"open", "ready", "refuse", "data", "fin", "reset"};
    return names[static_cast<std::size_t>(k)];
}

struct flight {
    duration at;
    flight_kind kind;
    std::string bytes;
};

// One end of a simulated connection.
struct stream_end {
    std::string host;
    asio::any_io_executor home;
    std::string remote;  // the other end, as text
    bool there = false;  // somebody has it, or is to accept it
    bool linked = false; // and knows that the other end is there
    bool closed = false;
    bool ended = false; // the other end says nothing more
    error_code broken;
    std::string arrived;
    std::size_t taken = 0; // of what has arrived

    std::optional<env::io_handler> reading;
    asio::mutable_buffer into;
    std::optional<env::io_handler> writing;
    std::vector<asio::const_buffer> from;
    std::optional<env::continuation> opening;
    error_code* opened = nullptr;

    // What comes to it.
    std::deque<flight> coming;
    duration last{};
    std::size_t flying = 0; // bytes of data

    std::size_t unread() const noexcept { return arrived.size() - taken; }
    void settle(std::optional<env::io_handler>& op, error_code ec, std::size_t n) {
        if (!op) return;
        env::io_handler done(std::move(*op));
        op.reset();
        if (auto slot = done.get_cancellation_slot(); slot.is_connected()) slot.clear();
        asio::post(home, [done = std::move(done), ec, n]() mutable { done(ec, n); });
    }
    void settle_opening(error_code ec) {
        if (!opening) return;
        *opened = ec;
        wake(opening);
    }
    static void wake(std::optional<env::continuation>& what) {
        if (!what) return;
        env::continuation c(std::move(*what));
        what.reset();
        if (auto slot = c.get_cancellation_slot(); slot.is_connected()) slot.clear();
        auto const where = c.get_executor();
        asio::post(where, [c = std::move(c)]() mutable { c(); });
    }
};

// A connection; end 0 is who asked for it.
struct stream_link {
    env::endpoint to;
    std::array<stream_end, 2> ends;
};

// What waits, and is to be destroyed without being resumed when nothing is in the midst of anything.
struct stream_waiters {
    std::vector<env::io_handler> handlers;
    std::vector<env::continuation> coroutines;

    void take(std::optional<env::io_handler>& op) {
        if (op) handlers.push_back(std::move(*op));
        op.reset();
    }
    void take(std::optional<env::continuation>& op) {
        if (op) coroutines.push_back(std::move(*op));
        op.reset();
    }
};

// Who accepts connections.
struct stream_listener {
    std::string host;
    env::endpoint at;
    asio::any_io_executor home;
    bool closed = false;
    std::deque<std::shared_ptr<stream_link>> waiting; // connections
    std::optional<env::continuation> accepting;
};

} // namespace fairway::testing::sim_detail

#endif
