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
// on ("Dead Letter Exchanges" and "Time-To-Live" in RabbitMQ's documentation), once it has them there: by itself it
// would forget what it sends on with its process, although it had confirmed that. Times are rounded up, to two
// digits and from 10 s on to three, so that there are not too many of them.
//
// A quorum queue without consumers expires some time after it was made, whatever comes into it, and whether the broker
// runs or not (3.10). So there is another one for each period, of the delay and twelve hours, and it goes after two of
// them: at least so long the broker may be away, or a message's next queue.
struct delay_queue {
    queue_spec queue;

    // Nothing for a time that is too long: more than 24 days.
    static std::optional<delay_queue> of(route const& to, duration left, time_point now, std::string_view prefix) {
        auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
        std::int64_t step = 1;
        auto const most = ms < 10'000 ? 100 : 1'000;
        while (ms / step >= most) step *= 10;
        ms = (ms + step - 1) / step * step;
        constexpr auto spare = std::chrono::milliseconds(std::chrono::hours(12)).count();
        auto const period = ms + spare;
        auto const expires = 2 * period;
        if (expires > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
        delay_queue d;
        using std::chrono::milliseconds;
        auto const since = std::chrono::floor<milliseconds>(now.time_since_epoch()).count() / period;
        // With the size there are no two ways that have the same name.
        d.queue.name.append(prefix).append("delay:").append(std::to_string(to.exchange.size())).append(":");
        d.queue.name.append(to.exchange).append(":").append(to.key).append(":");
        d.queue.name.append(std::to_string(ms)).append(":").append(std::to_string(since));
        append_entry(d.queue.arguments, "x-queue-type", "quorum");
        append_entry(d.queue.arguments, "x-dead-letter-strategy", "at-least-once");
        append_entry(d.queue.arguments, "x-overflow", "reject-publish"); // which that wants
        append_entry(d.queue.arguments, "x-message-ttl", ms);
        append_entry(d.queue.arguments, "x-expires", expires);
        append_entry(d.queue.arguments, "x-dead-letter-exchange", to.exchange);
        append_entry(d.queue.arguments, "x-dead-letter-routing-key", to.key);
        return d;
    }
};

} // namespace fairway::amqp_detail

#endif
