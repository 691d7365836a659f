// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTS_SIMULATION_RABBIT_HPP
#define FAIRWAY_TESTS_SIMULATION_RABBIT_HPP

#include "scenario.hpp"

#include <fairway/testing/simulation.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

namespace workload {

// The model of RabbitMQ, each node on a host of its own, with which things go wrong as the scenario says.
class rabbit {
public:
    static constexpr char const* places[] = {"broker", "broker2", "broker3"};
    // Begins with the node on the first host.
    static std::shared_ptr<rabbit> boot(
        fairway::testing::host& h, scenario const& s, fairway::testing::simulation& world);

    rabbit() = default;
    rabbit(rabbit const&) = delete;
    rabbit& operator=(rabbit const&) = delete;
    virtual ~rabbit() = default;
    // One more node.
    virtual void add_node(fairway::testing::host& h) = 0;
    // How many messages wait for a group of a channel, those that are delivered and not settled included.
    virtual std::size_t backlog(fairway::address const& of, std::string_view group) const = 0;
    // Whether a group of a channel consumes, from all of its queues: they are bound by then.
    virtual bool is_consumed(fairway::address const& of, std::string_view group) const = 0;
    // Whether it has lost a connection or a channel, with the deliveries there, since this was asked.
    virtual bool has_lost_something() = 0;
};

// A transport to RabbitMQ for a host; for those of RabbitMQ one that nobody uses. `told` hears of each trouble, and
// whether that may happen.
fairway::any_transport make_rabbit_client(
    fairway::testing::host& h, scenario const& s, std::function<void(std::string_view what, bool allowed)> told);

} // namespace workload

#endif
