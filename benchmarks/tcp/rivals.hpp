// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The rivals of a program: those of its line "// rivals: ..." that are installed.
#ifndef FAIRWAY_BENCHMARKS_TCP_RIVALS_HPP
#define FAIRWAY_BENCHMARKS_TCP_RIVALS_HPP

#if FAIRWAY_RIVAL_GRPC
#include "grpc_peer.hpp"
#endif
#if FAIRWAY_RIVAL_ZMQ
#include "zmq_peer.hpp"
#endif

#endif
