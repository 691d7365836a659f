// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTS_RABBITMQ_WITHOUT_BROKER_HPP
#define FAIRWAY_TESTS_RABBITMQ_WITHOUT_BROKER_HPP

#include "fw_catch.hpp"

#include "broker.hpp"

namespace rabbitmq_kit {

// Whether there is none, which it says: skips.py reads that.
inline bool without_broker() {
    if (broker::installed()) return false;
    WARN("SKIPPED: rabbitmq-server is not installed");
    return true;
}

} // namespace rabbitmq_kit

#endif
