// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// How a client says who it is (RFC 4422; PLAIN: RFC 4616).
#ifndef FAIRWAY_TRANSPORT_AMQP_SASL_HPP
#define FAIRWAY_TRANSPORT_AMQP_SASL_HPP

#include <fairway/error.hpp>
#include <fairway/transport/secret.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace fairway::amqp_detail {

struct sasl_answer {
    std::string_view mechanism;
    secret response;
};

// Whether `mechanism` is among those that the server offers, with blanks between them.
inline bool is_offered(std::string_view offered, std::string_view mechanism) noexcept {
    while (!offered.empty()) {
        auto const end = std::min(offered.find(' '), offered.size());
        if (offered.substr(0, end) == mechanism) return true;
        offered.remove_prefix(std::min(end + 1, offered.size()));
    }
    return false;
}

// The answer to what a server offers: PLAIN with a user's name and password, or without a name EXTERNAL, by which the
// client is who its certificate says. Throws `errc::unauthorized` where the server does not offer it, and
// `errc::invalid_argument` for a name or password that PLAIN cannot say.
inline sasl_answer answer_sasl(std::string_view offered, std::string_view user, secret const& password) {
    std::string_view const mechanism = user.empty() ? "EXTERNAL" : "PLAIN";
    if (!is_offered(offered, mechanism))
        fairway::detail::fail(errc::unauthorized, "the broker does not offer " + std::string(mechanism));
    if (user.empty()) return {mechanism, {}};
    auto const has_zero = [](std::string_view text) { return text.find('\0') != std::string_view::npos; };
    if (has_zero(user) || has_zero(password.view()))
        fairway::detail::fail(errc::invalid_argument, "a zero in the user's name or password");
    std::string response;
    response.reserve(user.size() + password.view().size() + 2); // so that it is wiped where it was
    response.append(1, '\0').append(user).append(1, '\0').append(password.view());
    return {mechanism, secret(std::move(response))};
}

} // namespace fairway::amqp_detail

#endif
