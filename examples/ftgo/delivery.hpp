// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FTGO_DELIVERY_HPP
#define FTGO_DELIVERY_HPP

#include "contracts/courier.hpp"
#include "contracts/delivery.hpp"
#include "contracts/kitchen.hpp"

#include <fairway/service/service.hpp>

#include <cstddef>
#include <variant>

namespace ftgo {

/// The delivery service: asks all courier companies and books the best.
class delivery_service {
public:
    /// With so many companies in town it need not wait for more.
    delivery_service(fairway::service const& self, std::size_t companies)
        : couriers_(self.sender<courier_calls>()), kitchen_(self.sender<kitchen_desk>()), companies_(companies) {}

    fairway::task<std::variant<courier_booked, no_courier>> operator()(deliver_order const& order);

private:
    fairway::sender_port<courier_calls> couriers_;
    fairway::sender_port<kitchen_desk> kitchen_;
    std::size_t companies_;
};

} // namespace ftgo

#endif
