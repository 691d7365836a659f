// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Messages with four headers, one way: with all threads on one processor, and with the receiver on another one.
//
// rivals: zmq
#include "../kit.hpp"
#include "asio_peer.hpp"
#include "fairway_peer.hpp"
#include "link.hpp"
#include "rivals.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace {

using bench::asio_one_way;
using bench::made_of;
using bench::road;

void on_one_processor(road r) {
    std::vector<bench::peer> peers;
    for (auto const body : {bench::small_body, bench::large_body}) {
        peers.emplace_back("fairway", body, made_of<bench::fairway_one_way>(r, body));
        peers.emplace_back("limit-asio-one-thread", body, made_of<asio_one_way>(r, body));
        peers.emplace_back("limit-asio-two-threads", body, made_of<asio_one_way>(r, body, 0));
#if FAIRWAY_RIVAL_ZMQ
        peers.emplace_back("zmq-two-parts", body, made_of<bench::zmq_one_way>(r, body));
#endif
    }
    bench::run(bench::prefix_of(r) + "_one_way", peers);
}

void on_two_processors(road r) {
    std::vector<bench::peer> peers;
    for (auto const body : {bench::small_body, bench::large_body}) {
        peers.emplace_back("fairway", body, made_of<bench::fairway_one_way>(r, body, 1));
        peers.emplace_back("limit-asio-two-threads", body, made_of<asio_one_way>(r, body, 1));
#if FAIRWAY_RIVAL_ZMQ
        peers.emplace_back("zmq-two-parts", body, made_of<bench::zmq_one_way>(r, body, 1));
#endif
    }
    bench::run(bench::prefix_of(r) + "_two_processors", peers);
}

} // namespace

int main(int argc, char** argv) {
    bench::begin(argc, argv);
    bench::pin(0);
    for (auto const r : {road::tcp, road::local}) on_one_processor(r);
    if (bench::processors().size() < 2) return 0;
    for (auto const r : {road::tcp, road::local}) on_two_processors(r);
}
