// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FTGO_ORDER_HPP
#define FTGO_ORDER_HPP

#include "contracts/accounting.hpp"
#include "contracts/consumer.hpp"
#include "contracts/delivery.hpp"
#include "contracts/kitchen.hpp"
#include "contracts/order.hpp"

#include <fairway/service/service.hpp>

#include <optional>
#include <string>
#include <variant>

namespace ftgo {

/// The order service: the saga that asks the others, one after another, and undoes what was done where one refuses.
class order_service {
public:
    explicit order_service(fairway::service const& self)
        : events_(self.sender<order_events>()),
          consumers_(self.sender<consumer_desk>()),
          kitchen_(self.sender<kitchen_desk>()),
          accounting_(self.sender<accounting_desk>()),
          deliveries_(self.sender<delivery_desk>()) {}

    using ending = std::variant<order_delivered, order_rejected, order_cancelled>;
    fairway::task<ending> operator()(place_order const& wish);

private:
    // Each returns why not, or nothing.
    using refusal = std::optional<std::string>;
    fairway::task<refusal> verify(std::string const& consumer, cents total);
    fairway::task<refusal> cook(place_order const& wish);
    fairway::task<refusal> hold_money(place_order const& wish, cents total);
    fairway::task<refusal> approve(place_order const& wish, cents total);

    fairway::task<> undo_ticket(order_id id);
    fairway::task<> undo_money(order_id id);

    fairway::sender_port<order_events> events_;
    fairway::sender_port<consumer_desk> consumers_;
    fairway::sender_port<kitchen_desk> kitchen_;
    fairway::sender_port<accounting_desk> accounting_;
    fairway::sender_port<delivery_desk> deliveries_;
};

} // namespace ftgo

#endif
