// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A second file with definitions, some of which transports.cpp has, too.
#include <fairway/inproc_definitions.hpp>
