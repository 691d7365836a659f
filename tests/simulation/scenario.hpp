// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTS_SIMULATION_SCENARIO_HPP
#define FAIRWAY_TESTS_SIMULATION_SCENARIO_HPP

// What a seed stands for: hosts, services, what they send and when, what their handlers do, and what goes wrong.
// Plain data, drawn without looking at the library.

#include <fairway/envelope/time.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace workload {

using fairway::duration;
using namespace std::chrono_literals;

// The channels: all kinds, sharded and not.
enum road : unsigned { work, lanes, news, feed };
inline constexpr unsigned roads = 4;
inline constexpr unsigned shard_count = 4;
inline constexpr char const* road_names[roads] = {"work", "lanes", "news", "feed"};
constexpr bool publishes(unsigned r) noexcept { return r >= news; }
constexpr bool sharded(unsigned r) noexcept { return r == lanes || r == feed; }

inline constexpr unsigned most_groups = 3;
inline constexpr char const* group_names[most_groups] = {"alpha", "beta", "gamma"};

// What carries the messages: a model of a broker, the in-process hub, or over simulated streams a node of the
// brokerless transport on each host, or the transport to RabbitMQ and a model of that on a host of its own.
enum class carrier { broker, hub, streams, amqp };

enum class style { send, try_send, send_all, request, gather };

// What the handlers of a message do.
enum class conduct {
    well,      // nothing special
    transient, // throw a few times
    fault,     // throw a fault, for ever but for a replayed dead letter
    always,    // throw something else, for ever
    slow,      // take a while
    hang,      // the first time: take very long
    kill,      // the first time: take the host down
};

struct plan {
    conduct what = conduct::well;
    unsigned times = 0;               // how often to throw
    std::optional<duration> after{};  // what the thrown failure asks for
    duration length{};                // how long to take, or how long the host stays down
    unsigned children = 0;            // how many messages to send first
    std::optional<duration> answer{}; // of a handler with a token: how much later it answers
};

struct operation {
    duration at{};
    unsigned host = 0;
    style how = style::send;
    unsigned on = work;
    std::string key{};
    std::optional<duration> life{};
    std::optional<duration> delay{};
    duration timeout = 5s; // of requests; of others the patience
    std::optional<std::size_t> maximum{};
    std::vector<plan> messages{};
};

enum class order { key, shard, none };

// How a group handles a channel.
struct handling {
    bool subscribed = false;
    bool coroutine = true;
    std::size_t concurrency = 64;
    std::size_t prefetch = 64;
    order kept = order::key;
    unsigned attempts = 5;
    unsigned immediate = 0;
    duration delay = 100ms;
    double factor = 2;
    duration max_delay = 2s;
    bool jitter = true;
    bool window = true;
    bool store = false;
    bool keep_expired = false;
    bool middleware = false;
};

struct member {
    unsigned host = 0;
    unsigned group = 0;
};

// An instance is drained, or closed where there is no deadline, and begins anew.
struct bounce {
    duration at{};
    unsigned member = 0;
    std::optional<duration> deadline{};
};

struct faults {
    duration crashes{};
    duration pauses{};
    duration cuts{};
    duration resets{};
    duration refusals{};
    duration slow_links{};
    duration broker_restarts{};
    std::uint64_t duplicates = 0;
    bool kills = false;
    bool any() const noexcept {
        return kills || crashes.count() || pauses.count() || cuts.count() || resets.count() || refusals.count() ||
               slow_links.count() || broker_restarts.count();
    }
};

// How RabbitMQ is, and what goes wrong there; rates are one in how many, 0 for none.
struct rabbit_manners {
    unsigned nodes = 1;       // up to three
    bool loses_node = false;  // one of them goes for ever
    duration confirm_delay{}; // at most
    duration read_delay{};    // each read waits so long
    // On average: a restart, a crash or a stand-still of one node or of all, or a refusal to take anything.
    duration troubles{};
    bool deletes_queues = false; // one of those is that an empty queue is deleted
    std::uint64_t nacks = 0;     // of the published messages
    std::uint64_t unready = 0;   // the same, of those to a queue that has taken none of their channel yet
    std::uint64_t refusals = 0;  // of the channels that publish to a queue, which takes nothing of them
    std::uint64_t closes = 0;    // of the published messages and acknowledgements, which end their channels
    std::uint64_t cuts = 0;      // of the reads, after which a connection is gone
    bool any() const noexcept {
        return troubles.count() || loses_node || nacks || unready || refusals || closes || cuts;
    }
};

// How the nodes of the brokerless transport are made, and the streams between hosts; some of it is of RabbitMQ, too.
struct node_manners {
    duration heartbeat = 5s;
    duration grace = 10s;
    std::uint32_t window = 1'024;
    duration latency = 5ms;       // of streams, at most
    std::uint64_t short_ones = 3; // one in how many reads and writes ends early
    std::size_t room = 64 * 1024; // in a direction of a stream, in bytes
    bool finds_itself = false;    // the directory names the node's own address too
    bool declares = true;         // publishers know the groups from the beginning
};

struct scenario {
    std::uint64_t seed = 0;
    carrier by = carrier::broker;
    node_manners node{};
    rabbit_manners rabbit{};
    bool paranoid = true;
    bool log = false;
    bool counts_attempts = true;
    std::optional<duration> max_hold{};
    duration revoke_within = 10s;
    std::size_t queue_messages = 10'000;
    std::size_t pct_depth = 0; // 0: random order
    unsigned hosts = 2;
    unsigned groups = 2;
    duration window = 20s;
    handling how[most_groups][roads]{};
    std::vector<member> members{};
    std::vector<operation> operations{};
    std::vector<bounce> bounces{};
    faults wrong{};

    bool streams() const noexcept { return by == carrier::streams || by == carrier::amqp; }
    // Nothing is to go wrong but that messages come twice.
    bool calm() const noexcept { return !wrong.any() && !rabbit.any(); }
    handling const& of(unsigned group, unsigned on) const { return how[group][on]; }
};

// With `only`, of that kind whatever the seed says.
scenario draw(std::uint64_t seed, std::optional<carrier> only);
std::string describe(scenario const& s);
// What the `index`-th message does that the handling of `parent` sends, and how it is sent.
operation draw_child(scenario const& s, std::uint32_t parent, std::uint32_t attempt, unsigned index);

} // namespace workload

#endif
