// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_SIM_OPTIONS_HPP
#define FAIRWAY_TESTING_SIM_OPTIONS_HPP

#include <fairway/envelope/limits.hpp>
#include <fairway/envelope/time.hpp>
#include <fairway/error.hpp>
#include <fairway/testing/sim/stream_options.hpp>
#include <fairway/transport/any_transport.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

namespace fairway::testing {

class host;

/// How a simulation chooses who runs next among all that can.
enum class scheduling {
    random_order, ///< each time anew, all alike
    pct,          ///< by random priorities that change at a few random steps: finds bugs that need few, certain orders
};

/// What carries the messages of a simulation.
enum class carrier {
    broker, ///< a model of a broker, behind links with latency that can fail
    hub,    ///< `fairway::inproc`: one hub that all hosts share and that outlives them
    own,    ///< a transport of each host's own, which talks to others over `simulation::streams`
};

/// A direction of a link.
enum class link_way {
    up,   ///< from the host to the broker
    down, ///< from the broker to the host
    both, ///< up and down
};

/// What the model broker does: `broker_options().counts_attempts(false).max_hold(30s)`.
class broker_options {
public:
    /// Queues with the bounds of `limits`, attempts counted, no hold limit, 10 s to give a shard away.
    broker_options() noexcept {} // NOLINT: not an aggregate, so that a temporary may stand beside co_await (g++ 12)

    /// A log instead of queues: a shard has a committed offset per group, a settlement commits all up to its delivery,
    /// and a shard's next owner begins there. An unsharded channel is a log of one shard. No delayed messages.
    broker_options& log(bool on) {
        log_ = on;
        return *this;
    }
    /// Whether a message that comes again says how often it came.
    broker_options& counts_attempts(bool on) {
        counts_attempts_ = on;
        return *this;
    }
    /// How long a delivery may stay unsettled: then it is delivered again; of a shard, its owner loses the shard.
    broker_options& max_hold(duration d) {
        if (d <= duration::zero()) fairway::detail::fail(errc::invalid_argument, "max_hold must be positive");
        max_hold_ = d;
        return *this;
    }
    /// How long the owner of a shard that is to move may take to settle what it has received of it.
    broker_options& revoke_within(duration d) {
        if (d < duration::zero()) fairway::detail::fail(errc::invalid_argument, "revoke_within must not be negative");
        revoke_within_ = d;
        return *this;
    }
    /// The most messages that wait for a group of a channel; more make their senders wait.
    broker_options& queue_messages(std::size_t n) {
        if (n == 0) fairway::detail::fail(errc::invalid_argument, "queue_messages is at least 1");
        queue_messages_ = n;
        return *this;
    }
    /// The most bytes that wait for a group of a channel; more make their senders wait.
    broker_options& queue_bytes(std::size_t n) {
        if (n == 0) fairway::detail::fail(errc::invalid_argument, "queue_bytes is at least 1");
        queue_bytes_ = n;
        return *this;
    }

    /// A log instead of queues?
    bool log() const noexcept { return log_; }
    /// Counts attempts?
    bool counts_attempts() const noexcept { return counts_attempts_; }
    /// How long a delivery may stay unsettled.
    duration max_hold() const noexcept { return max_hold_; }
    /// How long a shard's owner may take to give it away.
    duration revoke_within() const noexcept { return revoke_within_; }
    /// The most messages in a queue.
    std::size_t queue_messages() const noexcept { return queue_messages_; }
    /// The most bytes in a queue.
    std::size_t queue_bytes() const noexcept { return queue_bytes_; }

private:
    bool log_ = false;
    bool counts_attempts_ = true;
    duration max_hold_ = duration::max();
    duration revoke_within_ = std::chrono::seconds(10);
    std::size_t queue_messages_ = limits::queue_messages;
    std::size_t queue_bytes_ = limits::queue_bytes;
};

/// What lies between a host and the broker: `link_options().latency(1ms, 20ms)`.
class link_options {
public:
    /// 100 us to 5 ms; a link without life for 5 s is dead; unsent messages bounded as in `limits`.
    link_options() noexcept {} // NOLINT

    /// How long a message takes, each one anew; those of one connection and direction stay in order.
    link_options& latency(duration least, duration most) {
        if (least < duration::zero() || most < least)
            fairway::detail::fail(errc::invalid_argument, "latency: 0 <= least <= most");
        least_ = least;
        most_ = most;
        return *this;
    }
    /// After how long without a sign of life an end takes the connection for lost.
    link_options& dead_after(duration d) {
        if (d <= duration::zero()) fairway::detail::fail(errc::invalid_argument, "dead_after must be positive");
        dead_after_ = d;
        return *this;
    }
    /// The pauses between attempts to connect: the first one's bound, doubled each time up to `most`; the whole of it
    /// is jitter.
    link_options& backoff(duration first, duration most) {
        if (first <= duration::zero() || most < first)
            fairway::detail::fail(errc::invalid_argument, "backoff: 0 < first <= most");
        backoff_ = first;
        max_backoff_ = most;
        return *this;
    }
    /// The most messages of a channel that a host keeps unconfirmed; more make their senders wait.
    link_options& unsent_messages(std::size_t n) {
        if (n == 0) fairway::detail::fail(errc::invalid_argument, "unsent_messages is at least 1");
        unsent_messages_ = n;
        return *this;
    }
    /// The most bytes of a channel that a host keeps unconfirmed; more make their senders wait.
    link_options& unsent_bytes(std::size_t n) {
        if (n == 0) fairway::detail::fail(errc::invalid_argument, "unsent_bytes is at least 1");
        unsent_bytes_ = n;
        return *this;
    }

    /// The shortest latency.
    duration least_latency() const noexcept { return least_; }
    /// The longest latency.
    duration most_latency() const noexcept { return most_; }
    /// After how long a connection without life is lost.
    duration dead_after() const noexcept { return dead_after_; }
    /// The bound of the first pause before connecting again.
    duration backoff() const noexcept { return backoff_; }
    /// The longest pause before connecting again.
    duration max_backoff() const noexcept { return max_backoff_; }
    /// The most unconfirmed messages of a channel.
    std::size_t unsent_messages() const noexcept { return unsent_messages_; }
    /// The most unconfirmed bytes of a channel.
    std::size_t unsent_bytes() const noexcept { return unsent_bytes_; }

private:
    duration least_ = std::chrono::microseconds(100);
    duration most_ = std::chrono::milliseconds(5);
    duration dead_after_ = std::chrono::seconds(5);
    duration backoff_ = std::chrono::milliseconds(100);
    duration max_backoff_ = std::chrono::seconds(2);
    std::size_t unsent_messages_ = limits::queue_messages;
    std::size_t unsent_bytes_ = limits::queue_bytes;
};

/// How a simulation behaves: `simulation world(simulation_options(seed).carried_by(carrier::hub))`.
class simulation_options {
public:
    /// A model broker and its default options, random order, clocks that are up to 100 ms and 100 millionths wrong,
    /// 1,000,000 steps in one call. The same seed gives the same run, with every compiler.
    explicit simulation_options(std::uint64_t seed = 1) noexcept : seed_(seed) {}

    /// Where all choices start.
    simulation_options& seed(std::uint64_t n) {
        seed_ = n;
        return *this;
    }
    /// How to choose who runs next.
    simulation_options& scheduler(scheduling how) {
        scheduling_ = how;
        return *this;
    }
    /// For `scheduling::pct`: the depth of the bugs looked for (how many certain orders they need) and about how many
    /// steps a run takes, among which the priorities change.
    simulation_options& pct(std::size_t depth, std::uint64_t steps) {
        if (depth == 0 || steps == 0)
            fairway::detail::fail(errc::invalid_argument, "pct: depth and steps are at least 1");
        scheduling_ = scheduling::pct;
        depth_ = depth;
        expected_steps_ = steps;
        return *this;
    }
    /// What carries the messages: a broker or a hub; `errc::invalid_argument` for `carrier::own`, which takes a
    /// function.
    simulation_options& carried_by(testing::carrier how) {
        if (how == testing::carrier::own)
            fairway::detail::fail(errc::invalid_argument, "carried_by: transports of hosts' own need a function");
        carrier_ = how;
        return *this;
    }
    /// The messages are carried by transports that `make` makes, one for each start of a host, on its executor:
    /// `carried_by([](host& h) { return any_transport(tcp(h.executor(), options_for(h.name()))); })`.
    simulation_options& carried_by(std::function<any_transport(host&)> make) {
        if (!make) fairway::detail::fail(errc::invalid_argument, "carried_by: there is no function");
        carrier_ = testing::carrier::own;
        make_ = std::move(make);
        return *this;
    }
    /// Of a hub: encode and decode every message; on by default.
    simulation_options& paranoid(bool on) {
        paranoid_ = on;
        return *this;
    }
    /// The broker; of a hub only the bounds of its queues.
    simulation_options& broker(broker_options const& o) {
        broker_ = o;
        return *this;
    }
    /// The links.
    simulation_options& links(link_options const& o) {
        links_ = o;
        return *this;
    }
    /// The streams between hosts (`env::network`); their seed is the simulation's.
    simulation_options& streams(stream_options const& o) {
        streams_ = o;
        return *this;
    }
    /// The bounds of what is wrong with a host's clock: its calendar, and its speed in millionths. Always 0 with a hub,
    /// which is one process.
    simulation_options& clocks(duration skew, std::uint32_t drift) {
        if (skew < duration::zero() || drift >= 500'000)
            fairway::detail::fail(errc::invalid_argument, "a clock's skew is not negative, its drift below 500,000");
        skew_ = skew;
        drift_ = drift;
        return *this;
    }
    /// How many steps one call may make before it throws `stuck`.
    simulation_options& max_steps(std::uint64_t n) {
        max_steps_ = n;
        return *this;
    }

    /// Where all choices start.
    std::uint64_t seed() const noexcept { return seed_; }
    /// How to choose who runs next.
    scheduling scheduler() const noexcept { return scheduling_; }
    /// The depth for `scheduling::pct`.
    std::size_t pct_depth() const noexcept { return depth_; }
    /// The expected steps for `scheduling::pct`.
    std::uint64_t pct_steps() const noexcept { return expected_steps_; }
    /// What carries the messages.
    testing::carrier carried_by() const noexcept { return carrier_; }
    /// What makes the hosts' own transports; empty where they have none.
    std::function<any_transport(host&)> const& makes() const noexcept { return make_; }
    /// Encode and decode every message?
    bool paranoid() const noexcept { return paranoid_; }
    /// The broker.
    broker_options const& broker() const noexcept { return broker_; }
    /// The links.
    link_options const& links() const noexcept { return links_; }
    /// The streams.
    stream_options streams() const noexcept { return streams_; }
    /// The largest skew of a calendar.
    duration skew() const noexcept { return skew_; }
    /// The largest drift in millionths.
    std::uint32_t drift() const noexcept { return drift_; }
    /// The most steps of one call.
    std::uint64_t max_steps() const noexcept { return max_steps_; }

private:
    std::uint64_t seed_;
    scheduling scheduling_ = scheduling::random_order;
    std::size_t depth_ = 3;
    std::uint64_t expected_steps_ = 5000;
    testing::carrier carrier_ = testing::carrier::broker;
    std::function<any_transport(host&)> make_;
    bool paranoid_ = true;
    broker_options broker_;
    link_options links_;
    stream_options streams_;
    duration skew_ = std::chrono::milliseconds(100);
    std::uint32_t drift_ = 100;
    std::uint64_t max_steps_ = 1'000'000;
};

} // namespace fairway::testing

#endif
