// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What errors say should have been there.
#ifndef FAIRWAY_CODEC_JSON_EXPECTED_HPP
#define FAIRWAY_CODEC_JSON_EXPECTED_HPP

#include <fairway/codec/enum_names.hpp>
#include <fairway/codec/json_kind.hpp>
#include <fairway/codec/json_number.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>

namespace fairway::detail {

// "one of red, green, blue"
template <class Names>
std::string list_of(Names const& names) {
    constexpr std::size_t most = 12;
    std::string text = names.size() == 1 ? "" : "one of ";
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i == most) return text.append(", ...");
        text.append(i == 0 ? "" : ", ").append(names[i]);
    }
    return text;
}

template <class E>
std::string list_enumerators() {
    constexpr auto names = [] {
        std::array<std::string_view, enumerators<E>.size()> all;
        for (std::size_t i = 0; i < all.size(); ++i) all[i] = enumerators<E>[i].name;
        return all;
    }();
    return list_of(names);
}

// The words for a value of type T.
template <class T>
std::string expected() {
    using enum json_kind;
    constexpr json_kind kind = json_kind_of<T>;
    if constexpr (kind == custom) {
        if constexpr (requires { std::string_view(json_as<T>::expected); })
            return std::string(json_as<T>::expected);
        else
            return "a value";
    } else if constexpr (kind == boolean)
        return "true or false";
    else if constexpr (kind == integer)
        return integer_range<T>();
    else if constexpr (kind == floating)
        return "a number";
    else if constexpr (kind == enumeration)
        return list_enumerators<T>();
    else if constexpr (kind == text)
        return "a string";
    else if constexpr (kind == bytes && is_std_array<T>)
        return std::to_string(std::tuple_size_v<T>) + " bytes in base64";
    else if constexpr (kind == bytes)
        return "bytes in base64";
    else if constexpr (kind == time)
        return "a time such as 2026-11-23T08:15:00Z";
    else if constexpr (kind == date)
        return "a date such as 2026-11-23";
    else if constexpr (kind == duration)
        return "a whole number of " + std::string(unit_name<typename T::period>());
    else if constexpr (kind == optional)
        return expected<typename T::value_type>();
    else if constexpr (kind == nothing)
        return "null";
    else if constexpr (kind == tuple)
        return "an array of " + std::to_string(std::tuple_size_v<T>) + " elements";
    else if constexpr (kind == list)
        return "an array";
    else
        return "an object";
}

} // namespace fairway::detail

#endif
