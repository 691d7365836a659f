// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The class connection, of channel 0 (AMQP 0-9-1, section 1.4 of the XML; blocked and update-secret are RabbitMQ's).
#ifndef FAIRWAY_TRANSPORT_AMQP_CONNECTION_METHODS_HPP
#define FAIRWAY_TRANSPORT_AMQP_CONNECTION_METHODS_HPP

#include <fairway/transport/amqp/method.hpp>
#include <fairway/transport/amqp/reply_code.hpp>

#include <cstdint>
#include <string_view>

namespace fairway::amqp_detail {

// The server's first: what it offers.
struct connection_start {
    static constexpr method_id id{10, 10};
    std::uint8_t version_major = 0;
    std::uint8_t version_minor = 9;
    table_view server_properties{};
    long_text mechanisms{}; // names with spaces between them
    long_text locales{"en_US"};
    static void each(auto& m, auto&& f) {
        f(m.version_major, m.version_minor, m.server_properties, m.mechanisms, m.locales);
    }
};

struct connection_start_ok {
    static constexpr method_id id{10, 11};
    table_view client_properties{};
    std::string_view mechanism{};
    long_text response{};
    std::string_view locale = "en_US";
    static void each(auto& m, auto&& f) { f(m.client_properties, m.mechanism, m.response, m.locale); }
};

// A further step of the mechanism, and its answer.
struct connection_secure {
    static constexpr method_id id{10, 20};
    long_text challenge{};
    static void each(auto& m, auto&& f) { f(m.challenge); }
};

struct connection_secure_ok {
    static constexpr method_id id{10, 21};
    long_text response{};
    static void each(auto& m, auto&& f) { f(m.response); }
};

// What the server proposes; 0 for no limit. See `negotiated`.
struct connection_tune {
    static constexpr method_id id{10, 30};
    std::uint16_t channel_max = 0;
    std::uint32_t frame_max = 0; // in bytes, of whole frames
    std::uint16_t heartbeat = 0; // in seconds
    static void each(auto& m, auto&& f) { f(m.channel_max, m.frame_max, m.heartbeat); }
};

// What holds from now on.
struct connection_tune_ok {
    static constexpr method_id id{10, 31};
    std::uint16_t channel_max = 0;
    std::uint32_t frame_max = 0;
    std::uint16_t heartbeat = 0;
    static void each(auto& m, auto&& f) { f(m.channel_max, m.frame_max, m.heartbeat); }
};

struct connection_open {
    static constexpr method_id id{10, 40};
    std::string_view virtual_host = "/";
    std::string_view reserved_1{};
    bool reserved_2 = false;
    static void each(auto& m, auto&& f) { f(m.virtual_host, m.reserved_1, m.reserved_2); }
};

struct connection_open_ok {
    static constexpr method_id id{10, 41};
    std::string_view reserved_1{};
    static void each(auto& m, auto&& f) { f(m.reserved_1); }
};

// Of either side; `cause` is the method that it is about, if any.
struct connection_close {
    static constexpr method_id id{10, 50};
    reply_code code = reply_code::success;
    std::string_view text{};
    method_id cause{};
    static void each(auto& m, auto&& f) { f(m.code, m.text, m.cause); }
};

struct connection_close_ok : no_fields {
    static constexpr method_id id{10, 51};
};

// The server takes no more messages until it says `unblocked`; to clients that said that they know it.
struct connection_blocked {
    static constexpr method_id id{10, 60};
    std::string_view reason{};
    static void each(auto& m, auto&& f) { f(m.reason); }
};

struct connection_unblocked : no_fields {
    static constexpr method_id id{10, 61};
};

struct connection_update_secret {
    static constexpr method_id id{10, 70};
    long_text secret{};
    std::string_view reason{};
    static void each(auto& m, auto&& f) { f(m.secret, m.reason); }
};

struct connection_update_secret_ok : no_fields {
    static constexpr method_id id{10, 71};
};

} // namespace fairway::amqp_detail

#endif
