// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_AMQP_REFUSAL_HPP
#define FAIRWAY_TESTING_AMQP_REFUSAL_HPP

#include <fairway/transport/amqp/reply_code.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

namespace fairway::testing::amqp_detail {

// The broker speaks with the structs of the transport's codec.
using namespace fairway::amqp_detail; // NOLINT(google-build-using-namespace)

// As RabbitMQ begins its texts.
constexpr std::string_view name_of(reply_code code) noexcept {
    switch (code) {
    case reply_code::success: return "OK";
    case reply_code::content_too_large: return "CONTENT_TOO_LARGE";
    case reply_code::no_route: return "NO_ROUTE";
    case reply_code::no_consumers: return "NO_CONSUMERS";
    case reply_code::connection_forced: return "CONNECTION_FORCED";
    case reply_code::invalid_path: return "INVALID_PATH";
    case reply_code::access_refused: return "ACCESS_REFUSED";
    case reply_code::not_found: return "NOT_FOUND";
    case reply_code::resource_locked: return "RESOURCE_LOCKED";
    case reply_code::precondition_failed: return "PRECONDITION_FAILED";
    case reply_code::frame_error: return "FRAME_ERROR";
    case reply_code::syntax_error: return "SYNTAX_ERROR";
    case reply_code::command_invalid: return "COMMAND_INVALID";
    case reply_code::channel_error: return "CHANNEL_ERROR";
    case reply_code::unexpected_frame: return "UNEXPECTED_FRAME";
    case reply_code::resource_error: return "RESOURCE_ERROR";
    case reply_code::not_allowed: return "NOT_ALLOWED";
    case reply_code::not_implemented: return "NOT_IMPLEMENTED";
    case reply_code::internal_error: return "INTERNAL_ERROR";
    }
    return "UNKNOWN";
}

// What a client asked for is not done; its channel or connection is closed with this code and text.
class refusal : public std::runtime_error {
public:
    refusal(reply_code code, std::string const& text)
        : runtime_error(std::string(name_of(code)) + " - " + text), code_(code) {}
    reply_code code() const noexcept { return code_; }

private:
    reply_code code_;
};

[[noreturn]] inline void refuse(reply_code code, std::string const& text) { throw refusal(code, text); }

// 'orders' in vhost '/'
inline std::string named(std::string_view name, std::string_view host) {
    return "'" + std::string(name) + "' in vhost '" + std::string(host) + "'";
}

} // namespace fairway::testing::amqp_detail

#endif
