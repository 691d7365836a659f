// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_AMQP_QUEUE_SHAPE_HPP
#define FAIRWAY_TESTING_AMQP_QUEUE_SHAPE_HPP

#include <fairway/envelope/time.hpp>
#include <fairway/testing/amqp/refusal.hpp>
#include <fairway/transport/amqp/table.hpp>
#include <fairway/transport/amqp/topology_methods.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace fairway::testing::amqp_detail {

// How a queue was declared.
struct queue_shape {
    std::string name{};
    bool quorum = false;
    bool durable = false;
    bool auto_delete = false;
    std::uint64_t owner = 0; // the connection that has it for itself, if any
    std::optional<duration> message_life{};
    std::optional<duration> expires{};
    std::optional<std::string> dead_letter_exchange{};
    std::optional<std::string> dead_letter_key{};
    bool safe_dead_letters = false; // dead letters are kept until they are in their next queue
    std::optional<std::uint64_t> max_length{};
    std::optional<std::uint64_t> max_bytes{};
    bool reject_publish = false;
    bool single_active_consumer = false;
    std::optional<std::uint64_t> delivery_limit{};
    std::string arguments{}; // encoded entries
};

namespace shaping {

// The arguments that count when a queue is declared again.
inline constexpr std::string_view compared[] = {"x-queue-type", "x-expires", "x-message-ttl", "x-dead-letter-exchange",
    "x-dead-letter-routing-key", "x-dead-letter-strategy", "x-max-length", "x-max-length-bytes", "x-overflow",
    "x-single-active-consumer", "x-delivery-limit"};

inline std::string_view type_name(value_view v) noexcept {
    if (v.text()) return "longstr";
    if (v.flag()) return "bool";
    if (v.integer()) return v.bytes.size() == 8 ? "long" : "signedint";
    return "unknown";
}
inline std::string text_of(value_view v) {
    if (auto const text = v.text()) return std::string(*text);
    if (auto const flag = v.flag()) return *flag ? "true" : "false";
    if (auto const n = v.integer()) return std::to_string(*n);
    return "?";
}

// Reads one argument after the other; whose queue it is stands in the texts.
class argument_reader {
public:
    argument_reader(table_view from, std::string_view queue, std::string_view host)
        : from_(from), queue_(queue), host_(host) {}

    std::optional<std::uint64_t> number(std::string_view name, std::int64_t least) const {
        auto const found = find(from_, name);
        if (!found) return std::nullopt;
        auto const n = found->integer();
        if (!n) bad(name, "\"expected integer, got " + std::string(type_name(*found)) + "\"");
        if (*n < least) bad(name, (*n == 0 ? "{value_zero," : "{value_negative,") + std::to_string(*n) + "}"); // NOLINT
        return static_cast<std::uint64_t>(*n);
    }
    std::optional<duration> milliseconds(std::string_view name, std::int64_t least) const {
        auto const n = number(name, least);
        if (!n) return std::nullopt;
        // RabbitMQ takes up to 2^32 of them, about 50 days.
        if (*n > std::numeric_limits<std::uint32_t>::max()) bad(name, "{value_too_big," + std::to_string(*n) + "}");
        return std::chrono::milliseconds(*n);
    }
    std::optional<std::string> text(std::string_view name) const {
        auto const found = find(from_, name);
        if (!found) return std::nullopt;
        auto const t = found->text();
        if (!t) unacceptable(name, *found);
        return std::string(*t);
    }
    bool flag(std::string_view name) const {
        auto const found = find(from_, name);
        if (!found) return false;
        auto const f = found->flag();
        if (!f) unacceptable(name, *found);
        return *f;
    }
    [[noreturn]] void bad(std::string_view name, std::string const& why) const {
        refuse(reply_code::precondition_failed,
            "invalid arg '" + std::string(name) + "' for queue " + named(queue_, host_) + ": " + why);
    }
    void not_for(std::string_view name, std::string_view type) const {
        if (find(from_, name))
            refuse(reply_code::precondition_failed, "invalid arg '" + std::string(name) + "' for queue " +
                                                        named(queue_, host_) + " of queue type " + std::string(type));
    }

private:
    [[noreturn]] void unacceptable(std::string_view name, value_view v) const {
        bad(name, "{unacceptable_type," + std::string(type_name(v)) + "}");
    }

    table_view from_;
    std::string_view queue_;
    std::string_view host_;
};

[[noreturn]] inline void different(std::string_view what, std::string_view kind, std::string const& whose,
    std::string const& received, std::string const& current) {
    refuse(reply_code::precondition_failed, "inequivalent arg '" + std::string(what) + "' for " + std::string(kind) +
                                                " " + whose + ": received " + received + " but current is " + current);
}
inline void same_flag(
    std::string_view what, std::string_view kind, std::string const& whose, bool received, bool current) {
    auto const text = [](bool b) { return std::string(b ? "'true'" : "'false'"); };
    if (received != current) different(what, kind, whose, text(received), text(current));
}

} // namespace shaping

// Reads what a client declares. Throws `refusal` for what RabbitMQ does not take.
inline queue_shape shape_of(queue_declare const& d, std::uint64_t connection, std::string_view host) {
    shaping::argument_reader const from(d.arguments, d.queue, host);
    queue_shape s;
    s.name = d.queue;
    s.durable = d.durable;
    s.auto_delete = d.auto_delete;
    s.owner = d.exclusive ? connection : 0;
    s.arguments = d.arguments.bytes();
    auto const type = from.text("x-queue-type").value_or("classic");
    if (type != "classic" && type != "quorum") from.bad("x-queue-type", "\"unsupported queue type '" + type + "'\"");
    s.quorum = type == "quorum";
    s.message_life = from.milliseconds("x-message-ttl", 0);
    s.expires = from.milliseconds("x-expires", 1);
    s.dead_letter_exchange = from.text("x-dead-letter-exchange");
    s.dead_letter_key = from.text("x-dead-letter-routing-key");
    if (s.dead_letter_key && !s.dead_letter_exchange)
        from.bad("x-dead-letter-routing-key", "routing_key_but_no_dlx_defined");
    auto const strategy = from.text("x-dead-letter-strategy").value_or("at-most-once");
    if (strategy != "at-most-once" && strategy != "at-least-once")
        from.bad("x-dead-letter-strategy", "invalid_dlx_strategy");
    s.max_length = from.number("x-max-length", 0);
    s.max_bytes = from.number("x-max-length-bytes", 0);
    auto const overflow = from.text("x-overflow").value_or("drop-head");
    if (overflow != "drop-head" && overflow != "reject-publish") from.bad("x-overflow", "invalid_overflow");
    s.reject_publish = overflow == "reject-publish";
    s.single_active_consumer = from.flag("x-single-active-consumer");
    s.delivery_limit = from.number("x-delivery-limit", 0);
    // RabbitMQ says no more than this in its log where the latter is missing.
    s.safe_dead_letters = strategy == "at-least-once" && s.reject_publish;
    if (!s.quorum) {
        from.not_for("x-delivery-limit", "rabbit_classic_queue");
        from.not_for("x-dead-letter-strategy", "rabbit_classic_queue");
        return s;
    }
    auto const property = [&](char const* what) {
        refuse(reply_code::precondition_failed,
            "invalid property '" + std::string(what) + "' for queue " + named(d.queue, host));
    };
    if (d.queue.empty())
        refuse(reply_code::precondition_failed, "Cannot declare a server-named queue for type rabbit_quorum_queue");
    if (!d.durable) property("non-durable");
    if (d.auto_delete) property("auto-delete");
    if (d.exclusive) property("exclusive-owner");
    from.not_for("x-max-priority", "rabbit_quorum_queue");
    return s;
}

// Throws `refusal` unless both are the same, as far as RabbitMQ looks at them.
inline void must_be_equivalent(queue_shape const& current, queue_declare const& d, std::string_view host) {
    auto const whose = named(current.name, host);
    shaping::same_flag("durable", "queue", whose, d.durable, current.durable);
    shaping::same_flag("auto_delete", "queue", whose, d.auto_delete, current.auto_delete);
    for (auto const name : shaping::compared) {
        auto const theirs = find(d.arguments, name);
        auto const ours = find(table_view(current.arguments), name);
        if (!theirs && !ours) continue;
        auto const value = [&](std::optional<value_view> const& v) -> std::string {
            if (!v) return name == "x-queue-type" ? "classic" : "";
            return shaping::text_of(*v);
        };
        auto const given = value(theirs);
        auto const had = value(ours);
        if (given == had && (name == "x-queue-type" || (theirs && ours))) continue;
        auto const full = [](value_view v) {
            return "the value '" + shaping::text_of(v) + "' of type '" + std::string(shaping::type_name(v)) + "'";
        };
        if (theirs && ours) shaping::different(name, "queue", whose, "'" + given + "'", "'" + had + "'");
        shaping::different(name, "queue", whose, theirs ? full(*theirs) : "none", ours ? full(*ours) : "none");
    }
}

} // namespace fairway::testing::amqp_detail

#endif
