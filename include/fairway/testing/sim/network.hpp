// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_SIM_NETWORK_HPP
#define FAIRWAY_TESTING_SIM_NETWORK_HPP

#include <fairway/testing/sim/broker.hpp>
#include <fairway/testing/sim/draw.hpp>
#include <fairway/testing/sim/frame.hpp>
#include <fairway/testing/sim/options.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::testing::sim_detail {

// The host's end of its link.
class link_user {
public:
    link_user() = default;
    link_user(link_user const&) = delete;
    link_user& operator=(link_user const&) = delete;
    virtual ~link_user() = default;
    virtual void on_frame(std::uint64_t connection, frame f) = 0;
    // The connection was given up without a word from the broker.
    virtual void on_lost(std::uint64_t connection) = 0;
    // The host crashes: there is no network any more.
    virtual void on_unplugged() noexcept = 0;
};

// What the network needs of the simulation.
struct network_env {
    std::function<void(duration when, std::function<void()>)> at;
    std::function<void(std::string_view where, std::string_view what, std::string_view text, message_id id)> note;
};

// The links between hosts and the broker: connections in whose two directions frames stay in order, each under way for
// a time of its own. A connection ends for each end on its own.
class network {
public:
    enum class direction { up, down };
    // A direction of a connection whose first frame can arrive now.
    struct arrival {
        std::size_t host;
        std::uint64_t connection;
        direction way;
    };

    network(simulation_options const& o, network_env env)
        : options_(o.links()),
          dice_(o.seed(), 5),
          env_(std::move(env)),
          broker_(
              o.broker(), o.seed(), [this](std::uint64_t session, frame f) { send_down(session, std::move(f)); },
              [this](std::string_view what, std::string_view text, message_id id) {
                  env_.note("broker", what, text, id);
              }) {}

    broker& center() noexcept { return broker_; }
    broker const& center() const noexcept { return broker_; }
    link_options const& options() const noexcept { return options_; }
    void add_host(std::string name) { links_.push_back({std::move(name)}); }
    void set_time(duration now) {
        now_ = now;
        broker_.set_time(now);
    }

    // ---- the host's end
    void plug(std::size_t host, link_user* user) { links_[host].user = user; }
    std::uint64_t connect(std::size_t host) {
        auto& c = connections_.emplace_back();
        c.id = ++last_id_;
        c.host = host;
        frame hello;
        put(c, c.up, std::move(hello));
        return c.id;
    }
    void send_up(std::uint64_t id, frame f) {
        auto* const c = find(id);
        if (c && c->client_open) put(*c, c->up, std::move(f));
    }
    void disconnect(std::uint64_t id) {
        auto* const c = find(id);
        if (!c || !c->client_open) return;
        c->client_open = false;
        c->down.frames.clear();
        say(*c, c->up, frame_kind::bye);
        sweep();
    }

    // ---- steps
    // Calls `found` with each arrival that can be now; `listens(host)` says where somebody is at home.
    template <class Listens, class Found>
    void arrivals(Listens&& listens, Found&& found) const {
        for (auto const& c : connections_) {
            auto const& l = links_[c.host];
            if (!c.up.frames.empty() && c.up.frames.front().at <= now_ && !l.is_cut(direction::up))
                found(arrival{c.host, c.id, direction::up});
            if (!c.down.frames.empty() && c.down.frames.front().at <= now_ && !l.is_cut(direction::down) &&
                listens(c.host))
                found(arrival{c.host, c.id, direction::down});
        }
    }
    template <class Listens>
    std::optional<duration> next_arrival(Listens&& listens) const {
        std::optional<duration> next;
        auto const consider = [&next](flow const& f) {
            if (!f.frames.empty() && (!next || f.frames.front().at < *next)) next = f.frames.front().at;
        };
        for (auto const& c : connections_) {
            auto const& l = links_[c.host];
            if (!l.is_cut(direction::up)) consider(c.up);
            if (!l.is_cut(direction::down) && listens(c.host)) consider(c.down);
        }
        return next;
    }
    void arrive(arrival const& a) {
        auto& c = *find(a.connection);
        bool const up = a.way == direction::up;
        auto& frames = up ? c.up.frames : c.down.frames;
        frame f = std::move(frames.front().what);
        frames.pop_front();
        note(links_[c.host].name, f);
        if (up)
            arrive_up(c, std::move(f));
        else
            arrive_down(c, std::move(f));
        sweep();
    }
    bool broker_is_due() const {
        auto const wake = broker_.wake();
        return wake && *wake <= now_;
    }

    // ---- faults
    // For a while, or until `heal`; a later cut of the same direction replaces an earlier one's end.
    void cut(std::size_t host, link_way way, std::optional<duration> length) {
        if (way != link_way::down) cut(host, direction::up, length);
        if (way != link_way::up) cut(host, direction::down, length);
    }
    void heal(std::size_t host) {
        mend(host, direction::up);
        mend(host, direction::down);
    }
    void slow(std::size_t host, duration extra, duration length) {
        auto& l = links_[host];
        l.extra = extra;
        l.slow_until = later(now_, length);
    }
    void end_slow(std::size_t host) { links_[host].slow_until = duration::zero(); }
    // The host stands still, as `still` says: the broker misses its signs of life.
    void stand_still(std::size_t host, std::function<bool()> still) {
        env_.at(later(now_, options_.dead_after()), [this, host, still = std::move(still)] {
            if (still()) drop_sessions(host);
        });
    }
    // The host's process is gone: of what it sent a part still arrives. Its system tells the broker, or falls silent
    // with it.
    void crash(std::size_t host) {
        if (auto* const user = std::exchange(links_[host].user, nullptr)) user->on_unplugged();
        bool const silent = dice_.one_in(4);
        for (auto& c : connections_) {
            if (c.host != host || !c.client_open) continue;
            c.client_open = false;
            c.down.frames.clear();
            auto const survive = static_cast<std::size_t>(dice_.below(c.up.frames.size() + 1));
            while (c.up.frames.size() > survive) c.up.frames.pop_back();
            if (!silent)
                say(c, c.up, frame_kind::bye);
            else
                env_.at(later(now_, options_.dead_after()), [this, id = c.id] {
                    if (auto* const lost = find(id)) drop_session(*lost);
                    sweep();
                });
        }
        sweep();
    }
    void restart_broker(duration down) {
        broker_.restart();
        for (auto& c : connections_) {
            c.up.frames.clear();
            if (c.client_open) say(c, c.down, frame_kind::closed);
        }
        down_until_ = later(now_, down);
        sweep();
    }
    void end_restart() { down_until_ = duration::zero(); }

private:
    struct flight {
        duration at;
        frame what;
    };
    struct flow {
        std::deque<flight> frames;
        duration last{};
    };
    struct connection {
        std::uint64_t id = 0;
        std::size_t host = 0;
        bool client_open = true;
        flow up;
        flow down;
    };
    struct cut_state {
        bool on = false;
        std::uint64_t turn = 0;    // counts cuts and mendings
        std::uint64_t command = 0; // counts calls
    };
    struct link {
        std::string name;
        link_user* user = nullptr;
        cut_state cuts[2]{};
        duration extra{};
        duration slow_until{};

        cut_state& cut(direction d) noexcept { return cuts[d == direction::up ? 0 : 1]; }
        bool is_cut(direction d) const noexcept { return cuts[d == direction::up ? 0 : 1].on; }
    };

    connection* find(std::uint64_t id) {
        auto const found = std::lower_bound(connections_.begin(), connections_.end(), id,
            [](connection const& c, std::uint64_t n) { return c.id < n; });
        return found != connections_.end() && found->id == id ? &*found : nullptr;
    }
    void put(connection const& c, flow& to, frame f) {
        auto const& l = links_[c.host];
        duration latency = dice_.between(options_.least_latency(), options_.most_latency());
        if (now_ < l.slow_until) latency += dice_.between(duration::zero(), l.extra);
        to.last = std::max(to.last, now_ + latency);
        to.frames.push_back({to.last, std::move(f)});
    }
    void say(connection const& c, flow& to, frame_kind what) {
        frame f;
        f.kind = what;
        put(c, to, std::move(f));
    }
    void send_down(std::uint64_t session, frame f) {
        auto* const c = find(session);
        if (c && c->client_open) put(*c, c->down, std::move(f));
    }

    void arrive_up(connection& c, frame f) {
        if (f.kind == frame_kind::hello && now_ < down_until_) {
            if (c.client_open) say(c, c.down, frame_kind::closed);
            return;
        }
        broker_.take(c.id, std::move(f));
    }
    void arrive_down(connection& c, frame f) {
        if (!c.client_open) return;
        if (f.kind == frame_kind::closed) {
            c.client_open = false;
            c.down.frames.clear();
        }
        if (auto* const user = links_[c.host].user) user->on_frame(c.id, std::move(f));
    }

    // The broker takes connections for lost.
    void drop_session(connection& c) {
        c.up.frames.clear();
        if (!broker_.knows(c.id)) return;
        env_.note("broker", "lost", links_[c.host].name, {});
        broker_.drop(c.id);
        if (c.client_open) say(c, c.down, frame_kind::closed);
    }
    void drop_sessions(std::size_t host) {
        for (auto& c : connections_)
            if (c.host == host) drop_session(c);
        sweep();
    }
    // The host takes its connections for lost.
    void lose(std::size_t host) {
        std::vector<std::uint64_t> lost;
        for (auto& c : connections_)
            if (c.host == host && c.client_open) lost.push_back(c.id);
        for (auto const id : lost) {
            disconnect(id);
            env_.note(links_[host].name, "lost", {}, {});
            if (auto* const user = links_[host].user) user->on_lost(id);
        }
    }

    void cut(std::size_t host, direction d, std::optional<duration> length) {
        auto& c = links_[host].cut(d);
        auto const command = ++c.command;
        if (length)
            env_.at(later(now_, *length), [this, host, d, command] {
                if (links_[host].cut(d).command == command) mend(host, d);
            });
        if (std::exchange(c.on, true)) return;
        auto const turn = ++c.turn;
        env_.note(links_[host].name, d == direction::up ? "cut up" : "cut down", {}, {});
        env_.at(later(now_, options_.dead_after()), [this, host, d, turn] {
            if (links_[host].cut(d).turn != turn) return;
            if (d == direction::up)
                drop_sessions(host);
            else
                lose(host);
        });
    }
    void mend(std::size_t host, direction d) {
        auto& c = links_[host].cut(d);
        ++c.command;
        if (!std::exchange(c.on, false)) return;
        ++c.turn;
        env_.note(links_[host].name, d == direction::up ? "heal up" : "heal down", {}, {});
    }

    void note(std::string_view host, frame const& f) {
        auto const about = f.message ? f.message.type() : std::string_view();
        env_.note(host, name_of(f.kind), about, f.message ? f.message.id() : message_id());
    }
    // Forgets connections that have ended at both ends.
    void sweep() {
        std::erase_if(connections_,
            [this](connection const& c) { return !c.client_open && c.up.frames.empty() && !broker_.knows(c.id); });
    }

    link_options options_;
    dice dice_;
    network_env env_;
    broker broker_;
    duration now_{};
    duration down_until_{};
    std::uint64_t last_id_ = 0;
    std::vector<link> links_;
    std::deque<connection> connections_; // by rising id
};

} // namespace fairway::testing::sim_detail

#endif
