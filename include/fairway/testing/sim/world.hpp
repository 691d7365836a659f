// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_SIM_WORLD_HPP
#define FAIRWAY_TESTING_SIM_WORLD_HPP

#include <fairway/testing/sim/engine.hpp>
#include <fairway/testing/sim/fault_plan.hpp>
#include <fairway/testing/sim/injector.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace fairway::testing {

/// Several hosts with services on them, run step by step in an order that a seed decides, in virtual time.
///
/// One step is one handler of one host, or one message that arrives at an end of a link. Within a host, and within one
/// direction of a connection, it is first come first served; among them the seed chooses. When nobody can make a step,
/// time jumps to the next alarm or arrival. The same program with the same seed makes the same steps, whatever the
/// compiler: `hash` tells. Not thread-safe; handlers may call what is said to be for them, and nothing else.
class simulation {
public:
    /// A world at 2026-01-01 00:00:00 UTC, without hosts.
    explicit simulation(simulation_options const& options = simulation_options())
        : engine_(options), injector_(engine_) {}

    /// Adds a host and starts it. `boot(host&)` makes what runs on it, now and after each crash: `host::make`,
    /// `host::keep` and `host::spawn` hold it; a `std::shared_ptr` that it returns is kept too. The name must be new.
    template <class Boot>
    host& add_host(std::string name, Boot boot) {
        if constexpr (std::is_void_v<std::invoke_result_t<Boot&, host&>>) {
            auto and_keep_nothing = [boot = std::move(boot)](host& h) mutable {
                boot(h);
                return std::shared_ptr<void>();
            };
            return engine_.add_host(std::move(name), std::move(and_keep_nothing));
        } else {
            return engine_.add_host(std::move(name), std::move(boot));
        }
    }
    /// The host of that name; throws `std::out_of_range` where there is none.
    host& at(std::string_view name) const {
        if (host* const h = engine_.find(name)) return *h;
        throw std::out_of_range("the simulation has no host '" + std::string(name) + "'");
    }

    /// Runs for that much virtual time. As all that runs, throws what a spawned task threw, and `stuck` after
    /// `simulation_options::max_steps` steps.
    void run_for(duration d) {
        engine_.run(sim_detail::later(engine_.now(), d), [] { return false; });
    }
    /// Runs until `done()`, asked before every step, is true, for `most` of virtual time at most. Returns whether it
    /// is.
    bool run_until(std::function<bool()> const& done, duration most = std::chrono::hours(1)) {
        return engine_.run(sim_detail::later(engine_.now(), most), done);
    }
    /// Runs until no host has anything to run and no message is under way. Does not wait for alarms (such as a handler
    /// that sleeps, or a connection that is to be tried again).
    void settle() { engine_.settle(); }

    /// Crashes a host, in the midst of everything: destroys what runs on it, in an order that the seed decides. With
    /// `down` it starts again after that time. What was on its way to the broker may still arrive. For a host that is
    /// down already it does nothing.
    void crash(host& h, std::optional<duration> down = std::nullopt) { engine_.crash(h, down); }
    /// Starts a host that crashed: its boot function runs again.
    void restart(host& h) { engine_.start(h); }
    /// Stops a host for a while, like SIGSTOP: nothing runs there, its clock goes on. For handlers too.
    void pause(host& h, duration d) { engine_.pause(h, d); }

    /// Cuts a host's link to the broker, in one direction or both, for a while or until `heal`. Nothing is lost on it:
    /// what was sent arrives after it has healed, unless an end has given the connection up by then
    /// (`link_options::dead_after`). As the following functions for links and the broker it throws `std::logic_error`
    /// with `carrier::hub`, and may be called by handlers.
    void cut(host& h, link_way way = link_way::both, std::optional<duration> length = std::nullopt) {
        engine_.cut(h, way, length);
    }
    /// Mends a host's link.
    void heal(host& h) { engine_.heal(h); }
    /// Adds up to `extra` to the latency of a host's link, for a while.
    void slow(host& h, duration extra, duration length) { engine_.slow(h, extra, length); }
    /// Restarts the broker: connections drop, reply channels are gone, what was confirmed is still there. It is down
    /// for a while.
    void restart_broker(duration down = std::chrono::milliseconds(100)) { engine_.restart_broker(down); }
    /// Lets the broker deliver again, once, one in `one_in` of the messages whose delivery was accepted; 0 for none. A
    /// log has no such duplicates.
    void duplicate(std::uint64_t one_in) { engine_.duplicate(one_in); }
    /// How many messages wait at the broker for a group of a channel (of a point-to-point channel the group does not
    /// matter), those that are delivered and not settled included.
    std::size_t backlog(std::string_view channel, std::string_view group = {}) const {
        return engine_.backlog(channel, group);
    }

    /// The network between hosts that `env::network` gives them, under their names: to cut, to heal and to reset. What
    /// drives it is the simulation.
    stream_world& streams() noexcept { return engine_.streams(); }

    /// Lets things go wrong at random from now on; when the plan's window ends, all that it broke is mended.
    void inject(fault_plan const& plan) { injector_.add(plan); }

    /// Virtual time since the beginning.
    duration elapsed() const noexcept { return engine_.now(); }
    /// The true calendar time, from which hosts' clocks may differ.
    time_point now() const noexcept { return manual_clock::start + engine_.now(); }
    /// How many steps were made.
    std::uint64_t steps() const noexcept { return engine_.steps(); }
    /// A hash of all that happened so far, in its order.
    std::uint64_t hash() const noexcept { return engine_.record().hash(); }
    /// Tells each event from now on, for example `[](sim_event const& e) { std::cerr << to_string(e) << '\n'; }`.
    void trace(std::function<void(sim_event const&)> told) { engine_.record().tell(std::move(told)); }
    /// Adds an event of the test's own to the trace and to the hash. For handlers too.
    void note(std::string_view text) { engine_.note("test", "note", text); }

private:
    sim_detail::engine engine_;
    sim_detail::injector injector_;
};

} // namespace fairway::testing

#endif
