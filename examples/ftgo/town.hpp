// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FTGO_TOWN_HPP
#define FTGO_TOWN_HPP

#include "customers.hpp"
#include "office.hpp"

#include <fairway/inproc.hpp>
#include <fairway/service/service.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace ftgo {

class branch_office;

/// All services in one process: the instances of the delivery service on threads of their own, the others on the
/// caller's. They share a hub and their contracts, nothing else.
class town {
public:
    /// The auditor does not hear of the order `unheard`: so one sees that its check finds what is wrong.
    town(fairway::asio::any_io_executor const& executor, std::optional<order_id> unheard);
    ~town();

    /// Those who order.
    customers& crowd() { return crowd_; }

    /// Lets the services end what they have begun, and drains them, when all customers have their answers. Returns
    /// their books.
    fairway::task<std::vector<books>> close();

private:
    std::vector<books> all_books() const;

    fairway::inproc::hub hub_;
    fairway::any_transport net_;
    fairway::service people_;
    customers crowd_;
    std::vector<std::unique_ptr<office>> offices_;
    std::vector<std::unique_ptr<branch_office>> branches_;
};

} // namespace ftgo

#endif
