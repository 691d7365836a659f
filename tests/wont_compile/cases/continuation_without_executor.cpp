// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What resumes somebody says where that runs.
// expect: this handler does not say where it runs: use boost::asio::bind_executor on it
#include "prelude.hpp"

fairway::env::continuation f(boost::asio::io_context& io) {
#ifndef FAIRWAY_FIXED
    static_cast<void>(io);
    return fairway::env::continuation([] {});
#else
    return fairway::env::continuation(boost::asio::bind_executor(io, [] {}));
#endif
}
