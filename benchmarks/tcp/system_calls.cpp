// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// System calls for each message while there are many, for each request with 64 under way, and how long a message that
// comes alone waits before it is written. All threads are on one processor.
//
// rivals: grpc zmq
#include "../kit.hpp"
#include "asio_peer.hpp"
#include "calls.hpp"
#include "fairway_peer.hpp"
#include "link.hpp"
#include "rivals.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace {

using bench::calls;
using bench::made_of;
using bench::peer;
using bench::road;

bool is_asked_for(peer const& p) { return bench::settings().peer.empty() || bench::settings().peer == p.name; }

// The middle of some series, each as long as those that are timed.
void count_calls(std::string const& scenario, std::vector<peer> peers) {
    if (!bench::wanted(scenario)) return;
    for (auto& each : peers) {
        if (!is_asked_for(each)) continue;
        std::size_t n = bench::window;
        for (std::uint64_t took = 0; took < bench::settings().round_ns; n *= 2) {
            auto const start = bench::now_ns();
            each.repeat(n);
            took = bench::now_ns() - start;
        }
        std::vector<double> all, writes, reads, waits, changes;
        for (int round = 0; round < bench::settings().rounds; ++round) {
            bench::let_others_end();
            calls.reset();
            each.repeat(n);
            auto const add = [n](std::vector<double>& to, std::uint64_t count) {
                to.push_back(static_cast<double>(count) / static_cast<double>(n));
            };
            add(all, calls.all());
            add(writes, calls.writes);
            add(reads, calls.reads);
            add(waits, calls.waits);
            add(changes, calls.changes);
        }
        auto const say = [&](char const* what, std::vector<double> const& counts) {
            bench::print(scenario, each.name, each.size, what, bench::median(counts), "calls");
        };
        say("calls_per_op", all);
        say("writes_per_op", writes);
        say("reads_per_op", reads);
        say("waits_per_op", waits);
        say("changes_per_op", changes);
    }
}

// From the call that sends to the write of the message, after a millisecond without one.
void send_alone(std::string const& scenario, std::vector<peer> peers) {
    if (!bench::wanted(scenario)) return;
    std::size_t const messages = bench::settings().rounds < 9 ? 20 : 300;
    for (auto& each : peers) {
        if (!is_asked_for(each)) continue;
        each.repeat(1000);
        bench::latencies waited;
        for (std::size_t i = 0; i < messages; ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
            calls.reset();
            each.repeat(1);
            auto const written = calls.first_write.load();
            if (written < bench::series_began) std::abort(); // it came without having been written
            waited.add(written - bench::series_began);
        }
        bench::print(scenario, each.name, each.size, "p50", waited.percentile(0.5), "ns");
        bench::print(scenario, each.name, each.size, "p99", waited.percentile(0.99), "ns");
    }
}

void measure(road r) {
    auto const body = bench::small_body;
    std::vector<peer> one_way;
    one_way.emplace_back("fairway", body, made_of<bench::fairway_one_way>(r, body));
    one_way.emplace_back("limit-asio-one-thread", body, made_of<bench::asio_one_way>(r, body));
    one_way.emplace_back("limit-asio-two-threads", body, made_of<bench::asio_one_way>(r, body, 0));
#if FAIRWAY_RIVAL_ZMQ
    one_way.emplace_back("zmq-two-parts", body, made_of<bench::zmq_one_way>(r, body));
#endif
    std::vector<peer> in_flight;
    in_flight.emplace_back("fairway", body, made_of<bench::fairway_in_flight>(r, body));
    in_flight.emplace_back("limit-asio-one-thread", body, made_of<bench::asio_in_flight>(r, body));
    in_flight.emplace_back("limit-asio-two-threads", body, made_of<bench::asio_in_flight>(r, body, 0));
#if FAIRWAY_RIVAL_ZMQ
    in_flight.emplace_back("zmq-dealer-router", body, made_of<bench::zmq_in_flight>(r, body));
#endif
#if FAIRWAY_RIVAL_GRPC
    in_flight.emplace_back("grpc-unary", body, made_of<bench::grpc_in_flight>(r, body));
    in_flight.emplace_back("grpc-stream", body, made_of<bench::grpc_stream>(r, body));
#endif
    auto const prefix = bench::prefix_of(r);
    count_calls(prefix + "_calls_one_way", one_way);
    count_calls(prefix + "_calls_in_flight", in_flight);
    send_alone(prefix + "_sent_alone", one_way);
}

} // namespace

int main(int argc, char** argv) {
    bench::begin(argc, argv);
    bench::pin(0);
    for (auto const r : {road::tcp, road::local}) measure(r);
}
