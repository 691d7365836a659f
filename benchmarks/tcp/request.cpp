// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// One request after the other, with all threads on one processor: between two of them a request takes what it takes the
// kernel to wake a processor up. The rivals send a body there and back, without headers.
//
// rivals: grpc zmq
#include "../kit.hpp"
#include "asio_peer.hpp"
#include "fairway_peer.hpp"
#include "latency.hpp"
#include "link.hpp"
#include "rivals.hpp"

#include <string>
#include <vector>

namespace {

using bench::made_of;
using bench::road;

void measure(road r) {
    auto const body = bench::small_body;
    std::vector<bench::asker> askers;
    askers.emplace_back("fairway", body, made_of<bench::fairway_socket_requests>(r, body));
    askers.emplace_back("asio-coroutines", body, made_of<bench::asio_requests>(r, body));
    askers.emplace_back("asio-coroutines-two-threads", body, made_of<bench::asio_requests>(r, body, 0));
#if FAIRWAY_RIVAL_ZMQ
    askers.emplace_back("zmq-req-rep", body, made_of<bench::zmq_requests>(r, body));
#endif
#if FAIRWAY_RIVAL_GRPC
    askers.emplace_back("grpc-unary", body, made_of<bench::grpc_requests>(r, body));
#endif
    bench::run_askers(bench::prefix_of(r) + "_request", askers);
}

} // namespace

int main(int argc, char** argv) {
    bench::begin(argc, argv);
    bench::pin(0);
    for (auto const r : {road::tcp, road::local}) measure(r);
}
