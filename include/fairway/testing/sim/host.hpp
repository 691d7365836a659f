// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_SIM_HOST_HPP
#define FAIRWAY_TESTING_SIM_HOST_HPP

#include <fairway/env/random.hpp>
#include <fairway/testing/seeded_secure_random.hpp>
#include <fairway/testing/sim/clock.hpp>
#include <fairway/testing/sim/draw.hpp>
#include <fairway/testing/sim/stream_world.hpp>
#include <fairway/transport/any_transport.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace fairway::testing {

class host;

namespace sim_detail {

class engine;

using failures = std::vector<std::exception_ptr>;

// What a host runs from its start to its crash.
class process {
public:
    process(clock_error const& error, std::uint64_t seed, std::shared_ptr<failures> failed)
        : context_(std::in_place, 1),
          clock_(asio::make_service<host_clock>(*context_, error)),
          failed_(std::move(failed)) {
        asio::make_service<env::random>(*context_, seed);
        asio::make_service<seeded_secure_random>(*context_, mix(seed));
        busy_.emplace(context_->get_executor());
    }
    process(process const&) = delete;
    process& operator=(process const&) = delete;
    ~process() { end(0); }

    asio::any_io_executor executor() { return context_->get_executor(); }
    host_clock& clock() noexcept { return clock_; }
    bool poll_one() { return context_->poll_one() > 0; }

    any_transport const& transport() const { return transport_.value(); }
    // Before anything looks for a network.
    void join(stream_world& streams, std::string const& name) { streams.join(*context_, name); }
    void use(any_transport t) { transport_.emplace(std::move(t)); }
    void keep(std::shared_ptr<void> one) {
        if (one) kept_.push_back(std::move(one));
    }
    void spawn(task<> operation) {
        auto note = [failed = failed_](std::exception_ptr error) {
            if (error) failed->push_back(std::move(error));
        };
        asio::co_spawn(*context_, std::move(operation), std::move(note));
    }

    static constexpr std::uint64_t orders = 4;
    // Destroys everything, in one of several orders; nothing runs any more.
    void end(std::uint64_t order) noexcept {
        busy_.reset();
        if (order >= 2) context_.reset();
        while (!kept_.empty()) {
            auto const at = order % 2 == 0 ? kept_.end() - 1 : kept_.begin();
            // Out of the list first: what it destroys may look at the host.
            auto const last = std::move(*at);
            kept_.erase(at);
        }
        transport_.reset();
        context_.reset();
    }

private:
    std::optional<asio::io_context> context_;
    host_clock& clock_;
    std::shared_ptr<failures> failed_;
    std::optional<asio::executor_work_guard<asio::io_context::executor_type>> busy_;
    std::optional<any_transport> transport_;
    std::vector<std::shared_ptr<void>> kept_;
};

} // namespace sim_detail

/// A machine of a simulation, on which one process runs: an execution context with a clock, random numbers and a
/// transport of its own. Made by `simulation::add_host`; what its boot function makes lives until the next crash.
class host {
public:
    host(host const&) = delete;
    host& operator=(host const&) = delete;

    /// Its name.
    std::string const& name() const noexcept { return name_; }
    /// How often it was started, counted from 1.
    unsigned incarnation() const noexcept { return incarnation_; }
    /// False between a crash and the restart.
    bool up() const noexcept { return process_ != nullptr; }
    /// True while it stands still.
    bool paused() const noexcept { return paused_; }

    /// What its services use. Throws `std::logic_error` while it is down, as do the following functions.
    any_transport transport() const { return running().transport(); }
    /// Where they run.
    asio::any_io_executor executor() const { return running().executor(); }
    /// The calendar time on its clock.
    time_point now() const { return running().clock().now(); }
    /// The next random number of its own.
    std::uint64_t random() const { return env::random::of(executor()).next(); }

    /// Keeps an object until the next crash, which destroys it.
    void keep(std::shared_ptr<void> one) { running().keep(std::move(one)); }
    /// Makes an object and keeps it until the next crash: `h.make<service>(h.transport(), "stock")`.
    template <class T, class... Args>
    T& make(Args&&... args) {
        auto const one = std::make_shared<T>(std::forward<Args>(args)...);
        keep(one);
        return *one;
    }
    /// Starts a task on the host; a crash drops it. What it throws is thrown by the simulation's `run_for`, `run_until`
    /// or `settle`.
    void spawn(task<> operation) {
        running().spawn(std::move(operation));
        wake();
    }

    /// Crashes after the present step; for handlers of this or another host. It stays down until
    /// `simulation::restart`.
    void crash_soon() { request_crash(std::nullopt); }
    /// Crashes after the present step, and starts again after `down`.
    void crash_soon(duration down) { request_crash(down); }

private:
    friend class sim_detail::engine;
    using boot_function = std::function<std::shared_ptr<void>(host&)>;

    host(sim_detail::engine& world, std::string name, std::size_t index, sim_detail::clock_error const& error,
        boot_function boot)
        : world_(world), name_(std::move(name)), index_(index), error_(error), boot_(std::move(boot)) {}

    sim_detail::process& running() const {
        if (!process_) throw std::logic_error("simulated host '" + name_ + "' is down");
        return *process_;
    }
    void wake() noexcept { maybe_ready_ = true; }
    void request_crash(std::optional<duration> down);

    sim_detail::engine& world_;
    std::string name_;
    std::size_t index_;
    sim_detail::clock_error error_;
    boot_function boot_;
    unsigned incarnation_ = 0;
    std::unique_ptr<sim_detail::process> process_;
    // Whether a handler may be ready: false once none was found.
    bool maybe_ready_ = false;
    bool paused_ = false;
    // Counts pauses and crashes, so that an older plan to resume or restart knows that it is outdated.
    std::uint64_t turn_ = 0;
    bool to_crash_ = false;
    std::optional<duration> down_for_;
    std::uint64_t steps_ = 0;
};

} // namespace fairway::testing

#endif
