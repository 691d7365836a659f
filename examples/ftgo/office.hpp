// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FTGO_OFFICE_HPP
#define FTGO_OFFICE_HPP

#include "contracts/basics.hpp"
#include "contracts/town_hall.hpp"

#include <fairway/service/service.hpp>
#include <fairway/transport/any_transport.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ftgo {

/// The names of all services but the customers: order, consumer, kitchen, accounting, the courier companies,
/// notification, auditor and delivery.
std::vector<std::string> const& office_names();

/// How an office works.
struct office_options {
    std::string journal;             ///< a file for the state of the kitchen or of accounting; empty for none
    std::optional<order_id> unheard; ///< an order whose events the auditor does not hear
};

/// One of the town's services, with its business logic and what that keeps; the same on every transport.
class office {
public:
    /// Puts together the service `name` on a transport, not started yet. Throws `std::invalid_argument` where there is
    /// no such service.
    office(fairway::any_transport const& net, std::string_view name, office_options const& options = {});

    /// The service.
    fairway::service& self() { return self_; }
    /// What it has done and keeps.
    ftgo::books books() const;
    /// How many lines its journal has; nothing where it keeps none.
    std::optional<std::size_t> journal_lines() const;

private:
    template <class Channel, class Desk>
    std::shared_ptr<Desk> open(std::shared_ptr<Desk> desk);

    std::shared_ptr<void> desk_; // outlives the service, whose handler refers to it
    std::function<void(ftgo::books&)> clerk_;
    std::function<std::size_t()> lines_;
    fairway::service self_;
};

} // namespace ftgo

#endif
