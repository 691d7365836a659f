// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_AMQP_REPLY_CODE_HPP
#define FAIRWAY_TRANSPORT_AMQP_REPLY_CODE_HPP

#include <fairway/error.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace fairway::amqp_detail {

// Why a channel or a connection is closed, or a message is returned (AMQP 0-9-1, section 1.2 of the XML, and RabbitMQ).
enum class reply_code : std::uint16_t {
    success = 200,
    content_too_large = 311,
    no_route = 312,
    no_consumers = 313,
    connection_forced = 320,
    invalid_path = 402,
    access_refused = 403,
    not_found = 404,
    resource_locked = 405,
    precondition_failed = 406,
    frame_error = 501,
    syntax_error = 502,
    command_invalid = 503,
    channel_error = 504,
    unexpected_frame = 505,
    resource_error = 506,
    not_allowed = 530,
    not_implemented = 540,
    internal_error = 541,
};

// Whether it ends a channel only; all others end the connection.
constexpr bool is_of_channel(reply_code code) noexcept {
    switch (code) {
    case reply_code::content_too_large:
    case reply_code::no_route:
    case reply_code::no_consumers:
    case reply_code::access_refused:
    case reply_code::not_found:
    case reply_code::resource_locked:
    case reply_code::precondition_failed: return true;
    default: return false;
    }
}

// The peer has broken a rule of the protocol. The code is the one to close with; the text names the rule, and nothing
// that came from the peer is in it.
class violation : public system_error {
public:
    violation(reply_code code, std::string rule)
        : system_error(errc::decode_failed, rule), code_(code), rule_(std::move(rule)) {}
    reply_code code() const noexcept { return code_; }
    std::string const& rule() const noexcept { return rule_; }

private:
    reply_code code_;
    std::string rule_;
};

[[noreturn]] inline void violate(reply_code code, char const* rule) { throw violation(code, rule); }

} // namespace fairway::amqp_detail

#endif
