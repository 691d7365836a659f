// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The rivals of a program: those of its line "// rivals: ..." that are installed.
#ifndef FAIRWAY_BENCHMARKS_INPROC_RIVALS_HPP
#define FAIRWAY_BENCHMARKS_INPROC_RIVALS_HPP

// g++ 12 sees an overflow in an atomic load of the concurrent queue where there is none.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wstringop-overflow"
#endif

#if FAIRWAY_RIVAL_CAF
#include "caf_peer.hpp"
#endif
#if FAIRWAY_RIVAL_CONCURRENTQUEUE
#include <blockingconcurrentqueue.h>
#endif
#if FAIRWAY_RIVAL_EVENTPP
#include <eventpp/eventqueue.h>
#endif
#if FAIRWAY_RIVAL_SOBJECTIZER
#include "sobjectizer_peer.hpp"
#endif

#endif
