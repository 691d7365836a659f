// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_FAIRWAY_HPP
#define FAIRWAY_FAIRWAY_HPP

// Everything that a service needs but its transports: `fairway/inproc.hpp` and others are included beside it.
#include <fairway/contract.hpp>
#include <fairway/env/sleep.hpp>
#include <fairway/error.hpp>
#include <fairway/port/blocking.hpp>
#include <fairway/service/run.hpp>
#include <fairway/service/service.hpp>
#include <fairway/version.hpp>

#endif
