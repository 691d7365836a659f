// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FTGO_CONTRACTS_ACCOUNTING_HPP
#define FTGO_CONTRACTS_ACCOUNTING_HPP

#include "basics.hpp"

#include <fairway/contract.hpp>

#include <string>

// The accounting service holds money on cards, then takes it or gives it back.
namespace ftgo {

/// The money is held.
struct card_authorized {
    using contract = fairway::document<"ftgo.card-authorized">;
    order_id id = 0;
};

/// The card's bank said no.
struct card_declined {
    using contract = fairway::document<"ftgo.card-declined">;
    order_id id = 0;
};

/// The money is free again.
struct authorization_reversed {
    using contract = fairway::document<"ftgo.authorization-reversed">;
    order_id id = 0;
};

/// Hold so much.
struct authorize_card {
    using contract = fairway::command<"ftgo.authorize-card", card_authorized, card_declined>;
    order_id id = 0;
    std::string card;
    cents total = 0;
};

/// Undoes `authorize_card`.
struct reverse_authorization {
    using contract = fairway::command<"ftgo.reverse-authorization", authorization_reversed>;
    order_id id = 0;
};

/// Take what is held: nothing to answer.
struct capture_payment {
    using contract = fairway::command<"ftgo.capture-payment">;
    order_id id = 0;
};

using accounting_desk = fairway::point_to_point<"accounting", authorize_card, reverse_authorization, capture_payment>;

} // namespace ftgo

#endif
