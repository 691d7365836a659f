// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// 64 requests under way at once, with all threads on one processor; an operation is a request and its answer. The
// rivals send a body there and back, without headers.
//
// rivals: grpc zmq
#include "../kit.hpp"
#include "asio_peer.hpp"
#include "fairway_peer.hpp"
#include "link.hpp"
#include "rivals.hpp"

#include <string>
#include <vector>

namespace {

using bench::asio_in_flight;
using bench::made_of;
using bench::road;

void measure(road r) {
    auto const body = bench::small_body;
    std::vector<bench::peer> peers;
    peers.emplace_back("fairway", body, made_of<bench::fairway_in_flight>(r, body));
    peers.emplace_back("limit-asio-one-thread", body, made_of<asio_in_flight>(r, body));
    peers.emplace_back("limit-asio-two-threads", body, made_of<asio_in_flight>(r, body, 0));
#if FAIRWAY_RIVAL_ZMQ
    peers.emplace_back("zmq-dealer-router", body, made_of<bench::zmq_in_flight>(r, body));
#endif
#if FAIRWAY_RIVAL_GRPC
    peers.emplace_back("grpc-unary", body, made_of<bench::grpc_in_flight>(r, body));
    peers.emplace_back("grpc-stream", body, made_of<bench::grpc_stream>(r, body));
#endif
    bench::run(bench::prefix_of(r) + "_in_flight", peers);
}

} // namespace

int main(int argc, char** argv) {
    bench::begin(argc, argv);
    bench::pin(0);
    for (auto const r : {road::tcp, road::local}) measure(r);
}
