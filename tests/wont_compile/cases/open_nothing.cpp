// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A program lists the transports that it can open.
// expect: fairway: list the transports that the program can open
#include "prelude.hpp"

fairway::any_transport f(fairway::asio::any_io_executor const& executor) {
#ifndef FAIRWAY_FIXED
    return fairway::open<>(executor, "inproc://");
#else
    return fairway::open<fairway::inproc>(executor, "inproc://");
#endif
}
