// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// One connection through the fault proxy: two sockets, and a pipe in each direction.
#ifndef FAIRWAY_TESTS_TOOLS_FAULT_PROXY_LINK_HPP
#define FAIRWAY_TESTS_TOOLS_FAULT_PROXY_LINK_HPP

#include "address.hpp"
#include "flow.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>

namespace faults {

using stream_socket = boost::asio::generic::stream_protocol::socket;

/// The ends of a connection.
enum class side : unsigned { client, target };

/// What passed in one direction, of all connections.
struct flow_counts {
    std::uint64_t passed = 0;
    std::uint64_t writes = 0;
    std::uint64_t dropped = 0;
};

class link;

/// What the connections of a proxy share.
struct link_state {
    flow_faults& faults_of(direction d) { return faults[static_cast<unsigned>(d)]; }
    flow_counts& counts_of(direction d) { return counts[static_cast<unsigned>(d)]; }
    std::uint64_t& cut_of(direction d) { return cut_after[static_cast<unsigned>(d)]; }
    bool is_black_hole() { return faults_of(direction::up).drop || faults_of(direction::down).drop; }

    std::array<flow_faults, 2> faults;
    std::array<flow_counts, 2> counts;
    /// A connection is reset when so many of its bytes have passed; 0: never.
    std::array<std::uint64_t, 2> cut_after{};
    std::uint64_t resets = 0;
    std::set<std::shared_ptr<link>> links;
};

class link : public std::enable_shared_from_this<link> {
public:
    link(std::shared_ptr<link_state> state, stream_socket client, std::uint64_t seed)
        : state_(std::move(state)),
          client_(std::move(client)),
          target_(client_.get_executor()),
          pipes_{pipe(client_.get_executor(), seed), pipe(client_.get_executor(), ~seed)} {}

    /// Connects to the target and passes bytes on. In a black hole there is nobody to connect to.
    void start(endpoint const& target) {
        send_at_once(client_);
        if (state_->is_black_hole()) {
            was_born_in_black_hole_ = true;
            is_orphan_ = true;
            of(direction::down).is_read = false;
            spawn(reading(shared_from_this(), direction::up));
            return;
        }
        target_.async_connect(target, [self = shared_from_this()](boost::system::error_code error) {
            if (self->has_ended_ || self->is_orphan_) return;
            if (error) return self->reset();
            send_at_once(self->target_);
            self->is_connected_ = true;
            for (auto const d : {direction::up, direction::down}) {
                self->spawn(self->reading(self, d));
                self->spawn(self->writing(self, d));
            }
        });
    }

    /// Both ends see their connection reset.
    void reset() {
        if (has_ended_) return;
        ++state_->resets;
        abort(client_);
        abort(target_);
        end();
    }

    /// That end sees its connection reset. The other one is not told: what it sends disappears, and nothing comes.
    void half_open(side dead) {
        if (has_ended_) return;
        if (is_orphan_ || !is_connected_) return reset(); // nobody would be left
        is_orphan_ = true;
        abort(dead == side::client ? client_ : target_);
        wake_all();
    }

    /// After the faults have changed.
    void changed() {
        if (has_ended_) return;
        if (was_born_in_black_hole_ && !state_->is_black_hole()) return reset();
        for (auto const d : {direction::up, direction::down})
            if ((of(d).has_lost && !state_->faults_of(d).drop) || is_cut(d)) return reset();
        wake_all();
    }

    /// True if it has lost one of its ends.
    bool is_orphan() const { return is_orphan_; }

private:
    enum class ending { none, closed, reset };
    struct chunk {
        time_point earliest;
        std::string bytes;
        ending end; // behind the bytes, of which there are none then
    };
    struct pipe {
        pipe(boost::asio::any_io_executor const& executor, std::uint64_t seed)
            : on_the_way(seed), wake(executor, std::chrono::steady_clock::time_point::max()), due(executor) {}

        flow on_the_way;
        boost::asio::steady_timer wake; // never expires: who waits for a change is woken by its cancellation
        boost::asio::steady_timer due;  // of the writer
        std::deque<chunk> waiting;
        std::size_t waiting_bytes = 0;
        std::uint64_t passed = 0;
        bool has_lost = false;
        bool is_read = true;
        bool is_over = false;
    };

    static constexpr std::size_t most_waiting = 256 * 1024;

    pipe& of(direction d) { return pipes_[static_cast<unsigned>(d)]; }
    stream_socket& from(direction d) { return d == direction::up ? client_ : target_; }
    stream_socket& to(direction d) { return from(opposite(d)); }
    static time_point now() { return std::chrono::time_point_cast<duration>(std::chrono::steady_clock::now()); }
    static auto no_throw() { return boost::asio::as_tuple(boost::asio::use_awaitable); }

    // What is read in this direction disappears.
    bool loses(direction d) const { return is_orphan_ || state_->faults_of(d).drop; }
    bool is_cut(direction d) {
        auto const most = state_->cut_of(d);
        return most > 0 && of(d).passed >= most;
    }

    static void send_at_once(stream_socket& s) {
        boost::system::error_code ignored; // a Unix socket has no such option
        s.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
    }
    static void abort(stream_socket& s) {
        boost::system::error_code ignored;
        s.set_option(boost::asio::socket_base::linger(true, 0), ignored);
        s.close(ignored);
    }

    void spawn(boost::asio::awaitable<void> work) {
        boost::asio::co_spawn(client_.get_executor(), std::move(work), boost::asio::detached);
    }
    void wake_all() {
        for (auto& each : pipes_) {
            each.wake.cancel();
            each.due.cancel();
        }
    }
    void end() {
        has_ended_ = true;
        wake_all();
        state_->links.erase(shared_from_this());
    }

    boost::asio::awaitable<void> reading(std::shared_ptr<link> self, direction d) {
        auto& p = of(d);
        std::string buffer(64 * 1024, '\0');
        while (!has_ended_ && from(d).is_open()) {
            bool const is_full = state_->faults_of(d).stall || p.waiting_bytes >= most_waiting;
            if (is_full && !loses(d)) {
                co_await p.wake.async_wait(no_throw());
                continue;
            }
            auto const into = boost::asio::buffer(buffer);
            auto const result = co_await from(d).async_read_some(into, no_throw());
            auto const error = std::get<0>(result);
            auto const n = std::get<1>(result);
            if (has_ended_ || error == boost::asio::error::operation_aborted) break;
            if (loses(d)) {
                lose(d, n);
                if (!error) continue;
                break;
            }
            auto const leaves = p.on_the_way.arrives(state_->faults_of(d), now());
            if (!error) {
                p.waiting.push_back({leaves, buffer.substr(0, n), ending::none});
                p.waiting_bytes += n;
            } else {
                p.waiting.push_back({leaves, {}, error == boost::asio::error::eof ? ending::closed : ending::reset});
            }
            p.wake.cancel();
            if (error) break;
        }
        p.is_read = false;
        if (!has_ended_) end_if_nobody_is_left();
        self.reset();
    }

    // Also what waited.
    void lose(direction d, std::size_t n) {
        auto& p = of(d);
        state_->counts_of(d).dropped += p.waiting_bytes + n;
        p.waiting.clear();
        p.waiting_bytes = 0;
        p.has_lost = true;
    }

    boost::asio::awaitable<void> writing(std::shared_ptr<link> self, direction d) {
        auto& p = of(d);
        std::string piece;
        while (!has_ended_ && !is_orphan_) {
            if (loses(d) && !p.waiting.empty()) lose(d, 0);
            if (p.waiting.empty() || state_->faults_of(d).stall) {
                co_await p.wake.async_wait(no_throw());
                continue;
            }
            auto const faults = state_->faults_of(d);
            auto const step = p.on_the_way.next(faults, p.waiting.front().earliest, p.waiting.front().bytes.size());
            if (step.at > now()) {
                p.due.expires_at(step.at);
                auto const result = co_await p.due.async_wait(no_throw());
                if (std::get<0>(result)) continue; // something has changed
            }
            if (p.waiting.empty() || !(faults == state_->faults_of(d))) continue;
            if (auto const how = p.waiting.front().end; how != ending::none) {
                p.waiting.pop_front();
                pass_on(d, how);
                break;
            }
            auto bytes = step.bytes;
            if (auto const most = state_->cut_of(d); most > 0)
                bytes = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, most - p.passed));
            auto& first = p.waiting.front().bytes;
            piece.assign(first, 0, bytes);
            first.erase(0, bytes);
            p.waiting_bytes -= bytes;
            if (first.empty()) p.waiting.pop_front();
            auto const written = co_await write(d, piece);
            if (has_ended_ || is_orphan_) break;
            if (!written) {
                reset();
                break;
            }
            p.on_the_way.wrote(faults, bytes, now());
            if (is_cut(d)) {
                reset();
                break;
            }
            p.wake.cancel(); // there is room
            // Others have their turn: whoever reads sees pieces.
            co_await boost::asio::post(client_.get_executor(), boost::asio::use_awaitable);
        }
        self.reset();
    }

    void pass_on(direction d, ending how) {
        if (how == ending::reset) return reset();
        boost::system::error_code ignored;
        to(d).shutdown(boost::asio::socket_base::shutdown_send, ignored);
        of(d).is_over = true;
        end_if_nobody_is_left();
    }

    // Where nobody would notice anything any more.
    void end_if_nobody_is_left() {
        bool const is_over = std::all_of(pipes_.begin(), pipes_.end(),
            [this](pipe const& p) { return p.is_over || ((p.has_lost || is_orphan_) && !p.is_read); });
        if (!is_over) return;
        if (is_orphan_ || pipes_[0].has_lost || pipes_[1].has_lost) return reset();
        boost::system::error_code ignored;
        client_.close(ignored);
        target_.close(ignored);
        end();
    }

    boost::asio::awaitable<bool> write(direction d, std::string const& piece) {
        auto rest = boost::asio::buffer(piece);
        while (rest.size() > 0) {
            auto const result = co_await to(d).async_write_some(rest, no_throw());
            if (has_ended_ || is_orphan_) co_return false;
            if (std::get<0>(result)) co_return false;
            rest += std::get<1>(result);
            of(d).passed += std::get<1>(result);
            state_->counts_of(d).passed += std::get<1>(result);
            ++state_->counts_of(d).writes;
        }
        co_return true;
    }

    std::shared_ptr<link_state> state_;
    stream_socket client_;
    stream_socket target_;
    std::array<pipe, 2> pipes_;
    bool is_connected_ = false;
    bool is_orphan_ = false;
    bool was_born_in_black_hole_ = false;
    bool has_ended_ = false;
};

} // namespace faults

#endif
