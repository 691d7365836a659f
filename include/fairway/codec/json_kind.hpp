// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Which JSON a C++ type becomes, and the compile-time errors for types that become none.
#ifndef FAIRWAY_CODEC_JSON_KIND_HPP
#define FAIRWAY_CODEC_JSON_KIND_HPP

#include <fairway/codec/time_text.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <ratio>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace fairway {

/// How a type of one's own is written and read, by specialisation. It goes before everything the library knows.
///
/// ```
/// template <> struct fairway::json_as<shop::money> {
///     static void write(fairway::json_writer& out, shop::money const& m) { out.string(m.text()); }
///     static void read(fairway::json_reader& in, shop::money& m) {
///         if (!m.parse(in.string())) in.fail("an amount such as 12.50 EUR");
///     }
///     static constexpr std::string_view expected = "an amount such as 12.50 EUR"; // optional: for a field that is
///     absent static constexpr std::string_view name = "money";                          // optional: as a variant's
///     alternative
/// };
/// ```
/// `write` writes exactly one value, `read` reads exactly one.
template <class T>
struct json_as;

namespace detail {

enum class json_kind {
    custom,      // json_as
    boolean,     // true, false
    integer,     // number
    floating,    // number
    enumeration, // string
    text,        // string
    bytes,       // string, base64
    time,        // string, RFC 3339
    date,        // string
    duration,    // string with a unit
    optional,    // value, or null
    nothing,     // null: std::monostate
    variant,     // {"type": ..., "value": ...}
    tuple,       // array of fixed length: std::array
    list,        // array
    map,         // object whose names are data
    object,      // object whose names are fields
    none,        // no JSON
};

template <class T>
concept has_json_as = requires { sizeof(json_as<T>); };

template <class T, template <class...> class Template>
inline constexpr bool is_a = false;
template <template <class...> class Template, class... Args>
inline constexpr bool is_a<Template<Args...>, Template> = true;

template <class T>
inline constexpr bool is_std_array = false;
template <class T, std::size_t N>
inline constexpr bool is_std_array<std::array<T, N>> = true;

template <class T>
inline constexpr bool is_sys_time = false;
template <class Duration>
inline constexpr bool is_sys_time<std::chrono::sys_time<Duration>> = true;

template <class T>
inline constexpr bool is_byte = std::is_same_v<T, std::byte> || std::is_same_v<T, unsigned char>;

template <class T>
inline constexpr bool is_bytes = false;
template <class T>
inline constexpr bool is_bytes<std::vector<T>> = is_byte<T>;
template <class T, std::size_t N>
inline constexpr bool is_bytes<std::array<T, N>> = is_byte<T>;

template <class T>
inline constexpr bool is_character =
    std::is_same_v<T, char> || std::is_same_v<T, wchar_t> || std::is_same_v<T, char8_t> ||
    std::is_same_v<T, char16_t> || std::is_same_v<T, char32_t>;

template <class T>
concept map_like = requires(T map, typename T::key_type key) {
    typename T::mapped_type;
    map.try_emplace(std::move(key));
    map.begin();
    map.clear();
};

template <class T>
concept list_like = requires(T list, typename T::value_type element) {
    list.begin() != list.end();
    list.clear();
    list.insert(list.end(), std::move(element));
} && !requires {
    typename T::mapped_type;
} && !is_a<T, std::basic_string> && !std::is_same_v<typename T::value_type, T>;

template <class T>
consteval json_kind classify() {
    if constexpr (has_json_as<T>)
        return json_kind::custom;
    else if constexpr (std::is_same_v<T, bool>)
        return json_kind::boolean;
    else if constexpr (is_character<T>)
        return json_kind::none;
    else if constexpr (std::is_integral_v<T>)
        return json_kind::integer;
    else if constexpr (std::is_same_v<T, double> || std::is_same_v<T, float>)
        return json_kind::floating;
    else if constexpr (std::is_same_v<T, std::byte>)
        return json_kind::none;
    else if constexpr (std::is_enum_v<T>)
        return json_kind::enumeration;
    else if constexpr (std::is_same_v<T, std::string>)
        return json_kind::text;
    else if constexpr (is_bytes<T>)
        return json_kind::bytes;
    else if constexpr (is_sys_time<T>)
        return json_kind::time;
    else if constexpr (std::is_same_v<T, std::chrono::year_month_day>)
        return json_kind::date;
    else if constexpr (is_a<T, std::chrono::duration>)
        return json_kind::duration;
    else if constexpr (is_a<T, std::optional>)
        return json_kind::optional;
    else if constexpr (std::is_same_v<T, std::monostate>)
        return json_kind::nothing;
    else if constexpr (is_a<T, std::variant>)
        return json_kind::variant;
    else if constexpr (is_std_array<T>)
        return json_kind::tuple;
    else if constexpr (map_like<T>)
        return json_kind::map;
    else if constexpr (list_like<T>)
        return json_kind::list;
    else if constexpr (std::is_aggregate_v<T> && !std::is_array_v<T>)
        return json_kind::object;
    else
        return json_kind::none;
}

template <class T>
inline constexpr json_kind json_kind_of = classify<T>();

template <class T>
consteval bool is_smart_pointer() {
    return is_a<T, std::unique_ptr> || is_a<T, std::shared_ptr> || is_a<T, std::weak_ptr>;
}

template <class T>
consteval bool has_bad_key() {
    if constexpr (json_kind_of<T> == json_kind::map) {
        constexpr json_kind key = json_kind_of<typename T::key_type>;
        return key != json_kind::text && key != json_kind::integer && key != json_kind::enumeration;
    }
    return false;
}

// Says in one line why T has no JSON. Every read and write of a value starts here.
template <class T>
consteval bool check_json_type() {
    static_assert(!std::is_const_v<T> || has_json_as<T>, "fairway: a const field cannot be read from JSON");
    static_assert(!std::is_pointer_v<T> && !std::is_member_pointer_v<T>,
        "fairway: a pointer has no JSON: hold the value itself, or a std::optional of it, or specialise json_as");
    static_assert(!is_smart_pointer<T>(), "fairway: a smart pointer has no JSON: hold the value itself, a "
                                          "std::optional or a std::vector of it, or specialise "
                                          "json_as");
    static_assert(!is_a<T, std::basic_string_view>,
        "fairway: a string_view has nothing to point into when a message is "
        "read: use std::string");
    static_assert(!std::is_array_v<T>, "fairway: a C array has no JSON: use std::array");
    static_assert(!is_character<T>,
        "fairway: a single character has no JSON: use std::string for text, std::int8_t or std::uint8_t for a number");
    static_assert(!std::is_same_v<T, std::byte>, "fairway: a single std::byte has no JSON: use std::uint8_t");
    static_assert(!std::is_same_v<T, long double>, "fairway: a long double has no JSON: use double");
    static_assert(!std::is_union_v<T>, "fairway: a union has no JSON: use std::variant, or specialise json_as");
    static_assert(!is_a<T, std::pair> && !is_a<T, std::tuple>,
        "fairway: a pair or tuple has no JSON, as its elements have no names: use a struct");
    if constexpr (json_kind_of<T> == json_kind::optional) {
        constexpr json_kind inner = json_kind_of<typename T::value_type>;
        static_assert(inner != json_kind::optional && inner != json_kind::nothing,
            "fairway: an optional of an optional or of std::monostate has no JSON, as both are absent alike");
    }
    if constexpr (json_kind_of<T> == json_kind::time) {
        static_assert(std::is_integral_v<typename T::rep> && fraction_digits<typename T::period>() >= 0,
            "fairway: a time is written with up to nine digits behind the point: use sys_time of seconds, "
            "milliseconds, "
            "microseconds or nanoseconds");
    }
    if constexpr (json_kind_of<T> == json_kind::duration) {
        static_assert(std::is_integral_v<typename T::rep> && !unit_name<typename T::period>().empty(),
            "fairway: a duration is an integral count of nanoseconds, microseconds, milliseconds, seconds, minutes, "
            "hours or "
            "days");
    }
    static_assert(!has_bad_key<T>(), "fairway: the keys of a map are names in JSON: use strings, integers or enums");
    constexpr bool is_tree = requires { typename T::json_sax_t; } && json_kind_of<T> == json_kind::none;
    static_assert(!is_tree, "fairway: for fields of nlohmann::json include <fairway/codec/nlohmann.hpp>");
    constexpr bool known = is_tree || std::is_pointer_v<T> || std::is_member_pointer_v<T> || is_smart_pointer<T>() ||
                           is_a<T, std::basic_string_view> || std::is_array_v<T> || is_character<T> ||
                           std::is_same_v<T, std::byte> || std::is_same_v<T, long double> || std::is_union_v<T> ||
                           is_a<T, std::pair> || is_a<T, std::tuple>;
    static_assert(known || json_kind_of<T> != json_kind::none,
        "fairway: a type with constructors, private members or virtual functions has no fields to go by: make it a "
        "plain "
        "struct, or specialise json_as for it");
    return json_kind_of<T> != json_kind::none && !has_bad_key<T>();
}

// A type whose absence in an object is a value of its own.
template <class T>
inline constexpr bool may_be_absent = json_kind_of<T> == json_kind::optional;

} // namespace detail

} // namespace fairway

#endif
