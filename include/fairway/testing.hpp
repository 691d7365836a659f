// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_HPP
#define FAIRWAY_TESTING_HPP

// To test services: one thread, a clock that moves only when told to, all traffic on record. No test framework needed.
#include <fairway/testing/bench.hpp>
#include <fairway/testing/manual_clock.hpp>
#include <fairway/testing/recorder.hpp>

#endif
