// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_REGISTRY_MESSAGES_HPP
#define FAIRWAY_REGISTRY_MESSAGES_HPP

// What services and their registry say to each other: ordinary messages, JSON as any others.

#include <fairway/contract/channel.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fairway {

/// "The owner of this channel listens here."
struct registry_entry {
    /// The channel's name.
    std::string channel;
    /// The endpoint's text: `host:port`, `tcp://host:port` or `unix:///path`.
    std::string endpoint;

    friend bool operator==(registry_entry const&, registry_entry const&) = default;
    friend auto operator<=>(registry_entry const&, registry_entry const&) = default;
};

/// The answer to `registry_announce`.
struct registry_lease {
    /// It is a document.
    using contract = document<"fairway.registry.lease">;
    /// Which incarnation of the registry this is; another one knows nothing of what was announced before.
    std::string epoch;
    /// How long in milliseconds the entries stay without being announced again.
    std::uint64_t lease_ms = 0;
    /// The channels that have as many endpoints as may be, so that the client's one is left out; nothing where all are
    /// taken.
    std::optional<std::vector<std::string>> left_out = std::nullopt;
};

/// All that one client announces: replaces what it announced before, and renews its lease. No entries: it withdraws.
///
/// Endpoints of channels that have as many as may be are left out, as the answer says. Answered with the fault
/// "registry.too_many", "registry.invalid" or "registry.forbidden" where it is refused; what was announced before then
/// stays until its lease ends.
struct registry_announce {
    /// It is a command.
    using contract = command<"fairway.registry.announce", registry_lease>;
    /// A random name of this incarnation of the client.
    std::string client;
    /// Grows with each announcement of the client; one that is not newer changes nothing, so that order does not
    /// matter.
    std::uint64_t number = 0;
    /// The entries.
    std::vector<registry_entry> entries;
};

/// Who listens at a channel.
struct registry_list {
    /// The channel's name.
    std::string channel;
    /// All its endpoints, sorted.
    std::vector<std::string> endpoints;

    friend bool operator==(registry_list const&, registry_list const&) = default;
};

/// The answer to `registry_watch`.
struct registry_lists {
    /// It is a document.
    using contract = document<"fairway.registry.lists">;
    /// Which incarnation of the registry this is.
    std::string epoch;
    /// Up to which revision of that incarnation the client now knows its channels.
    std::uint64_t revision = 0;
    /// How long in milliseconds entries stay without being announced again.
    std::uint64_t lease_ms = 0;
    /// The lists that have changed since the revision that the client knew, whole; of a client that knew none all that
    /// it asked for, also the empty ones.
    std::vector<registry_list> lists;
    /// For how long in milliseconds the lists may lack those who had announced themselves to an earlier incarnation: a
    /// registry that has just begun hears of them within a lease.
    std::uint64_t unsettled_ms = 0;
};

/// Asks what has changed. Where nothing has, the answer waits for a change, for `wait_ms`, or for the next question of
/// the same client, whichever is first. Answered with the fault "registry.too_many" or "registry.invalid" where it is
/// refused.
struct registry_watch {
    /// It is a command.
    using contract = command<"fairway.registry.watch", registry_lists>;
    /// A random name of this incarnation of the client.
    std::string client;
    /// Grows with each question of the client.
    std::uint64_t number = 0;
    /// The epoch of what the client knows; empty where it knows not all of its channels yet.
    std::string epoch;
    /// The revision of what the client knows.
    std::uint64_t since = 0;
    /// How long in milliseconds the answer may wait for a change; a registry may wait less.
    std::uint64_t wait_ms = 0;
    /// The channels.
    std::vector<std::string> channels;
};

/// Where a registry listens. One registry only: two would each know a half.
using registry_channel = point_to_point<"fairway.registry", registry_announce, registry_watch>;

} // namespace fairway

#endif
