// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "inspection.hpp"

#include "auditor.hpp"

#include <utility>

namespace ftgo {
namespace {

// What only one service each keeps, found among the books of all; empty where its books are missing.
struct sums {
    explicit sums(std::vector<books> const& all) {
        for (auto const& b : all) {
            if (b.open_tickets) open_tickets = b.open_tickets;
            if (b.money) money = b.money;
            if (b.told) told = b.told->ended;
            if (b.seen) seen = &*b.seen;
        }
    }
    std::optional<std::uint64_t> open_tickets;
    std::optional<money_books> money;
    std::optional<std::uint64_t> told;
    audit const* seen = nullptr;
};

} // namespace

bool is_quiet(std::vector<books> const& all, customer_log const& customers) {
    sums const s(all);
    auto const n = customers.times.size();
    return s.seen && s.seen->ended == n && s.told == n && s.open_tickets == 0U && s.money && s.money->held == 0;
}

std::vector<std::string> check(std::vector<books> const& all, customer_log const& customers) {
    sums const s(all);
    if (!s.seen || !s.told || !s.money || !s.open_tickets) return {"a service has not shown its books"};
    auto wrong = check(*s.seen, customers.told);
    auto const equal = [&](std::string const& what, auto a, std::string const& other, auto b) {
        if (std::cmp_not_equal(a, b))
            wrong.push_back(what + " is " + std::to_string(a) + ", but " + other + " is " + std::to_string(b));
    };
    equal("the number of orders", customers.times.size(), "that of orders that ended", s.seen->ended);
    equal("the number of orders", customers.times.size(), "that of customers who were told", *s.told);
    equal("the money taken", s.money->captured, "the price of what was delivered", s.seen->revenue);
    equal("the money held at the end", s.money->held, "what should be", 0);
    equal("the number of open tickets at the end", *s.open_tickets, "what should be", 0);
    for (auto const& b : all) {
        auto const& l = b.done;
        equal(b.service + ": what it received", l.received, "what became of it",
            l.accepted + l.dead_lettered + l.released + l.expired + l.duplicates);
    }
    return wrong;
}

} // namespace ftgo
