// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FTGO_TOWN_HPP
#define FTGO_TOWN_HPP

#include "accounting.hpp"
#include "auditor.hpp"
#include "consumer.hpp"
#include "customers.hpp"
#include "kitchen.hpp"
#include "notification.hpp"
#include "report.hpp"

#include <fairway/inproc.hpp>
#include <fairway/service/service.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ftgo {

class delivery_office;

/// All services in one process: the instances of the delivery service on threads of their own, the others on the
/// caller's. They share a hub and their contracts, nothing else.
class town {
public:
    /// The auditor does not hear of the order `unheard`: so one sees that its check finds what is wrong.
    town(fairway::asio::any_io_executor const& executor, std::optional<order_id> unheard);
    ~town();

    /// Those who order.
    customers& crowd() { return crowd_; }

    /// Lets the services end what they have begun, and drains them, when all customers have their answers. Returns what
    /// each has done.
    fairway::task<ledgers> close();

    /// What does not add up, one line each.
    std::vector<std::string> check(ledgers const& all) const;

    auditor const& books() const { return auditor_; }
    notification_service const& notifications() const { return notification_; }

private:
    fairway::service& open(std::string name);
    bool quiet() const;

    fairway::inproc::hub hub_;
    fairway::any_transport net_;
    consumer_service consumer_;
    kitchen_service kitchen_;
    accounting_service accounting_;
    notification_service notification_;
    auditor auditor_;
    std::vector<std::unique_ptr<fairway::service>> services_;
    std::vector<std::unique_ptr<delivery_office>> offices_;
    customers crowd_;
};

} // namespace ftgo

#endif
