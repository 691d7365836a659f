// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What the benchmarks of requests share: who answers, and who asks.
#ifndef FAIRWAY_BENCHMARKS_INPROC_REQUESTS_HPP
#define FAIRWAY_BENCHMARKS_INPROC_REQUESTS_HPP

#include "order.hpp"

#include <cstddef>
#include <cstdlib>

namespace bench {

inline shop::order_placed answer_to(shop::place_order const& o) {
    return {o.order_id, o.sku, o.customer, o.quantity, o.cents, o.gift};
}

struct plain_handler {
    shop::order_placed operator()(shop::place_order const& o) const { return answer_to(o); }
};
struct coroutine_handler {
    fairway::task<shop::order_placed> operator()(shop::place_order const& o) const { co_return answer_to(o); }
};

/// Asks n times, each time when the answer to the last question is there: `ask()` is awaited.
template <class Ask>
fairway::task<> ask_in_turn(std::size_t n, Ask ask) {
    auto const quantity = shop::place_order().quantity;
    for (std::size_t i = 0; i < n; ++i) {
        auto const placed = co_await ask();
        if (placed.quantity != quantity) std::abort();
    }
}

} // namespace bench

#endif
