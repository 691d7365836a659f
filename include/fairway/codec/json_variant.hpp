// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The names by which a variant's alternatives are told apart.
#ifndef FAIRWAY_CODEC_JSON_VARIANT_HPP
#define FAIRWAY_CODEC_JSON_VARIANT_HPP

#include <fairway/codec/fields.hpp>
#include <fairway/codec/json_kind.hpp>
#include <fairway/contract/message.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>

namespace fairway::detail {

template <class T>
consteval char const* spell_type() {
    return __PRETTY_FUNCTION__;
}

// The unqualified name of T; empty if it is a template's, which compilers spell in different ways.
template <class T>
consteval std::string_view type_name() {
    std::string_view text = spell_type<T>();
    text.remove_suffix(1); // "... [with T = shop::order]"
    return is_name_char(text.back()) ? last_name(text) : std::string_view();
}

template <class T>
consteval std::string_view integer_name() {
    constexpr std::string_view names[] = {"int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"};
    constexpr std::size_t size = sizeof(T) == 1 ? 0 : sizeof(T) == 2 ? 1 : sizeof(T) == 4 ? 2 : 3;
    return names[size + (std::is_unsigned_v<T> ? 4 : 0)];
}

// A contract's wire name, `json_name`, the trait's name, a fixed name for what the language and std provide, or the
// type's own unqualified name.
template <class T>
consteval std::string_view alternative_name() {
    constexpr json_kind kind = json_kind_of<T>;
    if constexpr (requires { std::string_view(T::json_name); })
        return T::json_name;
    else if constexpr (requires { std::string_view(json_as<T>::name); })
        return json_as<T>::name;
    else if constexpr (message<T>)
        return wire_name<T>;
    else if constexpr (kind == json_kind::boolean)
        return "bool";
    else if constexpr (kind == json_kind::integer)
        return integer_name<T>();
    else if constexpr (kind == json_kind::floating)
        return sizeof(T) == sizeof(float) ? "float" : "double";
    else if constexpr (kind == json_kind::text)
        return "string";
    else if constexpr (kind == json_kind::bytes)
        return "bytes";
    else if constexpr (kind == json_kind::time)
        return "time";
    else if constexpr (kind == json_kind::date)
        return "date";
    else if constexpr (kind == json_kind::duration)
        return "duration";
    else if constexpr (kind == json_kind::nothing)
        return "none";
    else if constexpr (std::is_class_v<T> || std::is_enum_v<T>)
        return type_name<T>();
    else
        return {};
}

template <class... Ts>
inline constexpr std::array<std::string_view, sizeof...(Ts)> alternative_names{alternative_name<Ts>()...};

template <class... Ts>
consteval bool check_alternatives() {
    constexpr bool named = (!alternative_name<Ts>().empty() && ...);
    static_assert(named,
        "fairway: an alternative of a variant has no name to be told by, such as a std::vector: put it into a struct, "
        "which "
        "has one");
    static_assert(!named || are_plain_and_distinct(alternative_names<Ts...>),
        "fairway: two alternatives of a variant have the same name: "
        "give one a static constexpr std::string_view json_name");
    return true;
}

} // namespace fairway::detail

#endif
