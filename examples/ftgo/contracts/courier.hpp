// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FTGO_CONTRACTS_COURIER_HPP
#define FTGO_CONTRACTS_COURIER_HPP

#include "basics.hpp"

#include <fairway/contract.hpp>

#include <string>

// What courier companies hear and say.
namespace ftgo {

/// For so much and in so many minutes.
struct bid {
    using contract = fairway::document<"ftgo.bid">;
    cents fee = 0;
    std::uint32_t minutes = 0;
};

/// Who brings food to this zone? Every company is asked.
struct call_for_bids {
    using contract = fairway::command<"ftgo.call-for-bids", bid>;
    order_id id = 0;
    std::string zone;
};

using courier_calls = fairway::publish_subscribe<"couriers", call_for_bids>;

} // namespace ftgo

#endif
