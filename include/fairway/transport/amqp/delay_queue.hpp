// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_AMQP_DELAY_QUEUE_HPP
#define FAIRWAY_TRANSPORT_AMQP_DELAY_QUEUE_HPP

#include <fairway/envelope/time.hpp>
#include <fairway/transport/amqp/table.hpp>
#include <fairway/transport/amqp/topology.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace fairway::amqp_detail {

// A queue in which messages stay for a time that all of them have in common, and from which the broker then sends them
// on ("Dead Letter Exchanges" and "Time-To-Live" in RabbitMQ's documentation). Times are rounded up to three digits,
// by 1 % at most, so that there are not too many of them; one that nobody uses any more expires.
struct delay_queue {
    queue_spec queue;

    // Nothing for a time that is too long: more than 24 days.
    static std::optional<delay_queue> of(route const& to, duration left, std::string_view prefix) {
        auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
        std::int64_t step = 1;
        while (ms / step >= 1000) step *= 10;
        ms = (ms + step - 1) / step * step;
        // It is used whenever somebody declares it, which each message does.
        auto const expires = 2 * ms + 60'000;
        if (expires > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
        delay_queue d;
        d.queue.name.append(prefix).append("delay:").append(to.exchange).append(":").append(to.key).append(":");
        d.queue.name += std::to_string(ms);
        append_entry(d.queue.arguments, "x-message-ttl", ms);
        append_entry(d.queue.arguments, "x-expires", expires);
        append_entry(d.queue.arguments, "x-dead-letter-exchange", to.exchange);
        append_entry(d.queue.arguments, "x-dead-letter-routing-key", to.key);
        return d;
    }
};

} // namespace fairway::amqp_detail

#endif
