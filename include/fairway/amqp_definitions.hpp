// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_AMQP_DEFINITIONS_HPP
#define FAIRWAY_AMQP_DEFINITIONS_HPP

// For one file of a program that is compiled with FAIRWAY_COMPILE_ONCE: what <fairway/amqp.hpp> only declares there.
#ifndef FAIRWAY_COMPILE_ONCE
#error "fairway: define FAIRWAY_COMPILE_ONCE for all files of the program, or leave out <fairway/amqp_definitions.hpp>"
#endif

#include <fairway/amqp.hpp>
#include <fairway/service/engine_definitions.hpp>
#include <fairway/transport/amqp/transport_definitions.hpp>

#endif
