// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What tcp.cpp uses, compiled in this file alone.
#include <fairway/tcp_definitions.hpp>
