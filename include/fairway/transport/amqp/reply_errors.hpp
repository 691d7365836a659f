// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What the broker says, as it is told to those above.
#ifndef FAIRWAY_TRANSPORT_AMQP_REPLY_ERRORS_HPP
#define FAIRWAY_TRANSPORT_AMQP_REPLY_ERRORS_HPP

#include <fairway/envelope/header_text.hpp>
#include <fairway/error.hpp>
#include <fairway/transport/amqp/reply_code.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace fairway::amqp_detail {

// A text of a stranger's, fit for a log: its beginning, of at most 200 bytes, with a question mark for each control
// character and for each byte that is not UTF-8.
inline std::string told(std::string_view text) {
    constexpr std::size_t most = 200;
    std::string fit;
    for (std::size_t i = 0; i < text.size();) {
        std::size_t const n = std::max<std::size_t>(1, fairway::detail::utf8_sequence(text, i));
        auto const character = text.substr(i, n);
        auto const shown = fairway::detail::is_header_text(character) ? character : std::string_view("?");
        if (fit.size() + shown.size() > most) break;
        fit += shown;
        i += n;
    }
    return fit;
}

// Why a channel or a connection was closed, or a message came back.
inline error_code error_of(reply_code code, std::string_view text) noexcept {
    switch (code) {
    case reply_code::access_refused: return errc::unauthorized;
    case reply_code::not_found:
    case reply_code::no_route:
    case reply_code::no_consumers: return errc::unroutable;
    case reply_code::content_too_large: return errc::too_large;
    case reply_code::resource_error: return errc::queue_full;
    case reply_code::resource_locked: return errc::topology_mismatch;
    case reply_code::precondition_failed:
        if (text.find("message size") != std::string_view::npos) return errc::too_large;
        // Not about what exists: a delivery was settled twice, or too late, and another channel is as good as ever.
        for (std::string_view const of_deliveries : {"unknown delivery tag", "delivery acknowledgement"})
            if (text.find(of_deliveries) != std::string_view::npos) return errc::not_connected;
        return errc::topology_mismatch;
    default: return errc::not_connected;
    }
}

} // namespace fairway::amqp_detail

#endif
