// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "kitchen.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace ftgo {

kitchen_service::kitchen_service(std::string const& path)
    : journal_(path, [this](std::string_view line) { recall(line); }) {}

std::variant<ticket_created, ticket_refused> kitchen_service::operator()(create_ticket const& wish) {
    auto const found = restaurants_.find(wish.restaurant);
    if (found == restaurants_.end() || found->second.closed) return ticket_refused{wish.id, "kitchen_closed"};
    if (wish.items.empty()) return ticket_refused{wish.id, "nothing_ordered"};
    auto const& menu = found->second.menu;
    if (!std::ranges::all_of(wish.items, [&](item const& i) { return menu.contains(i.dish); }))
        return ticket_refused{wish.id, "not_on_menu"};
    if (!open_.contains(wish.id) && !closed_.contains(wish.id)) {
        journal_.add("open " + std::to_string(wish.id));
        open_.insert(wish.id);
    }
    return ticket_created{wish.id};
}

ticket_cancelled kitchen_service::operator()(cancel_ticket const& which) {
    close(which.id);
    return {which.id};
}

void kitchen_service::operator()(hand_over const& which) { close(which.id); }

void kitchen_service::close(order_id id) {
    if (closed_.contains(id)) return;
    journal_.add("close " + std::to_string(id));
    closed_.insert(id);
    open_.erase(id);
}

void kitchen_service::recall(std::string_view line) {
    std::istringstream in{std::string(line)};
    std::string what;
    order_id id = 0;
    if (!(in >> what >> id) || (what != "open" && what != "close"))
        throw std::runtime_error("the kitchen's journal has a line that it can't read");
    if (what == "open") {
        open_.insert(id);
    } else {
        open_.erase(id);
        closed_.insert(id);
    }
}

} // namespace ftgo
