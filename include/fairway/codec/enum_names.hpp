// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_CODEC_ENUM_NAMES_HPP
#define FAIRWAY_CODEC_ENUM_NAMES_HPP

#include <fairway/codec/fields.hpp>

#include <array>
#include <cstddef>
#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>

namespace fairway {

/// The values among which the enumerators of `E` are looked for; specialise it for an enum with others.
///
/// `template <> struct fairway::enum_range<http_status> { static constexpr int first = 100, last = 599; };`
template <class E>
struct enum_range {
    /// The lowest value.
    static constexpr int first = -32;
    /// The highest value.
    static constexpr int last = 128;
};

/// An enumerator and its name on the wire.
template <class E>
struct enum_name {
    /// The enumerator.
    E value;
    /// Its name.
    std::string_view name;
};

/// Other names for the enumerators of `E` than those in C++; a specialisation has
/// `static constexpr fairway::enum_name<E> value[] = {{E::in_transit, "in-transit"}, ...};` with all enumerators.
template <class E>
struct enum_names {};

/// The enumerator that stands for names and numbers which `E` does not have; without it they are errors.
///
/// `template <> struct fairway::enum_default<status> { static constexpr status value = status::unknown; };`
template <class E>
struct enum_default {};

namespace detail {

template <class E>
concept enum_with_default = requires { enum_default<E>::value; };

// The numbers of an enum whose underlying type may be bool or char, as integers that can be compared.
template <class E>
using enum_number = decltype(+std::underlying_type_t<E>{});

template <class E, E... Values>
consteval char const* spell_values() {
    return __PRETTY_FUNCTION__;
}

template <class E>
consteval int enum_first() {
    using limits = std::numeric_limits<std::underlying_type_t<E>>;
    if constexpr (std::cmp_less(enum_range<E>::first, +limits::min()))
        return static_cast<int>(limits::min());
    else
        return enum_range<E>::first;
}

template <class E>
consteval int enum_last() {
    using limits = std::numeric_limits<std::underlying_type_t<E>>;
    if constexpr (std::cmp_greater(enum_range<E>::last, +limits::max()))
        return static_cast<int>(limits::max());
    else
        return enum_range<E>::last;
}

// All values of the range in one spelling, "... = {(color)-1, color::red, (color)1}]": one instantiation per enum, not
// one per value.
template <class E, std::size_t... Is>
consteval std::string_view spell_range(std::index_sequence<Is...>) {
    return spell_values<E, static_cast<E>(enum_first<E>() + static_cast<int>(Is))...>();
}

template <class E, std::size_t N>
consteval auto name_range() {
    std::string_view const text = spell_range<E>(std::make_index_sequence<N>{});
    std::array<std::string_view, N> names{};
    // Backwards, because what comes before the values differs between compilers. A comma within brackets belongs to the
    // name of a template in which the enum is nested.
    std::size_t end = text.size() - 1;
    while (!is_name_char(text[end - 1])) --end;
    std::size_t value = N;
    int brackets = 0;
    for (std::size_t i = end; i > 0 && value > 0; --i) {
        char const c = text[i - 1];
        if (c == '>' || c == ')') ++brackets;
        if ((c == '<' || c == '(') && brackets > 0) --brackets;
        bool const last = brackets == 0 && value == 1 && (c == '{' || c == '<' || c == ' ');
        if (!last && (brackets > 0 || c != ',')) continue;
        auto const name = last_name(text.substr(i, end - i));
        names[--value] = name.empty() || (name[0] >= '0' && name[0] <= '9') ? std::string_view() : name;
        end = i - 1;
    }
    return names;
}

template <class E>
consteval auto find_enumerators() {
    constexpr int first = enum_first<E>();
    constexpr auto count = static_cast<std::size_t>(enum_last<E>() - first + 1);
    constexpr auto names = name_range<E, count>();
    constexpr std::size_t named = [&] {
        std::size_t n = 0;
        for (auto const& name : names) n += !name.empty();
        return n;
    }();
    static_assert(named > 0,
        "fairway: the enum has no enumerator in the range that is searched; specialise enum_range or enum_names");
    std::array<enum_name<E>, named> found{};
    for (std::size_t i = 0, n = 0; i < count; ++i)
        if (!names[i].empty()) found[n++] = {static_cast<E>(first + static_cast<int>(i)), names[i]};
    return found;
}

template <class E>
consteval auto make_enumerators() {
    if constexpr (requires { enum_names<E>::value; }) {
        return std::to_array(enum_names<E>::value);
    } else {
        constexpr bool fixed = requires { E{0}; };
        static_assert(fixed,
            "fairway: an enum without a fixed underlying type cannot be searched for its names; make it an "
            "enum class, or specialise enum_names");
        if constexpr (fixed) return find_enumerators<E>();
    }
}

// The enumerators of E with their names on the wire.
template <class E>
inline constexpr auto enumerators = make_enumerators<E>();

// The name of `value`; empty if it has none.
template <class E>
constexpr std::string_view name_of(E value) noexcept {
    // Most enums count from their first enumerator upwards without gaps.
    auto const& all = enumerators<E>;
    using number = enum_number<E>;
    if (value >= all[0].value) {
        auto const i = static_cast<std::size_t>(static_cast<number>(value)) -
                       static_cast<std::size_t>(static_cast<number>(all[0].value));
        if (i < all.size() && all[i].value == value) return all[i].name;
    }
    for (auto const& e : all)
        if (e.value == value) return e.name;
    return {};
}

// The enumerator with this number, in `out`; false if there is none.
template <class E>
constexpr bool enum_from_number(enum_number<E> number, E& out) noexcept {
    for (auto const& e : enumerators<E>) {
        if (static_cast<enum_number<E>>(e.value) != number) continue;
        out = e.value;
        return true;
    }
    return false;
}

// The enumerator called `name`, in `out`; false if there is none.
template <class E>
constexpr bool enum_from_name(std::string_view name, E& out) noexcept {
    for (auto const& e : enumerators<E>) {
        if (e.name != name) continue;
        out = e.value;
        return true;
    }
    return false;
}

} // namespace detail

} // namespace fairway

#endif
