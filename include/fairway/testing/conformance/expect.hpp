// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_EXPECT_HPP
#define FAIRWAY_TESTING_CONFORMANCE_EXPECT_HPP

#include <fairway/error.hpp>
#include <fairway/testing/unmet.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace fairway::testing::conformance {

/// A case that found out that it does not apply to this transport.
class inapplicable : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The numbers that messages of a case have, in some order.
using numbers = std::vector<std::uint64_t>;

namespace detail {

// What a found value looks like in a failure.
inline std::string text_of(std::string_view text) {
    constexpr std::size_t most = 80;
    std::string shown(1, '"');
    shown.append(text.substr(0, most)).append("\"");
    if (text.size() > most) shown.append(" (").append(std::to_string(text.size())).append(" bytes)");
    return shown;
}
inline std::string text_of(bool value) { return value ? "true" : "false"; }
template <std::integral T>
std::string text_of(T value) {
    return std::to_string(value);
}
inline std::string text_of(error_code ec) { return ec ? ec.message() : "no error"; }
inline std::string text_of(numbers const& all) {
    // The first and the last ones tell enough.
    constexpr std::size_t most = 24;
    std::string text(1, '[');
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all.size() > most && i == most / 2) {
            text.append(" ... ");
            i = all.size() - most / 2;
        }
        text.append(text.back() == '[' || text.back() == ' ' ? "" : " ").append(std::to_string(all[i]));
    }
    return text.append("]");
}

inline void expect(bool met, std::string_view what) {
    if (!met) throw unmet("expected " + std::string(what));
}

template <class T, class U>
void expect_equal(T const& found, U const& expected, std::string_view what) {
    auto const wanted = static_cast<T>(expected);
    if (found == wanted) return;
    throw unmet("expected " + std::string(what) + " to be " + text_of(wanted) + ", found " + text_of(found));
}

// The code of the `system_error` that `f` throws; none where it throws nothing.
inline error_code code_of(std::function<void()> const& f) {
    try {
        f();
    } catch (system_error const& e) {
        return e.code();
    }
    return {};
}

// first, first + 1, ... last
inline numbers count_up(std::uint64_t first, std::uint64_t last) {
    numbers all;
    for (; first <= last; ++first) all.push_back(first);
    return all;
}
inline numbers sorted(numbers all) {
    std::sort(all.begin(), all.end());
    return all;
}
inline numbers joined(numbers a, numbers const& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}
// Without repetitions, the first of each staying.
inline numbers each_once(numbers const& all) {
    numbers once;
    for (auto const n : all)
        if (std::find(once.begin(), once.end(), n) == once.end()) once.push_back(n);
    return once;
}

} // namespace detail

} // namespace fairway::testing::conformance

#endif
