// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// How long requests take: percentiles, of one request after the other and of an open loop.
#ifndef FAIRWAY_BENCHMARKS_TCP_LATENCY_HPP
#define FAIRWAY_BENCHMARKS_TCP_LATENCY_HPP

#include "link.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {

/// What each of many requests took, in nanoseconds.
class latencies {
public:
    void add(std::uint64_t ns) { each_.push_back(ns); }
    void reserve(std::size_t n) { each_.reserve(n); }
    void clear() { each_.clear(); }
    std::size_t size() const { return each_.size(); }
    /// What that part of them, from 0 to 1, took at most.
    double percentile(double part) {
        if (each_.empty()) return 0;
        auto const k = std::min(each_.size() - 1, static_cast<std::size_t>(part * static_cast<double>(each_.size())));
        std::nth_element(each_.begin(), each_.begin() + static_cast<std::ptrdiff_t>(k), each_.end());
        return static_cast<double>(each_[k]);
    }

private:
    std::vector<std::uint64_t> each_;
};

/// Who asks one request after the other: its name, the size of the body, and what asks n times.
struct asker {
    template <class T>
    asker(std::string asker_name, std::size_t asker_size, lazy<T> who)
        : name(std::move(asker_name)),
          size(asker_size),
          ask([who](std::size_t n, latencies& seen) { (*who)(n, seen); }) {}

    std::string name;
    std::size_t size;
    std::function<void(std::size_t, latencies&)> ask;
};

/// Measures them in interleaved rounds, as `run` does, and prints the median p50 and p99 and the processor time of all
/// that takes part.
inline void run_askers(std::string_view scenario, std::vector<asker> askers) {
    if (!wanted(scenario)) return;
    if (!settings().peer.empty()) std::erase_if(askers, [](asker const& a) { return a.name != settings().peer; });
    latencies seen;
    if (settings().count > 0) {
        for (auto& each : askers) each.ask(settings().count, seen);
        return;
    }
    std::vector<std::size_t> counts;
    for (auto& each : askers) {
        // The first ones take longer by much, and a p99 wants some.
        std::size_t n = 128;
        each.ask(n, seen);
        for (std::uint64_t took = 0; took < settings().round_ns / 2; n *= 2) {
            seen.clear();
            auto const start = now_ns();
            each.ask(n, seen);
            took = now_ns() - start;
        }
        counts.push_back(n);
    }
    struct result {
        std::vector<double> p50, p99, cpu;
    };
    std::vector<result> results(askers.size());
    for (int round = 0; round < settings().rounds; ++round) {
        for (std::size_t i = 0; i < askers.size(); ++i) {
            let_others_end();
            seen.clear();
            seen.reserve(counts[i]);
            auto const start = cpu_ns();
            askers[i].ask(counts[i], seen);
            results[i].cpu.push_back(static_cast<double>(cpu_ns() - start) / static_cast<double>(counts[i]));
            results[i].p50.push_back(seen.percentile(0.5));
            results[i].p99.push_back(seen.percentile(0.99));
        }
    }
    for (std::size_t i = 0; i < askers.size(); ++i) {
        print(scenario, askers[i].name, askers[i].size, "p50", median(results[i].p50), "ns");
        print(scenario, askers[i].name, askers[i].size, "p99", median(results[i].p99), "ns");
        print(scenario, askers[i].name, askers[i].size, "cpu_ns_per_op", median(results[i].cpu), "ns");
    }
}

/// Who takes part in an open loop: `ask(n)` asks n times as fast as it can; `begin(stamp)` begins a request that
/// carries the stamp, without waiting; `turn()` does what can be done now, without waiting; each answer adds how long
/// ago its stamp was to `answered(latencies*)`'s latencies.
struct open_loop_peer {
    /// Of a class with operator()(n), begin(stamp), turn() and a member `answered`.
    template <class T>
    open_loop_peer(std::string peer_name, lazy<T> who)
        : name(std::move(peer_name)),
          ask([who](std::size_t n) { (*who)(n); }),
          begin([who](std::uint64_t stamp) { who->begin(stamp); }),
          turn([who] { who->turn(); }),
          answered([who](latencies* to) { who->answered = to; }) {}

    std::string name;
    std::function<void(std::size_t)> ask;
    std::function<void(std::uint64_t)> begin;
    std::function<void()> turn;
    std::function<void(latencies*)> answered;
};

/// Requests at a fixed rate for a while, whatever becomes of the earlier ones. A request's time counts from when it was
/// due, not from when it could be sent: one that had to wait behind a slow one was slow (no coordinated omission).
/// This thread never waits, so that nobody else should need its processor.
/// False if the answers fall behind by more than a second: the rate is more than what the peer can do.
inline bool open_loop(open_loop_peer const& who, double per_second, std::uint64_t for_ns, latencies& seen) {
    auto n = static_cast<std::size_t>(per_second * static_cast<double>(for_ns) / 1e9);
    seen.clear();
    seen.reserve(n);
    who.answered(&seen);
    auto const start = now_ns();
    auto const due = [&](std::size_t i) {
        return start + static_cast<std::uint64_t>(static_cast<double>(i) * 1e9 / per_second);
    };
    bool kept_up = true;
    std::size_t begun = 0;
    while (seen.size() < n) {
        auto const now = now_ns();
        if (kept_up && now > start + for_ns + 1'000'000'000) {
            kept_up = false;
            n = begun; // what is under way must end before others have their turn
        }
        // Not all that is due at once: the answers have their turn in between.
        for (int burst = 0; burst < 256 && begun < n && due(begun) <= now; ++burst) who.begin(due(begun++));
        who.turn();
    }
    return kept_up;
}

} // namespace bench

#endif
