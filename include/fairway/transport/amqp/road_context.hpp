// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_AMQP_ROAD_CONTEXT_HPP
#define FAIRWAY_TRANSPORT_AMQP_ROAD_CONTEXT_HPP

#include <fairway/error.hpp>
#include <fairway/transport/amqp/declare.hpp>
#include <fairway/transport/amqp/topology.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <atomic>
#include <cstddef>
#include <functional>
#include <string_view>

namespace fairway::amqp_detail {

// What all roads of a publisher have in common.
struct road_context {
    asio::any_io_executor executor;
    naming names;
    topology_mode mode = topology_mode::declare;
    // Told of what the broker refuses: of which channel, and why.
    std::function<void(std::string_view where, error_code why, std::string_view text)> trouble;
    // False as long as what this program consumes is being made on the broker: nothing is published before, and nothing
    // declared, since RabbitMQ fails where two connections declare a quorum queue at the same time.
    bool open = false;
    // What threads have said that they consume, which the executor has not heard of yet.
    std::atomic<std::size_t> announced{0};

    // Thread-safe with what was announced before: a message that this thread sent afterwards is not published earlier.
    bool may_publish() const noexcept { return open && announced.load() == 0; }
};

} // namespace fairway::amqp_detail

#endif
