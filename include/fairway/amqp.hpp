// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_AMQP_HPP
#define FAIRWAY_AMQP_HPP

// RabbitMQ: `fairway::open<fairway::amqps>(executor, "amqps://user:password@rabbit.internal/shop")`.
#include <fairway/service/engine.hpp>
#include <fairway/transport/amqp/transport.hpp>
#include <fairway/transport/open.hpp>

#endif
