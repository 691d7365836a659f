// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FTGO_CONSUMER_HPP
#define FTGO_CONSUMER_HPP

#include "contracts/consumer.hpp"

#include <map>
#include <string>

namespace ftgo {

/// The consumer service. Its answer to those who may not order is a fault.
class consumer_service {
public:
    consumer_verified operator()(verify_consumer const& who) const;

private:
    // How much each may spend on one order.
    std::map<std::string, cents> limits_{{"ada", 20'000}, {"bela", 9'000}, {"chen", 15'000}, {"dana", 6'000},
        {"emil", 12'000}, {"fatma", 30'000}, {"grace", 9'000}, {"hugo", 5'000}};
};

} // namespace ftgo

#endif
