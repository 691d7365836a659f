// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FTGO_CONTRACTS_CONSUMER_HPP
#define FTGO_CONTRACTS_CONSUMER_HPP

#include "basics.hpp"

#include <fairway/contract.hpp>

#include <string>

// The consumer service knows who may order, and for how much.
namespace ftgo {

/// The consumer may order.
struct consumer_verified {
    using contract = fairway::document<"ftgo.consumer-verified">;
    std::string consumer;
};

/// May this consumer order for so much? If not, the answer is a fault: unknown_consumer or over_limit.
struct verify_consumer {
    using contract = fairway::command<"ftgo.verify-consumer", consumer_verified>;
    std::string consumer;
    cents total = 0;
};

using consumer_desk = fairway::point_to_point<"consumers", verify_consumer>;

} // namespace ftgo

#endif
