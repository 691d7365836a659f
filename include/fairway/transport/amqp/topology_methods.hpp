// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The classes channel, exchange, queue and confirm (AMQP 0-9-1, section 1.4 of the XML; the bindings of exchanges and
// confirms are RabbitMQ's).
#ifndef FAIRWAY_TRANSPORT_AMQP_TOPOLOGY_METHODS_HPP
#define FAIRWAY_TRANSPORT_AMQP_TOPOLOGY_METHODS_HPP

#include <fairway/transport/amqp/method.hpp>
#include <fairway/transport/amqp/reply_code.hpp>

#include <cstdint>
#include <string_view>

namespace fairway::amqp_detail {

// ---- channel ----
struct channel_open {
    static constexpr method_id id{20, 10};
    std::string_view reserved_1{};
    static void each(auto& m, auto&& f) { f(m.reserved_1); }
};

struct channel_open_ok {
    static constexpr method_id id{20, 11};
    long_text reserved_1{};
    static void each(auto& m, auto&& f) { f(m.reserved_1); }
};

struct channel_flow {
    static constexpr method_id id{20, 20};
    bool active = false;
    static void each(auto& m, auto&& f) { f(m.active); }
};

struct channel_flow_ok {
    static constexpr method_id id{20, 21};
    bool active = false;
    static void each(auto& m, auto&& f) { f(m.active); }
};

// Of either side; `cause` is the method that it is about, if any.
struct channel_close {
    static constexpr method_id id{20, 40};
    reply_code code = reply_code::success;
    std::string_view text{};
    method_id cause{};
    static void each(auto& m, auto&& f) { f(m.code, m.text, m.cause); }
};

struct channel_close_ok : no_fields {
    static constexpr method_id id{20, 41};
};

// ---- exchange ----
struct exchange_declare {
    static constexpr method_id id{40, 10};
    std::uint16_t reserved_1 = 0;
    std::string_view exchange{};
    std::string_view type = "direct";
    bool passive = false;
    bool durable = false;
    bool auto_delete = false;
    bool internal = false;
    bool no_wait = false;
    table_view arguments{};
    static void each(auto& m, auto&& f) {
        f(m.reserved_1, m.exchange, m.type, m.passive, m.durable, m.auto_delete, m.internal, m.no_wait, m.arguments);
    }
};

struct exchange_declare_ok : no_fields {
    static constexpr method_id id{40, 11};
};

// Not `delete`, which is a word of C++.
struct exchange_remove {
    static constexpr method_id id{40, 20};
    std::uint16_t reserved_1 = 0;
    std::string_view exchange{};
    bool if_unused = false;
    bool no_wait = false;
    static void each(auto& m, auto&& f) { f(m.reserved_1, m.exchange, m.if_unused, m.no_wait); }
};

struct exchange_remove_ok : no_fields {
    static constexpr method_id id{40, 21};
};

struct exchange_bind {
    static constexpr method_id id{40, 30};
    std::uint16_t reserved_1 = 0;
    std::string_view destination{};
    std::string_view source{};
    std::string_view routing_key{};
    bool no_wait = false;
    table_view arguments{};
    static void each(auto& m, auto&& f) {
        f(m.reserved_1, m.destination, m.source, m.routing_key, m.no_wait, m.arguments);
    }
};

struct exchange_bind_ok : no_fields {
    static constexpr method_id id{40, 31};
};

struct exchange_unbind {
    static constexpr method_id id{40, 40};
    std::uint16_t reserved_1 = 0;
    std::string_view destination{};
    std::string_view source{};
    std::string_view routing_key{};
    bool no_wait = false;
    table_view arguments{};
    static void each(auto& m, auto&& f) {
        f(m.reserved_1, m.destination, m.source, m.routing_key, m.no_wait, m.arguments);
    }
};

struct exchange_unbind_ok : no_fields {
    static constexpr method_id id{40, 51}; // indeed
};

// ---- queue ----
struct queue_declare {
    static constexpr method_id id{50, 10};
    std::uint16_t reserved_1 = 0;
    std::string_view queue{}; // empty: the server makes up a name
    bool passive = false;
    bool durable = false;
    bool exclusive = false;
    bool auto_delete = false;
    bool no_wait = false;
    table_view arguments{};
    static void each(auto& m, auto&& f) {
        f(m.reserved_1, m.queue, m.passive, m.durable, m.exclusive, m.auto_delete, m.no_wait, m.arguments);
    }
};

struct queue_declare_ok {
    static constexpr method_id id{50, 11};
    std::string_view queue{};
    std::uint32_t messages = 0;
    std::uint32_t consumers = 0;
    static void each(auto& m, auto&& f) { f(m.queue, m.messages, m.consumers); }
};

struct queue_bind {
    static constexpr method_id id{50, 20};
    std::uint16_t reserved_1 = 0;
    std::string_view queue{};
    std::string_view exchange{};
    std::string_view routing_key{};
    bool no_wait = false;
    table_view arguments{};
    static void each(auto& m, auto&& f) { f(m.reserved_1, m.queue, m.exchange, m.routing_key, m.no_wait, m.arguments); }
};

struct queue_bind_ok : no_fields {
    static constexpr method_id id{50, 21};
};

struct queue_purge {
    static constexpr method_id id{50, 30};
    std::uint16_t reserved_1 = 0;
    std::string_view queue{};
    bool no_wait = false;
    static void each(auto& m, auto&& f) { f(m.reserved_1, m.queue, m.no_wait); }
};

struct queue_purge_ok {
    static constexpr method_id id{50, 31};
    std::uint32_t messages = 0;
    static void each(auto& m, auto&& f) { f(m.messages); }
};

// Not `delete`, which is a word of C++.
struct queue_remove {
    static constexpr method_id id{50, 40};
    std::uint16_t reserved_1 = 0;
    std::string_view queue{};
    bool if_unused = false;
    bool if_empty = false;
    bool no_wait = false;
    static void each(auto& m, auto&& f) { f(m.reserved_1, m.queue, m.if_unused, m.if_empty, m.no_wait); }
};

struct queue_remove_ok {
    static constexpr method_id id{50, 41};
    std::uint32_t messages = 0;
    static void each(auto& m, auto&& f) { f(m.messages); }
};

struct queue_unbind {
    static constexpr method_id id{50, 50};
    std::uint16_t reserved_1 = 0;
    std::string_view queue{};
    std::string_view exchange{};
    std::string_view routing_key{};
    table_view arguments{};
    static void each(auto& m, auto&& f) { f(m.reserved_1, m.queue, m.exchange, m.routing_key, m.arguments); }
};

struct queue_unbind_ok : no_fields {
    static constexpr method_id id{50, 51};
};

// ---- confirm ----
// From here on the server confirms each message that is published on the channel, by basic_ack or basic_nack.
struct confirm_select {
    static constexpr method_id id{85, 10};
    bool no_wait = false;
    static void each(auto& m, auto&& f) { f(m.no_wait); }
};

struct confirm_select_ok : no_fields {
    static constexpr method_id id{85, 11};
};

} // namespace fairway::amqp_detail

#endif
