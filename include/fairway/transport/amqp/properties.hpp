// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What stands before a message's body: its size and its properties (AMQP 0-9-1, section 4.2.6.1).
#ifndef FAIRWAY_TRANSPORT_AMQP_PROPERTIES_HPP
#define FAIRWAY_TRANSPORT_AMQP_PROPERTIES_HPP

#include <fairway/transport/amqp/basic_methods.hpp>
#include <fairway/transport/amqp/reply_code.hpp>
#include <fairway/transport/amqp/table.hpp>
#include <fairway/transport/amqp/wire.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fairway::amqp_detail {

// Of a message; its texts and headers are borrowed: those that were read lie where the frame does.
struct basic_properties {
    std::optional<std::string_view> content_type{};
    std::optional<std::string_view> content_encoding{};
    std::optional<table_view> headers{};
    std::optional<std::uint8_t> delivery_mode{}; // 1 transient, 2 persistent
    std::optional<std::uint8_t> priority{};
    std::optional<std::string_view> correlation_id{};
    std::optional<std::string_view> reply_to{};
    std::optional<std::string_view> expiration{}; // digits: milliseconds from when it comes to a queue
    std::optional<std::string_view> message_id{};
    std::optional<timestamp> time{};
    std::optional<std::string_view> type{};
    std::optional<std::string_view> user_id{}; // that of the connection, which the server checks
    std::optional<std::string_view> app_id{};
    std::optional<std::string_view> cluster_id{};

    static void each(auto& p, auto&& f) {
        f(p.content_type, p.content_encoding, p.headers, p.delivery_mode, p.priority, p.correlation_id, p.reply_to,
            p.expiration, p.message_id, p.time, p.type, p.user_id, p.app_id, p.cluster_id);
    }
    bool operator==(basic_properties const&) const = default;
};

// The first property's flag; those of the others are below it, in their order. There is none for the two lowest bits,
// which RabbitMQ passes on as they came, and reads nothing for: nor does anybody here.
inline constexpr unsigned first_property_flag = 0x8000;

struct content_header {
    std::uint64_t body_size = 0;
    basic_properties properties{};
};

// Appends the payload of a header frame. Throws `errc::too_large` for a text that does not fit.
inline void append_fields(std::string& out, content_header const& header) {
    wire_writer to(out);
    to.put(basic_publish::id.class_id);
    to.put(std::uint16_t{0}); // the weight, which nobody uses
    to.put(header.body_size);
    basic_properties::each(header.properties, [&](auto const&... field) {
        unsigned flags = 0;
        unsigned flag = first_property_flag;
        ((flags |= field ? flag : 0U, flag >>= 1), ...);
        to.put(static_cast<std::uint16_t>(flags));
        ((field ? to.put(*field) : void()), ...);
    });
}

// Reads what stands before the properties: the size of the body. Throws `violation`.
inline std::uint64_t read_body_size(wire_reader& in) {
    if (in.number<std::uint16_t>() != basic_publish::id.class_id)
        violate(reply_code::frame_error, "a content header of another class than its method");
    if (in.number<std::uint16_t>() != 0) violate(reply_code::frame_error, "a content header with a weight");
    return in.number<std::uint64_t>();
}

// Reads one, all of it. Throws `violation`.
inline content_header read_content_header(std::string_view payload) {
    content_header header;
    wire_reader in(payload);
    header.body_size = read_body_size(in);
    unsigned const flags = in.number<std::uint16_t>();
    basic_properties::each(header.properties, [&](auto&... field) {
        unsigned flag = first_property_flag;
        (((flags & flag) != 0 ? in.get(field.emplace()) : void(), flag >>= 1), ...);
    });
    if (!in.rest().empty()) violate(reply_code::syntax_error, "a content header goes on behind its properties");
    return header;
}

} // namespace fairway::amqp_detail

#endif
