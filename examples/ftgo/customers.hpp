// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FTGO_CUSTOMERS_HPP
#define FTGO_CUSTOMERS_HPP

#include "contracts/order.hpp"
#include "customer_log.hpp"
#include "line_reader.hpp"

#include <fairway/service/service.hpp>

#include <boost/asio/steady_timer.hpp>

#include <chrono>

namespace ftgo {

/// Those who order: each line of the input is one customer, who waits until the order has come to its end.
class customers {
public:
    explicit customers(fairway::service const& self)
        : orders_(self.sender<orders>()), change_(self.get_executor(), std::chrono::steady_clock::time_point::max()) {}

    /// Orders what the lines say, up to 32 orders at a time. Lines that are no order are reported and skipped.
    fairway::task<> order_from(line_reader& input);

    /// What they remember.
    customer_log const& log() const { return log_; }

private:
    static constexpr unsigned at_once = 32;

    fairway::task<> read(line_reader& input);
    void take(line_reader& input, line_reader::line const& line);
    fairway::task<> place(place_order order);
    fairway::task<> until_fewer_than(unsigned n);

    fairway::sender_port<orders> orders_;
    boost::asio::steady_timer change_; // never expires: cancelling it wakes who waits
    unsigned in_flight_ = 0;
    bool closed_ = false;
    customer_log log_;
};

} // namespace ftgo

#endif
