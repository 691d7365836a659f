// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_DETAIL_STD_SYNC_HPP
#define FAIRWAY_DETAIL_STD_SYNC_HPP

#include <fairway/detail/std_atomics.hpp>

#include <mutex>

namespace fairway::detail {

// std_atomics for code that also locks.
struct std_sync : std_atomics {
    using mutex = std::mutex;
};

} // namespace fairway::detail

#endif
