// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FTGO_CONTRACTS_BASICS_HPP
#define FTGO_CONTRACTS_BASICS_HPP

#include <cstdint>
#include <string>

// Words that all contracts of the food delivery use.
namespace ftgo {

/// What tells orders apart.
using order_id = std::uint64_t;

/// An amount of money in cents.
using cents = std::int64_t;

/// One dish of an order, so many times, at what the menu says that one costs.
struct item {
    std::string dish;
    std::uint32_t quantity = 1;
    std::uint32_t price = 0;
};

} // namespace ftgo

#endif
