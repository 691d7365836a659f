// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FTGO_CONTRACTS_TOWN_HALL_HPP
#define FTGO_CONTRACTS_TOWN_HALL_HPP

#include "basics.hpp"
#include "progress.hpp"

#include <fairway/contract.hpp>
#include <fairway/port/observer.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// What the town hall asks all services, to see whether their books agree.
namespace ftgo {

/// What the auditor has seen.
struct audit {
    std::vector<progress> orders;                 ///< how far each has come, by its id
    std::vector<std::string> disorder;            ///< events that came in the wrong order, a line each
    std::map<std::string, std::uint64_t> reasons; ///< why orders were rejected or cancelled, and how many
    std::uint64_t ended = 0;                      ///< how many orders have ended
    cents revenue = 0;                            ///< what delivered orders cost
};

/// Money on cards.
struct money_books {
    std::uint64_t held = 0; ///< on so many cards, neither taken nor given back
    cents captured = 0;     ///< taken
};

/// What one customer was told, line by line.
struct story {
    order_id id = 0;
    std::vector<std::string> lines;
};

/// What customers were told.
struct told_books {
    std::uint64_t ended = 0;              ///< how many orders have ended
    std::map<std::string, story> samples; ///< for each way in which an order can end, the first order that did
};

/// What one service, or one instance of it, has done and keeps.
struct books {
    using contract = fairway::document<"ftgo.books">;
    std::string service;
    fairway::ledger done;
    std::optional<std::uint64_t> open_tickets; ///< the kitchen's
    std::optional<money_books> money;          ///< accounting's
    std::optional<told_books> told;            ///< the notification service's
    std::optional<audit> seen;                 ///< the auditor's
};

/// Show your books; after you have ended what you have begun, where it is for the last time.
struct show_books {
    using contract = fairway::command<"ftgo.show-books", books>;
    bool last = false;
};

using town_hall = fairway::publish_subscribe<"town-hall", show_books>;

} // namespace ftgo

#endif
