// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_SIM_STREAM_LAB_HPP
#define FAIRWAY_TESTING_SIM_STREAM_LAB_HPP

#include <fairway/env/random.hpp>
#include <fairway/testing/manual_clock.hpp>
#include <fairway/testing/sim/draw.hpp>
#include <fairway/testing/sim/stream_world.hpp>
#include <fairway/testing/stuck.hpp>

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace fairway::testing {

/// Hosts with a simulated network and a manual clock each, run by the calling thread: one handler of one host, or one
/// arrival, at a time, in an order that the seed of the streams decides. Time passes where nothing else can happen.
class stream_lab {
public:
    /// Without hosts.
    explicit stream_lab(stream_options const& options = stream_options())
        : streams_(options), dice_(options.seed(), 7) {}

    /// A host of a new name, or one that was dropped: its execution context, with the lab's time, random numbers of its
    /// own and a simulated `env::network`.
    asio::io_context& start(std::string const& name) {
        auto& p = places_[name];
        if (p) throw std::logic_error("the lab has a host '" + name + "' already");
        auto made = std::make_unique<place>();
        asio::make_service<env::random>(made->io, sim_detail::mix(sim_detail::hash_of(name) + ++starts_));
        made->clock.advance(streams_.now());
        streams_.join(made->io, name);
        p = std::move(made);
        return p->io;
    }
    /// Ends a host, with all that is suspended there.
    void drop(std::string_view name, crash_kind how = crash_kind::process) {
        auto const found = places_.find(name);
        if (found == places_.end() || !found->second)
            throw std::logic_error("the lab has no host '" + std::string(name) + "'");
        streams_.crash(name, how);
        found->second.reset();
    }
    /// The network, to break.
    stream_world& streams() noexcept { return streams_; }
    /// Virtual time since the beginning.
    duration now() const noexcept { return streams_.now(); }

    /// Runs until `done()`, asked before every step, is true, for `most` of virtual time at most. Returns whether it
    /// is. Throws `stuck` where it does not come to rest.
    bool run_until(std::function<bool()> const& done, duration most = std::chrono::hours(1)) {
        auto const end = sim_detail::later(now(), most);
        for (std::size_t steps = 0; !done();) {
            if (++steps > most_steps) throw stuck("the lab does not come to rest");
            if (step()) continue;
            auto const next = next_event();
            if (!next || *next > end) {
                if (end != duration::max()) advance_to(end);
                return done();
            }
            advance_to(*next);
        }
        return true;
    }
    /// Runs for that much virtual time.
    void run_for(duration d) {
        run_until([] { return false; }, d);
    }
    /// Makes one step at the present moment; false where nobody can make one.
    bool step() {
        std::vector<place*> order;
        for (auto const& [name, p] : places_)
            if (p) order.push_back(p.get());
        // The network is one of those who take turns.
        auto left = order.size() + 1;
        order.push_back(nullptr);
        while (left > 0) {
            auto const chosen = static_cast<std::size_t>(dice_.below(left));
            if (order[chosen] ? order[chosen]->poll_one() : streams_.step()) return true;
            std::swap(order[chosen], order[--left]);
        }
        return false;
    }

private:
    struct place {
        asio::io_context io{1};
        manual_clock& clock = asio::make_service<manual_clock>(io);
        bool poll_one() {
            io.restart();
            return io.poll_one() > 0;
        }
    };

    std::optional<duration> next_event() const {
        auto next = streams_.next_due();
        for (auto const& [name, p] : places_) {
            auto const alarm = p ? p->clock.next_alarm() : std::nullopt;
            if (!alarm) continue;
            auto const at = now() + (*alarm - p->clock.steady_now());
            if (!next || at < *next) next = at;
        }
        if (next) next = std::max(*next, now());
        return next;
    }
    void advance_to(duration to) {
        auto const by = to - now();
        streams_.advance_to(to);
        for (auto const& [name, p] : places_)
            if (p) p->clock.advance(by);
    }

    static constexpr std::size_t most_steps = 5'000'000;

    stream_world streams_;
    sim_detail::dice dice_;
    std::uint64_t starts_ = 0;
    std::map<std::string, std::unique_ptr<place>, std::less<>> places_;
};

} // namespace fairway::testing

#endif
