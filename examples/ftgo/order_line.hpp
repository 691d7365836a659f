// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FTGO_ORDER_LINE_HPP
#define FTGO_ORDER_LINE_HPP

#include "contracts/order.hpp"

#include <string>
#include <string_view>

namespace ftgo {

/// An order as a line of the input has it, in JSON. Throws `fairway::decode_error`, which says what is wrong and where.
place_order read_order(std::string_view line, order_id id);

} // namespace ftgo

#endif
