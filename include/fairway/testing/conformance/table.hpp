// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_TABLE_HPP
#define FAIRWAY_TESTING_CONFORMANCE_TABLE_HPP

#include <fairway/transport/seam.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::testing::conformance {

/// A transport's name and what it says that it can do.
using described_transport = std::pair<std::string, capabilities>;

namespace detail {

inline std::string size_text(std::size_t bytes) {
    constexpr std::size_t kibibyte = 1024;
    if (bytes % (kibibyte * kibibyte) == 0) return std::to_string(bytes / kibibyte / kibibyte) + " MiB";
    if (bytes % kibibyte == 0) return std::to_string(bytes / kibibyte) + " KiB";
    return std::to_string(bytes) + " bytes";
}

inline std::string level_text(acceptance level) {
    switch (level) {
    case acceptance::local: return "this process";
    case acceptance::peer: return "the receiver";
    case acceptance::broker: return "the broker";
    case acceptance::durable: return "the broker, durably";
    }
    return "unknown";
}

// Each capability in words, in the order of the table.
inline std::vector<std::pair<std::string_view, std::string>> in_words(capabilities const& c) {
    auto const yes = [](bool there) { return std::string(there ? "yes" : "no"); };
    bool const for_ever = c.max_hold == duration::max();
    auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(c.max_hold).count();
    return {
        {"point-to-point channels", yes(c.point_to_point)},
        {"publish-subscribe channels", yes(c.publish_subscribe)},
        {"shards, with order per key", yes(c.sharded)},
        {"requests and replies", yes(c.replies)},
        {"delayed messages", yes(c.delay)},
        {"slow consumers slow their senders", yes(c.back_pressure)},
        {"redelivers what was not accepted", yes(c.redelivers)},
        {"counts attempts", yes(c.counts_attempts)},
        {"channels are in one place", yes(c.central)},
        {"may deliver twice what was accepted", yes(c.duplicates)},
        {"accepts whole prefixes of a log only", yes(c.settles_prefix)},
        {"who has an accepted message", level_text(c.level)},
        {"largest body", size_text(c.max_body)},
        {"most headers", std::to_string(c.max_headers)},
        {"longest time to handle a message", for_ever ? "any" : std::to_string(seconds) + " s"},
        {"runs under simulation", yes(c.simulable)},
    };
}

} // namespace detail

/// What transports can do, as a table in Markdown: a column for each transport, a row for each capability.
inline std::string capability_table(std::vector<described_transport> const& all) {
    std::string head = "| |", line = "| --- |";
    for (auto const& one : all) {
        head.append(" `").append(one.first).append("` |");
        line.append(" --- |");
    }
    std::string table = head + "\n" + line + "\n";
    for (std::size_t row = 0; row < detail::in_words({}).size(); ++row) {
        table.append("| ").append(detail::in_words({})[row].first).append(" |");
        for (auto const& one : all) table.append(" ").append(detail::in_words(one.second)[row].second).append(" |");
        table.append("\n");
    }
    return table;
}

} // namespace fairway::testing::conformance

#endif
