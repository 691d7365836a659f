// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The class basic (AMQP 0-9-1, section 1.4 of the XML; nack is RabbitMQ's). Delivery tags count from 1 on each channel.
#ifndef FAIRWAY_TRANSPORT_AMQP_BASIC_METHODS_HPP
#define FAIRWAY_TRANSPORT_AMQP_BASIC_METHODS_HPP

#include <fairway/transport/amqp/method.hpp>
#include <fairway/transport/amqp/reply_code.hpp>

#include <cstdint>
#include <string_view>

namespace fairway::amqp_detail {

// How many deliveries may be unsettled; 0 for no limit. RabbitMQ refuses a size, and takes a global one as the
// channel's.
struct basic_qos {
    static constexpr method_id id{60, 10};
    std::uint32_t prefetch_size = 0;
    std::uint16_t prefetch_count = 0;
    bool global = false;
    static void each(auto& m, auto&& f) { f(m.prefetch_size, m.prefetch_count, m.global); }
};

struct basic_qos_ok : no_fields {
    static constexpr method_id id{60, 11};
};

struct basic_consume {
    static constexpr method_id id{60, 20};
    std::uint16_t reserved_1 = 0;
    std::string_view queue{};
    std::string_view consumer_tag{}; // empty: the server makes one up
    bool no_local = false;
    bool no_ack = false;
    bool exclusive = false;
    bool no_wait = false;
    table_view arguments{};
    static void each(auto& m, auto&& f) {
        f(m.reserved_1, m.queue, m.consumer_tag, m.no_local, m.no_ack, m.exclusive, m.no_wait, m.arguments);
    }
};

struct basic_consume_ok {
    static constexpr method_id id{60, 21};
    std::string_view consumer_tag{};
    static void each(auto& m, auto&& f) { f(m.consumer_tag); }
};

// Of the server, too, where a consumer's queue is no more, to clients that said that they know it.
struct basic_cancel {
    static constexpr method_id id{60, 30};
    std::string_view consumer_tag{};
    bool no_wait = false;
    static void each(auto& m, auto&& f) { f(m.consumer_tag, m.no_wait); }
};

struct basic_cancel_ok {
    static constexpr method_id id{60, 31};
    std::string_view consumer_tag{};
    static void each(auto& m, auto&& f) { f(m.consumer_tag); }
};

struct basic_publish {
    static constexpr method_id id{60, 40};
    static constexpr bool content = true;
    std::uint16_t reserved_1 = 0;
    std::string_view exchange{};
    std::string_view routing_key{};
    bool mandatory = false; // comes back by basic_return where there is no queue for it
    bool immediate = false;
    static void each(auto& m, auto&& f) { f(m.reserved_1, m.exchange, m.routing_key, m.mandatory, m.immediate); }
};

struct basic_return {
    static constexpr method_id id{60, 50};
    static constexpr bool content = true;
    reply_code code = reply_code::no_route;
    std::string_view text{};
    std::string_view exchange{};
    std::string_view routing_key{};
    static void each(auto& m, auto&& f) { f(m.code, m.text, m.exchange, m.routing_key); }
};

struct basic_deliver {
    static constexpr method_id id{60, 60};
    static constexpr bool content = true;
    std::string_view consumer_tag{};
    std::uint64_t delivery_tag = 0;
    bool redelivered = false;
    std::string_view exchange{};
    std::string_view routing_key{};
    static void each(auto& m, auto&& f) { f(m.consumer_tag, m.delivery_tag, m.redelivered, m.exchange, m.routing_key); }
};

struct basic_get {
    static constexpr method_id id{60, 70};
    std::uint16_t reserved_1 = 0;
    std::string_view queue{};
    bool no_ack = false;
    static void each(auto& m, auto&& f) { f(m.reserved_1, m.queue, m.no_ack); }
};

struct basic_get_ok {
    static constexpr method_id id{60, 71};
    static constexpr bool content = true;
    std::uint64_t delivery_tag = 0;
    bool redelivered = false;
    std::string_view exchange{};
    std::string_view routing_key{};
    std::uint32_t messages = 0; // that are left
    static void each(auto& m, auto&& f) { f(m.delivery_tag, m.redelivered, m.exchange, m.routing_key, m.messages); }
};

struct basic_get_empty {
    static constexpr method_id id{60, 72};
    std::string_view reserved_1{};
    static void each(auto& m, auto&& f) { f(m.reserved_1); }
};

// Of the client: a delivery is done with. Of the server: a published message is its own. With `multiple` all up to the
// tag are meant, and all of the channel with the tag 0.
struct basic_ack {
    static constexpr method_id id{60, 80};
    std::uint64_t delivery_tag = 0;
    bool multiple = false;
    static void each(auto& m, auto&& f) { f(m.delivery_tag, m.multiple); }
};

struct basic_reject {
    static constexpr method_id id{60, 90};
    std::uint64_t delivery_tag = 0;
    bool requeue = true;
    static void each(auto& m, auto&& f) { f(m.delivery_tag, m.requeue); }
};

// Has no answer.
struct basic_recover_async {
    static constexpr method_id id{60, 100};
    bool requeue = false;
    static void each(auto& m, auto&& f) { f(m.requeue); }
};

struct basic_recover {
    static constexpr method_id id{60, 110};
    bool requeue = false;
    static void each(auto& m, auto&& f) { f(m.requeue); }
};

struct basic_recover_ok : no_fields {
    static constexpr method_id id{60, 111};
};

// As `basic_ack`, of what failed; the server does not look at its `requeue`.
struct basic_nack {
    static constexpr method_id id{60, 120};
    std::uint64_t delivery_tag = 0;
    bool multiple = false;
    bool requeue = true;
    static void each(auto& m, auto&& f) { f(m.delivery_tag, m.multiple, m.requeue); }
};

} // namespace fairway::amqp_detail

#endif
