// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_SIM_STREAM_CORE_HPP
#define FAIRWAY_TESTING_SIM_STREAM_CORE_HPP

#include <fairway/env/endpoint.hpp>
#include <fairway/testing/sim/draw.hpp>
#include <fairway/testing/sim/stream_hosts.hpp>
#include <fairway/testing/sim/stream_link.hpp>
#include <fairway/testing/sim/stream_options.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::testing::sim_detail {

// Hosts, who listens there, and connections between them. For one thread.
class stream_core {
public:
    using link_ptr = std::shared_ptr<stream_link>;
    using listener_ptr = std::shared_ptr<stream_listener>;
    using teller = std::function<void(std::string_view where, std::string_view what, std::string_view text)>;

    explicit stream_core(stream_options const& o) : options_(o), dice_(o.seed(), 6) {}

    // ---- time
    duration now() const noexcept { return now_; }
    void advance_to(duration to) noexcept { now_ = std::max(now_, to); }
    std::optional<duration> next_due() const {
        std::optional<duration> next;
        for (auto const& l : links_)
            for (std::size_t side = 0; side < 2; ++side) {
                auto const& coming = l->ends[side].coming;
                if (coming.empty() || (next && coming.front().at >= *next)) continue;
                if (can_arrive(*l, side)) next = coming.front().at;
            }
        return next;
    }
    // Where something can arrive now; a host may be named more than once.
    std::vector<std::string_view> due_hosts() const {
        std::vector<std::string_view> hosts;
        for (auto const& l : links_)
            for (std::size_t side = 0; side < 2; ++side)
                if (is_due(*l, side)) hosts.push_back(l->ends[side].host);
        return hosts;
    }
    // At that host, or at any.
    bool step(std::optional<std::string_view> host = std::nullopt) {
        due_.clear();
        for (auto const& l : links_)
            for (std::size_t side = 0; side < 2; ++side)
                if (is_due(*l, side) && (!host || l->ends[side].host == *host)) due_.emplace_back(l, side);
        if (due_.empty()) return false;
        auto const [l, side] = due_[static_cast<std::size_t>(dice_.below(due_.size()))];
        due_.clear();
        arrive(l, side);
        sweep();
        return true;
    }

    // ---- hosts
    std::uint64_t start(std::string const& name) { return hosts_.start(name); }
    bool knows(std::string_view name) const { return hosts_.find(name) != nullptr; }
    bool is_up(std::string_view name, std::uint64_t incarnation) const {
        auto const* const h = hosts_.find(name);
        return h && h->up && h->incarnation == incarnation;
    }
    // Of that incarnation, or of any.
    void end(std::string_view name, std::optional<std::uint64_t> incarnation, crash_kind how) {
        auto& h = hosts_.at(name);
        if (!h.up || (incarnation && h.incarnation != *incarnation)) return;
        bool const linked = std::any_of(links_.begin(), links_.end(),
            [name](auto const& l) { return l->ends[0].host == name || l->ends[1].host == name; });
        if (how == crash_kind::either) how = linked && dice_.one_in(2) ? crash_kind::machine : crash_kind::process;
        if (linked) tell(name, "streams", how == crash_kind::machine ? "silent" : "end");
        h.up = false;
        h.silent = how == crash_kind::machine;
        stream_waiters gone;
        for (auto i = listeners_.begin(); i != listeners_.end();) {
            if (i->second->host != name) {
                ++i;
                continue;
            }
            i->second->closed = true;
            gone.take(i->second->accepting);
            i->second->waiting.clear();
            i = listeners_.erase(i);
        }
        for (auto const& l : links_)
            for (std::size_t side = 0; side < 2; ++side)
                if (l->ends[side].host == name) end_of(*l, side, how, gone);
        sweep();
    }
    void refuse(std::string_view name, bool on) { hosts_.at(name).refuses = on; }
    void cut(std::string_view from, std::string_view to, bool on) {
        hosts_.cut(from, to, on);
        tell(from, on ? "cut to" : "heal to", to);
    }
    void heal_all() { hosts_.heal_all(); }
    std::size_t reset(std::string_view one, std::string_view other) {
        hosts_.at(one);
        hosts_.at(other);
        std::size_t n = 0;
        for (auto const& l : links_) {
            auto const& a = l->ends[0].host;
            auto const& b = l->ends[1].host;
            if (!((a == one && b == other) || (a == other && b == one))) continue;
            if (l->ends[0].broken && l->ends[1].broken) continue;
            ++n;
            for (auto& e : l->ends) {
                e.coming.clear();
                e.flying = 0;
                fail(e, asio::error::connection_reset);
            }
        }
        tell(one, "reset to", other);
        sweep();
        return n;
    }
    std::size_t links() const noexcept { return links_.size(); }
    void trace(teller t) { tell_ = std::move(t); }

    // ---- connections
    link_ptr open(std::string const& from, env::endpoint const& to, asio::any_io_executor const& on) {
        auto l = std::make_shared<stream_link>();
        l->to = to;
        bool const here = to.kind == env::endpoint::family::local || is_self(to.host);
        l->ends[0].host = from;
        l->ends[0].home = on;
        l->ends[0].there = true;
        l->ends[0].remote = to.text();
        l->ends[1].host = here ? from : to.host;
        l->ends[1].remote = to.kind == env::endpoint::family::local
                                ? to.text()
                                : env::endpoint::tcp(from, hosts_.at(from).next_port()).text();
        links_.push_back(l);
        put(*l, 1, flight_kind::open);
        return l;
    }
    void close(stream_link& l, std::size_t side) {
        auto& e = l.ends[side];
        if (std::exchange(e.closed, true)) return;
        e.settle(e.reading, asio::error::operation_aborted, 0);
        e.settle(e.writing, asio::error::operation_aborted, 0);
        e.settle_opening(asio::error::operation_aborted);
        say_end(l, side);
        sweep();
    }
    void read(stream_link& l, std::size_t side) {
        auto& e = l.ends[side];
        if (e.closed) return e.settle(e.reading, asio::error::operation_aborted, 0);
        if (e.into.size() == 0) return e.settle(e.reading, {}, 0);
        feed(l, side);
    }
    void write(stream_link& l, std::size_t side) {
        auto& e = l.ends[side];
        if (e.closed) return e.settle(e.writing, asio::error::operation_aborted, 0);
        if (e.broken) return e.settle(e.writing, e.broken, 0);
        if (asio::buffer_size(e.from) == 0) return e.settle(e.writing, {}, 0);
        accept_bytes(l, side);
    }
    std::size_t write_now(stream_link& l, std::size_t side, asio::const_buffer what) {
        auto& e = l.ends[side];
        if (e.closed || e.broken || e.writing || what.size() == 0) return 0;
        e.from.assign(1, what);
        return send(l, side);
    }

    // ---- listeners
    listener_ptr listen(std::string const& on_host, env::endpoint at, asio::any_io_executor const& on) {
        auto& h = hosts_.at(on_host);
        if (at.kind == env::endpoint::family::tcp) {
            if (!is_self(at.host) && at.host != on_host)
                throw system_error(asio::error::invalid_argument, "listen at " + at.text() + ": that is another host");
            if (at.port == 0) at.port = h.next_port();
        }
        auto l = std::make_shared<stream_listener>();
        l->host = on_host;
        l->at = at;
        l->home = on;
        if (!listeners_.emplace(key(on_host, at), l).second)
            throw system_error(asio::error::address_in_use, "listen at " + at.text());
        return l;
    }
    void close(stream_listener& l) {
        if (std::exchange(l.closed, true)) return;
        if (auto const found = listeners_.find(key(l.host, l.at));
            found != listeners_.end() && found->second.get() == &l)
            listeners_.erase(found);
        for (auto const& one : std::exchange(l.waiting, {})) close(*one, 1);
        stream_end::wake(l.accepting);
    }

private:
    using listener_key = std::pair<std::string, std::string>;

    static bool is_self(std::string_view name) { return name == "*" || name == "localhost" || name == "127.0.0.1"; }
    static listener_key key(std::string const& host, env::endpoint const& at) {
        return {host, at.kind == env::endpoint::family::local ? at.path : std::to_string(at.port)};
    }
    void tell(std::string_view where, std::string_view what, std::string_view text) const {
        if (tell_) tell_(where, what, text);
    }

    bool can_arrive(stream_link const& l, std::size_t side) const {
        return hosts_.can_arrive(l.ends[1 - side].host, l.ends[side].host);
    }
    // Asked of every link at each step of a simulation: names are compared last.
    bool is_due(stream_link const& l, std::size_t side) const {
        auto const& coming = l.ends[side].coming;
        return !coming.empty() && coming.front().at <= now_ && can_arrive(l, side);
    }
    void put(stream_link& l, std::size_t side, flight_kind what, std::string bytes = {}) {
        auto& to = l.ends[side];
        to.last = std::max(to.last, later(now_, dice_.between(options_.least_latency(), options_.most_latency())));
        to.flying += bytes.size();
        to.coming.push_back({to.last, what, std::move(bytes)});
    }
    void arrive(link_ptr const& l, std::size_t side) {
        auto& e = l->ends[side];
        flight f = std::move(e.coming.front());
        e.coming.pop_front();
        e.flying -= f.bytes.size();
        tell(e.host, name_of(f.kind), l->ends[1 - side].host);
        switch (f.kind) {
        case flight_kind::open: return arrive_open(l);
        case flight_kind::ready:
            if (e.closed) return answer_reset(*l, side);
            e.linked = true;
            return e.settle_opening({});
        case flight_kind::refuse:
            e.broken = asio::error::connection_refused;
            return e.settle_opening(asio::error::connection_refused);
        case flight_kind::data:
            if (e.closed) return answer_reset(*l, side);
            if (e.broken) return;
            e.arrived += f.bytes;
            return feed(*l, side);
        case flight_kind::fin: e.ended = true; return feed(*l, side);
        case flight_kind::reset: return fail(e, asio::error::connection_reset);
        }
    }
    void arrive_open(link_ptr const& l) {
        auto& e = l->ends[1];
        auto const* const h = hosts_.find(e.host);
        auto const found = listeners_.find(key(e.host, l->to));
        if (!h || h->refuses || found == listeners_.end() || found->second->waiting.size() >= options_.backlog()) {
            e.closed = true;
            return put(*l, 0, flight_kind::refuse);
        }
        e.home = found->second->home;
        e.there = e.linked = true;
        found->second->waiting.push_back(l);
        stream_end::wake(found->second->accepting);
        put(*l, 0, flight_kind::ready);
    }
    void answer_reset(stream_link& l, std::size_t side) {
        auto& other = l.ends[1 - side];
        if (other.broken || (!other.coming.empty() && other.coming.back().kind == flight_kind::reset)) return;
        put(l, 1 - side, flight_kind::reset);
    }
    void fail(stream_end& e, error_code ec) {
        if (e.broken) return;
        e.broken = ec;
        e.arrived.clear();
        e.taken = 0;
        e.settle(e.reading, ec, 0);
        e.settle(e.writing, ec, 0);
        e.settle_opening(ec);
    }
    // As a system does: what was not read by who closes is a reset for who wrote it.
    void say_end(stream_link& l, std::size_t side) {
        auto& e = l.ends[side];
        if (e.broken || !e.linked) return;
        put(l, 1 - side, e.unread() > 0 ? flight_kind::reset : flight_kind::fin);
    }
    void end_of(stream_link& l, std::size_t side, crash_kind how, stream_waiters& gone) {
        auto& e = l.ends[side];
        gone.take(e.reading);
        gone.take(e.writing);
        gone.take(e.opening);
        // Who has not been asked yet may be when it is back.
        if (!e.there || std::exchange(e.closed, true)) return;
        if (how == crash_kind::machine) {
            // A part of what it has sent is on its way.
            auto& away = l.ends[1 - side];
            auto const survive = static_cast<std::size_t>(dice_.below(away.coming.size() + 1));
            while (away.coming.size() > survive) {
                away.flying -= away.coming.back().bytes.size();
                away.coming.pop_back();
            }
        } else if (e.linked && dice_.one_in(2)) {
            answer_reset(l, side);
        } else {
            say_end(l, side);
        }
    }

    std::size_t some_of(std::size_t n) {
        if (n < 2 || options_.short_ones() == 0 || !dice_.one_in(options_.short_ones())) return n;
        return 1 + static_cast<std::size_t>(dice_.below(n));
    }
    // Gives what has arrived to who reads.
    void feed(stream_link& l, std::size_t side) {
        auto& e = l.ends[side];
        if (!e.reading) return;
        if (e.unread() > 0) {
            auto const n = some_of(std::min(e.unread(), e.into.size()));
            std::copy_n(e.arrived.data() + e.taken, n, static_cast<char*>(e.into.data()));
            e.taken += n;
            if (e.unread() == 0) {
                e.arrived.clear();
                e.taken = 0;
            }
            e.settle(e.reading, {}, n);
            if (l.ends[1 - side].writing) accept_bytes(l, 1 - side);
        } else if (e.broken) {
            e.settle(e.reading, e.broken, 0);
        } else if (e.ended) {
            e.settle(e.reading, asio::error::eof, 0);
        }
    }
    // Takes of what is being written what there is room for.
    void accept_bytes(stream_link& l, std::size_t side) {
        auto& e = l.ends[side];
        if (auto const n = send(l, side); n > 0) e.settle(e.writing, {}, n);
    }
    std::size_t send(stream_link& l, std::size_t side) {
        auto& e = l.ends[side];
        auto const& to = l.ends[1 - side];
        auto const held = to.flying + to.unread();
        if (held >= options_.room()) return 0;
        auto const n = some_of(std::min(asio::buffer_size(e.from), options_.room() - held));
        std::string bytes(n, '\0');
        asio::buffer_copy(asio::buffer(bytes), e.from);
        put(l, 1 - side, flight_kind::data, std::move(bytes));
        return n;
    }
    // Forgets connections that nobody has any more, and those that never came to be.
    void sweep() {
        std::erase_if(links_, [](auto const& l) {
            auto const over = [](stream_end const& e) { return (e.closed || e.broken) && e.coming.empty(); };
            return over(l->ends[0]) && over(l->ends[1]);
        });
    }

    stream_options options_;
    dice dice_;
    duration now_{};
    stream_hosts hosts_;
    std::map<listener_key, listener_ptr> listeners_;
    std::vector<link_ptr> links_; // the oldest first
    std::vector<std::pair<link_ptr, std::size_t>> due_;
    teller tell_;
};

} // namespace fairway::testing::sim_detail

#endif
