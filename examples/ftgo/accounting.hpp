// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FTGO_ACCOUNTING_HPP
#define FTGO_ACCOUNTING_HPP

#include "contracts/accounting.hpp"

#include <map>
#include <set>
#include <string>
#include <variant>

namespace ftgo {

/// The accounting service.
class accounting_service {
public:
    std::variant<card_authorized, card_declined> operator()(authorize_card const& wish);
    authorization_reversed operator()(reverse_authorization const& which);
    void operator()(capture_payment const& which);

    /// Money that is held, but neither taken nor given back.
    std::map<order_id, cents> const& held() const { return held_; }
    /// Money that was taken.
    cents captured() const { return captured_; }

private:
    std::set<std::string> blocked_{"4000-0002", "4000-9995"};
    std::map<order_id, cents> held_;
    cents captured_ = 0;
};

} // namespace ftgo

#endif
