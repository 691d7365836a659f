// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What a request takes while there are many: an open loop at 10 to 90 per cent of the most that each peer can do. The
// size is that percentage. The thread that asks looks for answers all the time and has a processor to itself; all other
// threads are on another one, where there are any.
//
// rivals: grpc zmq
#include "../kit.hpp"
#include "asio_peer.hpp"
#include "fairway_peer.hpp"
#include "latency.hpp"
#include "link.hpp"
#include "rivals.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace {

using bench::made_of;
using bench::open_loop_peer;
using bench::road;

// The threads that a rival starts by itself are on the other processor.
template <class T, class... Arguments>
bench::lazy<T> made_elsewhere(Arguments... arguments) {
    return bench::lazy<T>([arguments...] {
        bench::start_on const other(1);
        return std::make_unique<T>(arguments...);
    });
}

// Answers in a second, with 64 requests under way.
double most_of(open_loop_peer const& who) {
    std::vector<double> rates;
    std::size_t n = bench::window;
    for (int i = 0; i < bench::settings().rounds; ++i) {
        for (;;) {
            auto const start = bench::now_ns();
            who.ask(n);
            auto const took = bench::now_ns() - start;
            if (took >= bench::settings().round_ns / 2) {
                rates.push_back(1e9 * static_cast<double>(n) / static_cast<double>(took));
                break;
            }
            n *= 2;
        }
    }
    return bench::median(rates);
}

// How often this thread had to make room for another one.
long times_preempted() {
    rusage used{};
    getrusage(RUSAGE_THREAD, &used);
    return used.ru_nivcsw;
}

void measure(road r) {
    auto const scenario = bench::prefix_of(r) + "_under_load";
    if (!bench::wanted(scenario)) return;
    auto const body = bench::small_body;
    std::vector<open_loop_peer> peers;
    peers.emplace_back("fairway", made_of<bench::fairway_in_flight>(r, body, 1));
    peers.emplace_back("limit-asio-one-thread", made_of<bench::asio_in_flight>(r, body));
    peers.emplace_back("limit-asio-two-threads", made_of<bench::asio_in_flight>(r, body, 1));
#if FAIRWAY_RIVAL_ZMQ
    peers.emplace_back("zmq-dealer-router", made_elsewhere<bench::zmq_in_flight>(r, body, 1));
#endif
#if FAIRWAY_RIVAL_GRPC
    peers.emplace_back("grpc-stream", made_elsewhere<bench::grpc_stream>(r, body));
#endif
    auto const& only = bench::settings().peer;
    if (!only.empty()) std::erase_if(peers, [&](open_loop_peer const& p) { return p.name != only; });
    std::vector<double> most;
    for (auto const& each : peers) most.push_back(most_of(each));

    struct point {
        std::vector<double> p50, p99, p999;
    };
    bench::latencies seen;
    // A round in which somebody else took this thread's processor away tells about them: there are some more for those.
    int const tries = 4 * bench::settings().rounds;
    for (std::size_t percent = 10; percent <= 90; percent += 10) {
        std::vector<point> points(peers.size());
        for (int round = 0; round < tries; ++round) {
            for (std::size_t i = 0; i < peers.size(); ++i) {
                if (points[i].p50.size() == static_cast<std::size_t>(bench::settings().rounds)) continue;
                auto const rate = most[i] * static_cast<double>(percent) / 100;
                auto const before = times_preempted();
                auto const keeps_up = bench::open_loop(peers[i], rate, 2 * bench::settings().round_ns, seen);
                if (!keeps_up || times_preempted() > before + 1) continue;
                points[i].p50.push_back(seen.percentile(0.5));
                points[i].p99.push_back(seen.percentile(0.99));
                points[i].p999.push_back(seen.percentile(0.999));
            }
        }
        for (std::size_t i = 0; i < peers.size(); ++i) {
            auto const& name = peers[i].name;
            bench::print(scenario, name, percent, "rate", most[i] * static_cast<double>(percent) / 100, "requests/s");
            if (points[i].p50.empty()) continue; // more than it can do, or never undisturbed
            bench::print(scenario, name, percent, "p50", bench::median(points[i].p50), "ns");
            bench::print(scenario, name, percent, "p99", bench::median(points[i].p99), "ns");
            bench::print(scenario, name, percent, "p99.9", bench::median(points[i].p999), "ns");
        }
    }
}

} // namespace

int main(int argc, char** argv) {
    bench::begin(argc, argv);
    bench::pin(0);
    if (bench::processors().size() < 2) {
        std::puts("# an open loop needs two processors");
        return 0;
    }
    for (auto const r : {road::tcp, road::local}) measure(r);
}
