// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_CONTRACT_NAME_HPP
#define FAIRWAY_CONTRACT_NAME_HPP

#include <cstddef>
#include <string_view>

namespace fairway {

/// A string literal as a template argument: `event<"shop.order-placed">`.
template <std::size_t N>
struct fixed_string {
    /// The characters with their terminating zero.
    char text[N]{};

    /// Takes a string literal.
    constexpr fixed_string(char const (&literal)[N]) noexcept { // NOLINT: implicit on purpose
        for (std::size_t i = 0; i < N; ++i) text[i] = literal[i];
    }
    /// The characters without the terminating zero.
    constexpr std::string_view view() const noexcept { return {text, N - 1}; }
};

/// The longest name of a message, channel, service or group in bytes; every broker's own limit leaves room for it.
inline constexpr std::size_t max_name_length = 100;
/// The longest name of a channel as transports see it: of `<channel>.<group>.dead`, where a group's dead letters lie.
inline constexpr std::size_t max_channel_name_length = 2 * max_name_length + std::string_view("..dead").size();

namespace detail {

constexpr bool is_name(std::string_view text, std::size_t most) noexcept {
    if (text.empty() || text.size() > most) return false;
    for (char const c : text) {
        bool const ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                        c == '_' || c == '-';
        if (!ok) return false;
    }
    return true;
}

} // namespace detail

/// True for 1 to 100 of the characters A-Z a-z 0-9 . _ - which every broker can use in a name.
constexpr bool is_valid_name(std::string_view name) noexcept { return detail::is_name(name, max_name_length); }
/// The same for the name of a channel as transports see it, up to `max_channel_name_length`.
constexpr bool is_valid_channel_name(std::string_view name) noexcept {
    return detail::is_name(name, max_channel_name_length);
}

} // namespace fairway

#endif
