// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FTGO_PROCESS_HPP
#define FTGO_PROCESS_HPP

#include "office.hpp"

#include <fairway/env/task.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace ftgo {

/// A process of the town: one of its services, or the customers.
struct process_options {
    std::string role;        ///< the service's name, or customers
    std::string transport;   ///< a URL, tcp://..., unix://..., amqp://... or amqps://...
    std::string name;        ///< of the process, which tells instances of one service apart; the role where it is empty
    std::string file;        ///< where the customers' orders are
    std::size_t offices = 0; ///< how many processes the customers expect to answer at the end
    bool timing = true;      ///< the customers report what differs from run to run, too
    office_options office;   ///< how the service works
};

/// Runs the process until it is asked to stop (SIGTERM), or until the customers have no more orders and have compared
/// all books. Prints first where it listens, or "connected" once it has met the broker (the customers: that
/// others have). Returns how it ends.
fairway::task<int> run_process(fairway::asio::any_io_executor executor, process_options const& options);

} // namespace ftgo

#endif
