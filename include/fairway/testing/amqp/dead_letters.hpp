// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Why messages left a queue, in their headers (https://www.rabbitmq.com/dlx.html): x-death is an array of tables, one
// for each queue and reason, the latest first.
#ifndef FAIRWAY_TESTING_AMQP_DEAD_LETTERS_HPP
#define FAIRWAY_TESTING_AMQP_DEAD_LETTERS_HPP

#include <fairway/envelope/time.hpp>
#include <fairway/testing/amqp/message.hpp>
#include <fairway/testing/amqp/queue_shape.hpp>
#include <fairway/transport/amqp/table.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace fairway::testing::amqp_detail {

inline std::optional<array_view> deaths_of(message const& m) {
    auto const headers = m.properties().headers;
    auto const found = headers ? find(*headers, "x-death") : std::nullopt;
    return found ? found->array() : std::nullopt;
}

inline std::string_view text_in(table_view table, std::string_view name) {
    auto const found = find(table, name);
    return found ? found->text().value_or("") : "";
}

namespace dying {

inline bool is_of(value_view death, std::string_view queue, std::string_view reason) {
    auto const table = death.table();
    return table && text_in(*table, "queue") == queue && text_in(*table, "reason") == reason;
}
inline std::string again(table_view death) {
    auto const count = find(death, "count");
    return with_header(death, "count", count ? count->integer().value_or(0) + 1 : std::int64_t{1});
}
inline std::string first(message const& m, std::string_view queue, std::string_view reason, time_point now) {
    std::string keys;
    append_value(keys, m.routing_key);
    std::string death;
    append_entry(death, "count", std::int64_t{1});
    append_entry(death, "reason", reason);
    append_entry(death, "queue", queue);
    auto const since = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch());
    append_entry(death, "time", timestamp{static_cast<std::uint64_t>(since.count())});
    append_entry(death, "exchange", m.exchange);
    append_entry(death, "routing-keys", array_view(keys));
    if (auto const life = m.properties().expiration) append_entry(death, "original-expiration", *life);
    return death;
}
// The array with this death at its front.
inline std::string deaths(message const& m, std::string_view queue, std::string_view reason, time_point now) {
    std::string latest;
    std::string others;
    if (auto const before = deaths_of(m))
        for (auto const& one : *before) {
            if (!one.table()) continue;
            if (is_of(one, queue, reason))
                latest = again(*one.table());
            else
                append_value(others, *one.table());
        }
    if (latest.empty()) latest = first(m, queue, reason, now);
    std::string all;
    append_value(all, table_view(latest));
    return all + others;
}

} // namespace dying

// The message that goes to the dead letters of a queue.
inline std::shared_ptr<message> dead_letter(
    message const& m, queue_shape const& of, std::string_view reason, time_point now) {
    auto const deaths = dying::deaths(m, of.name, reason, now);
    auto properties = m.properties();
    bool const is_first = !properties.headers || !find(*properties.headers, "x-first-death-queue");
    auto headers = with_header(properties.headers, "x-death", array_view(deaths));
    if (is_first) {
        append_entry(headers, "x-first-death-exchange", m.exchange);
        append_entry(headers, "x-first-death-queue", of.name);
        append_entry(headers, "x-first-death-reason", reason);
    }
    properties.headers = table_view(headers);
    properties.expiration.reset();
    auto const letter = std::make_shared<message>(
        *of.dead_letter_exchange, of.dead_letter_key.value_or(m.routing_key), properties, m.body);
    // Otherwise RabbitMQ does not wait until it is in its next queue, though it has confirmed it.
    if (of.safe_dead_letters) letter->safe = m.safe;
    return letter;
}

// Whether a dead letter comes back to a queue without that anybody has rejected it on its way: it is dropped then.
inline bool goes_in_a_circle(message const& m, std::string_view queue) {
    auto const deaths = deaths_of(m);
    if (!deaths) return false;
    for (auto const& one : *deaths) {
        auto const table = one.table();
        if (!table) continue;
        if (text_in(*table, "reason") == "rejected") return false;
        if (text_in(*table, "queue") == queue) return true;
    }
    return false;
}

} // namespace fairway::testing::amqp_detail

#endif
