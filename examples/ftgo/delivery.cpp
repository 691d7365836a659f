// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "delivery.hpp"

#include <algorithm>
#include <tuple>

namespace ftgo {

using namespace std::chrono_literals;

fairway::task<std::variant<courier_booked, no_courier>> delivery_service::operator()(deliver_order const& order) {
    call_for_bids const call{.id = order.id, .zone = order.zone};
    // A company may have to come back first, or a broker.
    auto const offers = co_await couriers_.gather(call, fairway::gather_options<bid>(20s).maximum(companies_));
    // The cheapest, then the fastest.
    auto const merit = [](auto const& offer) {
        return std::tie(offer.value.fee, offer.value.minutes, offer.responder);
    };
    auto const best = std::ranges::min_element(offers.replies, {}, merit);
    if (best == offers.replies.end()) co_return no_courier{order.zone};

    hand_over const taken{.id = order.id};
    co_await kitchen_.send(taken);
    co_return courier_booked{best->responder, best->value.minutes};
}

} // namespace ftgo
