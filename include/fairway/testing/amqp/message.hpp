// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_AMQP_MESSAGE_HPP
#define FAIRWAY_TESTING_AMQP_MESSAGE_HPP

#include <fairway/envelope/time.hpp>
#include <fairway/testing/amqp/refusal.hpp>
#include <fairway/transport/amqp/properties.hpp>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace fairway::testing::amqp_detail {

// What a crash may do to a message.
struct safety {
    unsigned node = 0;      // where it was published: its publisher hears no more of it when that crashes
    bool confirmed = false; // its publisher was told, so that no crash may lose it
};

// What was published, as it lies in all queues that it went to.
struct message {
    std::string exchange;
    std::string routing_key;
    std::string header; // the payload of its content header
    std::string body;
    std::optional<duration> life{}; // its own
    bool persistent = false;
    std::shared_ptr<safety> safe = std::make_shared<safety>(); // dead letters share it

    message(std::string_view to, std::string_view key, basic_properties const& properties, std::string_view text)
        : exchange(to), routing_key(key), body(text), persistent(properties.delivery_mode == 2) {
        append_fields(header, content_header{text.size(), properties});
        if (properties.expiration) life = parse_expiration(*properties.expiration);
    }
    // Borrowed from it.
    basic_properties properties() const { return read_content_header(header).properties; }

private:
    static duration parse_expiration(std::string_view text) {
        std::uint32_t n = 0; // RabbitMQ takes no more
        auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
        if (text.empty() || error != std::errc() || end != text.data() + text.size())
            refuse(reply_code::precondition_failed,
                "invalid expiration '" + std::string(text.substr(0, 64)) + "': no_integer");
        return std::chrono::milliseconds(n);
    }
};

// One place of a message in one queue; with whoever has it, until that one is done with it.
struct entry {
    std::shared_ptr<message> what{};
    std::uint64_t place = 0; // in the order of arrival
    std::optional<time_point> expires{};
    std::uint64_t returns = 0; // how often it came back; of quorum queues
    bool redelivered = false;
};

// Appends an entry of a table as it was read.
inline void append_as_is(std::string& out, table_entry const& one) {
    wire_writer to(out);
    to.put(one.name);
    out.push_back(one.value.type);
    switch (one.value.type) {
    case 'S':
    case 'x':
    case 'F':
    case 'A': return to.put(long_text{one.value.bytes});
    default: out.append(one.value.bytes);
    }
}

// The headers with another entry behind them, in place of one of this name.
template <class Value>
std::string with_header(std::optional<table_view> const& headers, std::string_view name, Value const& value) {
    std::string all;
    if (headers)
        for (auto const& one : *headers)
            if (one.name != name) append_as_is(all, one);
    append_entry(all, name, value);
    return all;
}

} // namespace fairway::testing::amqp_detail

#endif
