// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "accounting.hpp"

namespace ftgo {

std::variant<card_authorized, card_declined> accounting_service::operator()(authorize_card const& wish) {
    if (blocked_.contains(wish.card)) return card_declined{wish.id};
    held_.emplace(wish.id, wish.total);
    return card_authorized{wish.id};
}

authorization_reversed accounting_service::operator()(reverse_authorization const& which) {
    held_.erase(which.id);
    return {which.id};
}

void accounting_service::operator()(capture_payment const& which) {
    if (auto const money = held_.extract(which.id)) captured_ += money.mapped();
}

} // namespace ftgo
