// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The fields of a plain struct: how many, which, and their names. Nothing in here knows JSON.
#ifndef FAIRWAY_CODEC_FIELDS_HPP
#define FAIRWAY_CODEC_FIELDS_HPP

#include <fairway/codec/field_lists.hpp>

#include <boost/pfr/core.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#ifdef __clang__
// fake_object is only ever named, to see how the compiler spells its fields: it needs no definition.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-var-template"
#pragma clang diagnostic ignored "-Wundefined-internal"
#endif

namespace fairway::detail {

// ---- how many. PFR's own count is not used: g++ 12 ends with an internal error in it on std::array<std::string, N>.

inline constexpr std::size_t max_fields = 100; // what PFR 1.81 can take apart

// Never called, yet defined: clang takes the conversion to an optional of a type without linkage for a use.
struct any_field {
    std::size_t index;
    template <class Field>
    operator Field() const {
        __builtin_unreachable();
    }
};

template <class T>
struct any_base {
    template <class Base>
        requires(std::is_base_of_v<Base, T> && !std::is_same_v<Base, T>)
    operator Base() const {
        __builtin_unreachable();
    }
};

template <class T, std::size_t... Is>
consteval bool takes_fields(std::index_sequence<Is...>) {
    return requires { T{any_field{Is}...}; };
}

template <class T, std::size_t N = 0>
consteval std::size_t count_fields() {
    if constexpr (N > max_fields || !takes_fields<T>(std::make_index_sequence<N + 1>{}))
        return N;
    else
        return count_fields<T, N + 1>();
}

// A C array takes as many initialisers as it has elements, but only one if that is {}.
template <class T, std::size_t... Before, std::size_t... After>
consteval bool takes_braces(std::index_sequence<Before...>, std::index_sequence<After...>) {
    return requires { T{any_field{Before}..., {}, any_field{After}...}; };
}

template <class T, std::size_t... Is>
consteval bool has_c_array(std::index_sequence<Is...>) {
    constexpr std::size_t count = sizeof...(Is);
    return !(takes_braces<T>(std::make_index_sequence<Is>{}, std::make_index_sequence<count - Is - 1>{}) && ...);
}

template <class T>
consteval std::size_t checked_count() {
    static_assert(
        !std::is_union_v<T>, "fairway: a union has no fields to go by; use std::variant, or specialise json_as");
    static_assert(std::is_aggregate_v<T>,
        "fairway: a type with constructors, private members or virtual functions has no "
        "fields to go by; make it a plain struct, or specialise json_as for it");
    if constexpr (!std::is_union_v<T> && std::is_aggregate_v<T>) {
        constexpr bool ready = requires { T{}; };
        static_assert(ready,
            "fairway: the struct cannot be made with T{}, often because a field is a reference or has no "
            "default constructor; use values, or specialise json_as");
        constexpr bool derived = requires { T{any_base<T>{}}; };
        static_assert(!derived, "fairway: a struct with a base class has no fields to go by; make the base a field, or "
                                "specialise json_as");
        if constexpr (ready && !derived) {
            constexpr std::size_t count = count_fields<T>();
            static_assert(count <= max_fields,
                "fairway: a struct of more than 100 fields; group some in structs of their "
                "own, or specialise json_as");
            if constexpr (count <= max_fields) {
                constexpr bool c_array = has_c_array<T>(std::make_index_sequence<count>{});
                static_assert(!c_array, "fairway: a field is a C array (use std::array), or has an explicit default "
                                        "constructor; change it, or specialise json_as for the struct");
                return c_array ? 0 : count;
            }
        }
    }
    return 0;
}

template <class T>
inline constexpr std::size_t field_count = checked_count<T>();

// ---- which

// References to the fields of `object`, in order. A compiler error in here about a bit-field means just that:
// bit-fields cannot be read or written by reference; specialise json_as for the struct.
template <class T>
constexpr auto tie_fields(T& object) noexcept {
    return boost::pfr::detail::tie_as_tuple(object, boost::pfr::detail::size_t_<field_count<std::remove_const_t<T>>>{});
}

template <std::size_t I, class T>
constexpr auto& field(T& object) noexcept {
    auto const tied = tie_fields(object);
    return boost::pfr::detail::sequence_tuple::get<I>(tied);
}

template <class T, std::size_t I>
using field_type = std::remove_reference_t<decltype(field<I>(std::declval<T&>()))>;

// ---- their names

template <class T>
struct object_holder {
    T const value;
};
template <class T>
extern object_holder<T> const fake_object;

// clang 16 takes no address of a subobject as a template argument, but it takes one in a struct.
template <class T>
struct field_address {
    T const* address;
};
template <class T>
field_address(T const*) -> field_address<T>;

template <auto Address>
consteval char const* spell_address() {
    return __PRETTY_FUNCTION__;
}

constexpr bool is_name_char(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// The last name in a compiler's spelling: "(& fake_object<order>.object_holder<order>::value.order::sku)}]" is "sku".
constexpr std::string_view last_name(std::string_view spelling) noexcept {
    std::size_t last = spelling.size();
    while (last > 0 && !is_name_char(spelling[last - 1])) --last;
    std::size_t first = last;
    while (first > 0 && is_name_char(spelling[first - 1])) --first;
    return spelling.substr(first, last - first);
}

template <class T, std::size_t... Is>
consteval auto spell_fields(std::index_sequence<Is...>) {
    return std::array<std::string_view, sizeof...(Is)>{
        last_name(spell_address<field_address{&field<Is>(fake_object<T>.value)}>())...};
}

// The fields' names in C++.
template <class T>
inline constexpr auto field_names = spell_fields<T>(std::make_index_sequence<field_count<T>>{});

template <class Names>
consteval std::size_t index_of(Names const& names, std::string_view name) {
    for (std::size_t i = 0; i < names.size(); ++i)
        if (names[i] == name) return i;
    return names.size();
}

template <class T>
consteval auto make_wire_names() {
    auto names = field_names<T>;
    if constexpr (requires { T::json_names; })
        for (auto const& rename : T::json_names)
            if (auto const i = index_of(field_names<T>, rename.name); i < names.size()) names[i] = rename.wire;
    return names;
}

template <class T>
consteval bool renames_known_fields() {
    if constexpr (requires { T::json_names; })
        for (auto const& rename : T::json_names)
            if (index_of(field_names<T>, rename.name) == field_count<T>) return false;
    return true;
}

template <class T>
consteval bool defaults_known_fields() {
    if constexpr (requires { T::defaulted; })
        for (std::string_view const name : T::defaulted)
            if (index_of(field_names<T>, name) == field_count<T>) return false;
    return true;
}

template <class Names>
consteval bool are_plain_and_distinct(Names const& names) {
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i].empty() || index_of(names, names[i]) != i) return false;
        for (char const c : names[i])
            if (c < 0x20 || c > 0x7e || c == '"' || c == '\\') return false;
    }
    return true;
}

template <class T>
consteval auto checked_wire_names() {
    static_assert(renames_known_fields<T>(), "fairway: json_names renames a field that the struct does not have");
    static_assert(defaults_known_fields<T>(), "fairway: defaulted lists a field that the struct does not have");
    static_assert(are_plain_and_distinct(make_wire_names<T>()),
        "fairway: names on the wire must differ, and be of printable ASCII without quotes and backslashes");
    return make_wire_names<T>();
}

// The fields' names on the wire.
template <class T>
inline constexpr auto wire_names = checked_wire_names<T>();

// Whether field I is in the struct's own list of fields that a body may lack.
template <class T, std::size_t I>
consteval bool is_listed_defaulted() {
    if constexpr (requires { T::defaulted; })
        for (std::string_view const name : T::defaulted)
            if (name == field_names<T>[I]) return true;
    return false;
}

// A set of field indexes.
template <std::size_t N>
class field_set {
public:
    constexpr void add(std::size_t i) noexcept { words_[i / 64] |= std::uint64_t{1} << (i % 64); }
    constexpr bool has(std::size_t i) const noexcept { return (words_[i / 64] >> (i % 64)) & 1; }
    constexpr bool full() const noexcept {
        for (std::size_t w = 0; w < N / 64; ++w)
            if (words_[w] != ~std::uint64_t{0}) return false;
        return N % 64 == 0 || words_[N / 64] == (std::uint64_t{1} << (N % 64)) - 1;
    }
    friend constexpr field_set operator|(field_set a, field_set const& b) noexcept {
        for (std::size_t w = 0; w < a.words_.size(); ++w) a.words_[w] |= b.words_[w];
        return a;
    }

private:
    std::array<std::uint64_t, N / 64 + 1> words_{};
};

} // namespace fairway::detail

#ifdef __clang__
#pragma clang diagnostic pop
#endif

#endif
