// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_SIM_FAULT_PLAN_HPP
#define FAIRWAY_TESTING_SIM_FAULT_PLAN_HPP

#include <fairway/envelope/time.hpp>
#include <fairway/error.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::testing {

/// A kind of fault: how often it happens, and how long it lasts.
struct fault_rate {
    /// The mean time between two of them, over all hosts; zero for never.
    duration every{};
    /// The shortest time that one lasts.
    duration least{};
    /// The longest time that one lasts.
    duration most{};
};

/// What goes wrong at random in a window of time, after which all is mended:
/// `world.inject(fault_plan(30s).crashes(5s).cuts(3s, 100ms, 8s).duplicates(50))`.
///
/// Faults begin in the midst of what happens, a random number of steps after their random time. Cuts, resets and
/// refusals are of `simulation::streams` with `carrier::own`; cuts, slow links, restarts and duplicates are of the
/// broker and the links to it. With `carrier::hub` there is neither: of the faults only crashes and pauses happen.
class fault_plan {
public:
    /// Nothing goes wrong yet, for `window` from `inject` on.
    explicit fault_plan(duration window) : window_(window) {
        if (window <= duration::zero())
            fairway::detail::fail(errc::invalid_argument, "a fault plan's window must be positive");
    }

    /// Hosts crash, and start again after a while.
    fault_plan& crashes(
        duration every, duration least = std::chrono::milliseconds(1), duration most = std::chrono::seconds(10)) {
        crashes_ = checked(every, least, most);
        return *this;
    }
    /// Hosts stand still for a while.
    fault_plan& pauses(
        duration every, duration least = std::chrono::milliseconds(1), duration most = std::chrono::seconds(10)) {
        pauses_ = checked(every, least, most);
        return *this;
    }
    /// Links are cut for a while, in one direction or both; of streams those between two hosts.
    fault_plan& cuts(
        duration every, duration least = std::chrono::milliseconds(1), duration most = std::chrono::seconds(10)) {
        cuts_ = checked(every, least, most);
        return *this;
    }
    /// All connections between two hosts are reset.
    fault_plan& resets(duration every) {
        resets_ = checked(every, duration::zero(), duration::zero());
        return *this;
    }
    /// Hosts refuse connections for a while.
    fault_plan& refusals(
        duration every, duration least = std::chrono::milliseconds(1), duration most = std::chrono::seconds(10)) {
        refusals_ = checked(every, least, most);
        return *this;
    }
    /// Links are slower by up to `extra` for a while.
    fault_plan& slow_links(duration every, duration extra = std::chrono::seconds(1),
        duration least = std::chrono::milliseconds(1), duration most = std::chrono::seconds(10)) {
        slow_links_ = checked(every, least, most);
        extra_ = extra;
        return *this;
    }
    /// The broker restarts, and is down for a while.
    fault_plan& broker_restarts(
        duration every, duration least = std::chrono::milliseconds(1), duration most = std::chrono::seconds(3)) {
        broker_restarts_ = checked(every, least, most);
        return *this;
    }
    /// One in `n` accepted messages is delivered again, once; 0 for none. Not of a log.
    fault_plan& duplicates(std::uint64_t n) {
        duplicates_ = n;
        return *this;
    }
    /// Leaves a host alone.
    fault_plan& spare(std::string host) {
        spared_.push_back(std::move(host));
        return *this;
    }

    /// Of streams, those between this host, or others that are named so as well, and the rest fail, and they are those
    /// that refuse connections: the nodes of a broker, through which all goes.
    fault_plan& around(std::string host) {
        around_.push_back(std::move(host));
        return *this;
    }

    /// How long faults happen.
    duration window() const noexcept { return window_; }
    /// Crashes.
    fault_rate const& crashes() const noexcept { return crashes_; }
    /// Pauses.
    fault_rate const& pauses() const noexcept { return pauses_; }
    /// Cuts.
    fault_rate const& cuts() const noexcept { return cuts_; }
    /// Resets.
    fault_rate const& resets() const noexcept { return resets_; }
    /// Refusals.
    fault_rate const& refusals() const noexcept { return refusals_; }
    /// Slow links.
    fault_rate const& slow_links() const noexcept { return slow_links_; }
    /// By how much links get slower at most.
    duration extra_latency() const noexcept { return extra_; }
    /// Restarts of the broker.
    fault_rate const& broker_restarts() const noexcept { return broker_restarts_; }
    /// One in how many accepted messages comes again; 0 for none.
    std::uint64_t duplicates() const noexcept { return duplicates_; }
    /// The hosts whose streams fail; empty for all.
    std::vector<std::string> const& around() const noexcept { return around_; }
    /// Is the host left alone?
    bool spares(std::string_view host) const noexcept {
        return std::find(spared_.begin(), spared_.end(), host) != spared_.end();
    }

private:
    static fault_rate checked(duration every, duration least, duration most) {
        if (every < duration::zero() || least < duration::zero() || most < least)
            fairway::detail::fail(errc::invalid_argument, "a fault's rate: 0 <= every, 0 <= least <= most");
        return {every, least, most};
    }

    duration window_;
    fault_rate crashes_;
    fault_rate pauses_;
    fault_rate cuts_;
    fault_rate resets_;
    fault_rate refusals_;
    fault_rate slow_links_;
    fault_rate broker_restarts_;
    duration extra_{};
    std::uint64_t duplicates_ = 0;
    std::vector<std::string> spared_;
    std::vector<std::string> around_;
};

} // namespace fairway::testing

#endif
