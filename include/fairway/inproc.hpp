// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_INPROC_HPP
#define FAIRWAY_INPROC_HPP

// The in-process transport: `fairway::open<fairway::inproc>(executor, "inproc://")`.
#include <fairway/service/engine.hpp>
#include <fairway/transport/inproc/transport.hpp>
#include <fairway/transport/open.hpp>

#endif
