// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_AMQP_TOPOLOGY_HPP
#define FAIRWAY_TRANSPORT_AMQP_TOPOLOGY_HPP

// How channels, groups and shards are mapped to exchanges and queues. With the prefix `fw.`:
//
// - a point-to-point channel is the queue `fw.orders` behind the default exchange; with 4 shards `fw.orders:0` to
//   `fw.orders:3`, each with one active consumer,
// - a publish-subscribe channel is the topic exchange `fw.events`, with a queue for each group, `fw.events:mail`, bound
//   with `#`; with 4 shards `fw.events:mail:0` to `:3`, bound with `0` to `3`.
//
// All are durable, and quorum queues, but for those by which members hear each other: in a cluster, a classic one is
// gone as long as the node that it was declared at, and can't be declared meanwhile (404, "home node is down"). A
// channel that is not an unsharded point-to-point one has a further queue of its own name, `fw.events`, which stays
// empty: RabbitMQ compares a queue's x-max-length, so that this holds the channel's shape, and a program that has
// another one in mind is refused.
//
// Where queues expire (x-expires), exchanges go with their last binding (auto-delete). Exchanges and queues that others
// have made (`existing_names`) are looked for, and never made.

#include <fairway/envelope/time.hpp>
#include <fairway/transport/amqp/existing.hpp>
#include <fairway/transport/amqp/table.hpp>
#include <fairway/transport/seam.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::amqp_detail {

struct exchange_spec {
    std::string name;
    std::string type = "topic";
    bool auto_delete = false; // with the last queue that is bound to it
    bool existing = false;    // never made
};
struct queue_spec {
    std::string name;
    std::string arguments{}; // entries of a table
    bool existing = false;   // never made
};
struct binding_spec {
    std::string queue;
    std::string exchange;
    std::string key;
};
// What has to be there, in this order.
struct topology {
    std::vector<exchange_spec> exchanges;
    std::optional<queue_spec> shape; // of use only to who declares it
    std::vector<queue_spec> queues;
    std::vector<binding_spec> bindings;
};

// The names of everything on the broker, and how long it stays.
class naming {
public:
    // Queues expire where nobody has used them for so long; 0 for never.
    explicit naming(std::string prefix = "fw.", duration expires = duration::zero(), existing_names existing = {})
        : prefix_(std::move(prefix)), expires_(expires), existing_(std::move(existing)) {}

    std::string const& prefix() const noexcept { return prefix_; }
    duration expires() const noexcept { return expires_; }
    existing_names const& existing() const noexcept { return existing_; }
    exchange_spec exchange(std::string name, std::string type) const {
        return {std::move(name), std::move(type), expires_ > duration::zero()};
    }
    std::string channel(std::string_view name) const { return prefix_ + std::string(name); }
    // The queue of a group, or of a shard of it.
    std::string queue(address const& of, std::string_view group, std::uint32_t shard) const {
        if (auto const* const existing = existing_.queue(of, group)) return *existing;
        std::string name = channel(of.channel);
        if (of.kind == channel_kind::publish_subscribe) name.append(":").append(group);
        if (of.shards > 0) name.append(":").append(std::to_string(shard));
        return name;
    }
    // Where the members of a sharded group tell each other that they are there.
    exchange_spec members(address const& of, std::string_view group) const {
        std::string name = channel(of.channel);
        if (of.kind == channel_kind::publish_subscribe) name.append(":").append(group);
        return exchange(name.append("::members"), "fanout");
    }
    route way(address const& to, std::uint32_t shard) const {
        if (auto const* const existing = existing_.exchange(to.channel))
            return {existing->exchange, existing->key, to.kind == channel_kind::point_to_point};
        if (to.kind == channel_kind::point_to_point) return {"", queue(to, {}, shard), true};
        return {channel(to.channel), to.shards > 0 ? std::to_string(shard) : "all", false};
    }

private:
    std::string prefix_;
    duration expires_;
    existing_names existing_;
};

namespace topologies {

// It goes where nobody has used it for so long; 0 for never.
inline queue_spec quorum(std::string name, duration expires, bool one_at_a_time = false) {
    queue_spec q{std::move(name)};
    auto const ms = std::chrono::ceil<std::chrono::milliseconds>(expires).count();
    if (ms > 0) append_entry(q.arguments, "x-expires", std::int64_t{ms});
    append_entry(q.arguments, "x-queue-type", "quorum");
    // Out of reach, but with a limit RabbitMQ puts what goes back at the front of the queue, and without at its end.
    append_entry(q.arguments, "x-delivery-limit", std::int32_t{1'000'000});
    if (one_at_a_time) append_entry(q.arguments, "x-single-active-consumer", true);
    return q;
}
// The queue that holds a channel's shape.
inline queue_spec shape(address const& of, naming const& names) {
    auto q = quorum(names.channel(of.channel), names.expires());
    bool const topic = of.kind == channel_kind::publish_subscribe;
    append_entry(q.arguments, "x-max-length", std::int32_t{2} * static_cast<std::int32_t>(of.shards) + (topic ? 1 : 0));
    return q;
}

} // namespace topologies

// What a channel needs that somebody sends into.
inline topology topology_of(address const& to, naming const& names) {
    topology t;
    if (auto const* const existing = names.existing().exchange(to.channel)) {
        t.exchanges.push_back({.name = existing->exchange, .existing = true});
        return t;
    }
    if (auto const* const existing = names.existing().queue(to, {})) {
        t.queues.push_back({.name = *existing, .existing = true});
        return t;
    }
    if (to.kind == channel_kind::publish_subscribe)
        t.exchanges.push_back(names.exchange(names.channel(to.channel), "topic"));
    if (to.kind == channel_kind::publish_subscribe || to.shards > 0) t.shape = topologies::shape(to, names);
    if (to.kind == channel_kind::publish_subscribe) return t;
    if (to.shards == 0) t.queues.push_back(topologies::quorum(names.queue(to, {}, 0), names.expires()));
    for (std::uint32_t i = 0; i < to.shards; ++i)
        t.queues.push_back(topologies::quorum(names.queue(to, {}, i), names.expires(), true));
    return t;
}
// The same and the group that somebody consumes for.
inline topology topology_of(subscription const& of, naming const& names) {
    if (auto const* const existing = names.existing().queue(of.from, of.group)) {
        topology only; // how messages come into it is not this program's affair
        only.queues.push_back({.name = *existing, .existing = true});
        return only;
    }
    auto t = topology_of(of.from, names);
    bool const sharded = of.from.shards > 0;
    auto const* const existing = names.existing().exchange(of.from.channel);
    if (existing || of.from.kind == channel_kind::publish_subscribe) {
        auto const add = [&](std::uint32_t shard, std::string key) {
            auto q = topologies::quorum(names.queue(of.from, of.group, shard), names.expires(), sharded);
            auto exchange = existing ? existing->exchange : names.channel(of.from.channel);
            t.bindings.push_back({q.name, std::move(exchange), std::move(key)});
            t.queues.push_back(std::move(q));
        };
        if (!sharded) add(0, existing ? existing->key : "#");
        for (std::uint32_t i = 0; i < of.from.shards; ++i) add(i, std::to_string(i));
    }
    if (sharded) t.exchanges.push_back(names.members(of.from, of.group));
    return t;
}

} // namespace fairway::amqp_detail

#endif
