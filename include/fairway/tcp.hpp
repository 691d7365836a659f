// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TCP_HPP
#define FAIRWAY_TCP_HPP

// The brokerless transport: `fairway::open<fairway::tcp>(executor, "tcp://stock.internal:7000?ca=ca.pem")`.
#include <fairway/service/engine.hpp>
#include <fairway/transport/open.hpp>
#include <fairway/transport/tcp/transport.hpp>

#endif
