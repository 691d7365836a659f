// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "kitchen.hpp"

#include <algorithm>

namespace ftgo {

std::variant<ticket_created, ticket_refused> kitchen_service::operator()(create_ticket const& wish) {
    auto const found = restaurants_.find(wish.restaurant);
    if (found == restaurants_.end() || found->second.closed) return ticket_refused{wish.id, "kitchen_closed"};
    if (wish.items.empty()) return ticket_refused{wish.id, "nothing_ordered"};
    auto const& menu = found->second.menu;
    if (!std::ranges::all_of(wish.items, [&](item const& i) { return menu.contains(i.dish); }))
        return ticket_refused{wish.id, "not_on_menu"};
    open_.insert(wish.id);
    return ticket_created{wish.id};
}

ticket_cancelled kitchen_service::operator()(cancel_ticket const& which) {
    open_.erase(which.id);
    return {which.id};
}

void kitchen_service::operator()(hand_over const& which) { open_.erase(which.id); }

} // namespace ftgo
