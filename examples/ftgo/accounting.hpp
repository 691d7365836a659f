// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FTGO_ACCOUNTING_HPP
#define FTGO_ACCOUNTING_HPP

#include "contracts/accounting.hpp"
#include "journal.hpp"

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <variant>

namespace ftgo {

/// The accounting service. A command may come again, to this process or the next one; it does nothing the second time.
class accounting_service {
public:
    /// Keeps its books in memory.
    accounting_service() = default;
    /// Keeps them in a file too, and begins with what is there.
    explicit accounting_service(std::string const& path);

    std::variant<card_authorized, card_declined> operator()(authorize_card const& wish);
    authorization_reversed operator()(reverse_authorization const& which);
    void operator()(capture_payment const& which);

    /// Money that is held, but neither taken nor given back.
    std::map<order_id, cents> const& held() const { return held_; }
    /// Money that was taken.
    cents captured() const { return captured_; }
    /// How many lines its journal has.
    std::size_t written() const { return journal_.lines(); }

private:
    void recall(std::string_view line);
    void hold(order_id id, cents total);
    void end(order_id id, bool taken);

    std::set<std::string> blocked_{"4000-0002", "4000-9995"};
    std::map<order_id, cents> held_;
    std::set<order_id> ended_; // taken or given back
    cents captured_ = 0;
    journal journal_;
};

} // namespace ftgo

#endif
