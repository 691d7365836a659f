// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Small text files of lines: who may connect, and what they may do.
#ifndef FAIRWAY_TRANSPORT_TCP_TEXT_FILE_HPP
#define FAIRWAY_TRANSPORT_TCP_TEXT_FILE_HPP

#include <fairway/error.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace fairway {

namespace tcp_detail {

inline constexpr std::size_t max_line = 2048;

constexpr std::string_view trimmed(std::string_view text) noexcept {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
    return text;
}

// Calls `take(line, fail)` with each line that is neither empty nor a comment; `fail(text)` throws with the line's
// number.
template <class Take>
void for_each_line(char const* what, std::string_view text, std::size_t most_bytes, Take&& take) {
    std::size_t number = 0;
    auto const fail = [&](char const* wrong) {
        detail::fail(errc::invalid_argument, std::string(what) + ", line " + std::to_string(number) + ": " + wrong);
    };
    if (text.size() > most_bytes)
        detail::fail(
            errc::invalid_argument, std::string(what) + ": more than " + std::to_string(most_bytes) + " bytes");
    while (!text.empty()) {
        ++number;
        auto const end = std::min(text.find('\n'), text.size());
        auto const line = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty() || line.front() == '#') continue;
        if (line.size() > max_line) fail("it is longer than 2048 bytes");
        take(line, fail);
    }
}

} // namespace tcp_detail

} // namespace fairway

#endif
