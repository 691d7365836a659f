// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "notification.hpp"

#include <utility>

namespace ftgo {

void notification_service::operator()(order_created const& e) {
    open_[e.id].push_back("We have your order at " + e.restaurant + " for " + money(e.total) + ".");
}

void notification_service::operator()(order_approved const& e) {
    open_[e.id].push_back("The kitchen cooks; we look for a courier.");
}

void notification_service::operator()(order_rejected const& e) {
    end("rejected", e.id, "Sorry, we can't take it: " + e.reason + ".");
}

void notification_service::operator()(order_cancelled const& e) {
    end("cancelled", e.id, "Sorry, we have to cancel it: " + e.reason + ". You pay nothing.");
}

void notification_service::operator()(order_delivered const& e) {
    end("delivered", e.id, e.courier + " brings it in " + std::to_string(e.minutes) + " minutes.");
}

void notification_service::end(std::string const& how, order_id id, std::string line) {
    ++told_.ended;
    auto told = open_.extract(id);
    if (!told) return;
    told.mapped().push_back(std::move(line));
    // Orders end in any order of their ids: the first one is the one with the smallest.
    auto const [sample, is_new] = told_.samples.try_emplace(how);
    if (is_new || id < sample->second.id) sample->second = {id, std::move(told.mapped())};
}

std::string money(cents amount) {
    auto const rest = std::to_string(amount % 100);
    return std::to_string(amount / 100) + (rest.size() < 2 ? ".0" : ".") + rest;
}

} // namespace ftgo
