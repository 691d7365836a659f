// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_PRINCIPAL_HPP
#define FAIRWAY_TRANSPORT_TCP_PRINCIPAL_HPP

#include <fairway/error.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace fairway::tcp_detail {

/// The most bytes of one authentication message, either way.
inline constexpr std::size_t max_auth_message = 2048;

/// The longest principal in bytes.
inline constexpr std::size_t max_principal = 256;

/// True for what can be a principal's name: 1 to 256 printable ASCII characters other than blank , ; = # * and ".
constexpr bool is_valid_principal(std::string_view name) noexcept {
    if (name.empty() || name.size() > max_principal) return false;
    for (char const c : name)
        if (c <= ' ' || c > '~' || std::string_view(",;=#*\"").find(c) != std::string_view::npos) return false;
    return true;
}

inline constexpr char const* invalid_principal =
    "the name is not 1 to 256 printable ASCII characters other than blank , ; = # * and \"";

/// Ends an authentication. `why` names the rule that was violated; the other side and the log get to see it.
[[noreturn]] inline void refuse_authentication(std::string_view mechanism, char const* why) {
    detail::fail(errc::unauthorized, std::string(mechanism) + ": " + why);
}

} // namespace fairway::tcp_detail

#endif
