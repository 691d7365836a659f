// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_SIM_STREAM_WORLD_HPP
#define FAIRWAY_TESTING_SIM_STREAM_WORLD_HPP

#include <fairway/env/network.hpp>
#include <fairway/testing/sim/stream_core.hpp>
#include <fairway/testing/sim/stream_network.hpp>
#include <fairway/testing/sim/stream_options.hpp>

#include <boost/asio/execution_context.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::testing {

/// A simulated network: streams between execution contexts, each of which is a host with a name.
///
/// Bytes take a time that a seed decides, are read and written in pieces of any size, and wait where there is no room;
/// connections fail as the faults below say. Nothing happens by itself: who drives the contexts, one after another on
/// one thread, calls `step` until it returns false, and where nobody has anything to do lets time pass, as far as
/// `next_due` at most (`stream_lab` does so). A host's name is its address; `localhost` and Unix sockets stay within a
/// host. For one thread. Contexts may outlive it.
class stream_world {
public:
    /// No hosts yet; virtual time is 0.
    explicit stream_world(stream_options const& options = stream_options())
        : core_(std::make_shared<sim_detail::stream_core>(options)) {}

    /// Makes `context` the host of that name, which is new, or down: puts the simulated `env::network` into it, before
    /// anything asks for one there. When the context is destroyed without a `crash`, its process has ended.
    void join(asio::execution_context& context, std::string const& name) {
        auto const incarnation = core_->start(name);
        asio::make_service<env::network>(context, std::make_unique<sim_detail::sim_network>(core_, name, incarnation));
    }

    /// Virtual time since the beginning.
    duration now() const noexcept { return core_->now(); }
    /// Sets the time, which never goes back. Nothing arrives by that alone.
    void advance_to(duration to) noexcept { core_->advance_to(to); }
    /// When the next thing can arrive; may be past. Nothing where nothing is under way, or all of it is cut off.
    std::optional<duration> next_due() const { return core_->next_due(); }
    /// Lets one thing arrive whose time has come, by the seed's choice; what that completes is posted to its context.
    /// False where there is none.
    bool step() { return core_->step(); }

    /// The hosts at which something can arrive now; one may be named more than once. Until something is done with this.
    std::vector<std::string_view> due_hosts() const { return core_->due_hosts(); }
    /// As `step()`, for what arrives at that host.
    bool step(std::string_view host) { return core_->step(host); }

    /// Lets nothing arrive any more that goes from one host to another, those that connect included, until it is
    /// healed. Nothing is lost: it comes late, if both ends wait for it. As the following, throws `std::logic_error`
    /// for a host that never was.
    void cut(std::string_view from, std::string_view to) { core_->cut(from, to, true); }
    /// Both ways.
    void cut_both(std::string_view one, std::string_view other) {
        cut(one, other);
        cut(other, one);
    }
    /// Ends a cut.
    void heal(std::string_view from, std::string_view to) { core_->cut(from, to, false); }
    /// Ends all cuts.
    void heal_all() { core_->heal_all(); }
    /// Resets all connections between two hosts, now, at both ends; what is under way is lost. How many those were.
    std::size_t reset(std::string_view one, std::string_view other) { return core_->reset(one, other); }
    /// Whether connections to a host are refused, whoever listens there.
    void refuse(std::string_view host, bool on = true) { core_->refuse(host, on); }
    /// Ends a host; its context must be destroyed before anything else runs in it. `join` starts it again. Nothing of
    /// it is resumed. For a host that is down it does nothing.
    void crash(std::string_view host, crash_kind how = crash_kind::machine) { core_->end(host, std::nullopt, how); }

    /// How many connections there are, those included that are open at one end only.
    std::size_t connections() const noexcept { return core_->links(); }
    /// Tells what arrives from now on, and each fault: where, what, and who is at the other end.
    void trace(std::function<void(std::string_view where, std::string_view what, std::string_view other)> told) {
        core_->trace(std::move(told));
    }

private:
    std::shared_ptr<sim_detail::stream_core> core_;
};

} // namespace fairway::testing

#endif
