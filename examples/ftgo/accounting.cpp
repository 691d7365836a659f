// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "accounting.hpp"

#include <sstream>
#include <stdexcept>

namespace ftgo {

accounting_service::accounting_service(std::string const& path)
    : journal_(path, [this](std::string_view line) { recall(line); }) {}

std::variant<card_authorized, card_declined> accounting_service::operator()(authorize_card const& wish) {
    if (blocked_.contains(wish.card)) return card_declined{wish.id};
    if (!held_.contains(wish.id) && !ended_.contains(wish.id)) {
        journal_.add("hold " + std::to_string(wish.id) + " " + std::to_string(wish.total));
        hold(wish.id, wish.total);
    }
    return card_authorized{wish.id};
}

authorization_reversed accounting_service::operator()(reverse_authorization const& which) {
    if (!ended_.contains(which.id)) {
        journal_.add("free " + std::to_string(which.id));
        end(which.id, false);
    }
    return {which.id};
}

void accounting_service::operator()(capture_payment const& which) {
    if (ended_.contains(which.id)) return;
    journal_.add("take " + std::to_string(which.id));
    end(which.id, true);
}

void accounting_service::hold(order_id id, cents total) { held_.emplace(id, total); }

void accounting_service::end(order_id id, bool taken) {
    ended_.insert(id);
    auto const money = held_.extract(id);
    if (money && taken) captured_ += money.mapped();
}

void accounting_service::recall(std::string_view line) {
    std::istringstream in{std::string(line)};
    std::string what;
    order_id id = 0;
    cents total = 0;
    if (in >> what >> id && (what == "take" || what == "free")) return end(id, what == "take");
    if (what != "hold" || !(in >> total))
        throw std::runtime_error("accounting's journal has a line that it can't read");
    hold(id, total);
}

} // namespace ftgo
