// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FTGO_CONTRACTS_PROGRESS_HPP
#define FTGO_CONTRACTS_PROGRESS_HPP

#include <cstdint>

namespace ftgo {

/// How far an order has come.
enum class progress : std::uint8_t { none, created, approved, rejected, cancelled, delivered };

} // namespace ftgo

#endif
