// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// C++ values into a json_writer.
#ifndef FAIRWAY_CODEC_JSON_ENCODE_HPP
#define FAIRWAY_CODEC_JSON_ENCODE_HPP

#include <fairway/codec/base64.hpp>
#include <fairway/codec/enum_names.hpp>
#include <fairway/codec/fields.hpp>
#include <fairway/codec/json_kind.hpp>
#include <fairway/codec/json_variant.hpp>
#include <fairway/codec/json_writer.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <string_view>
#include <utility>
#include <variant>

namespace fairway::detail {

// `"name":` with what has to stand before it.
template <class T, std::size_t I, char... Before>
inline constexpr auto key_literal = [] {
    constexpr std::string_view name = wire_names<T>[I];
    std::array<char, name.size() + 3 + sizeof...(Before)> text{Before...};
    std::size_t n = sizeof...(Before);
    text[n++] = '"';
    for (char const c : name) text[n++] = c;
    text[n++] = '"';
    text[n] = ':';
    return text;
}();

// Whether one of the fields before field I is always written.
template <class T, std::size_t... Before>
consteval bool follows_field(std::index_sequence<Before...>) {
    return (!may_be_absent<std::remove_cv_t<field_type<T, Before>>> || ...);
}

template <class T, std::size_t I>
void write_field(json_writer& out, T const& object) {
    auto const& value = field<I>(object);
    if constexpr (may_be_absent<std::remove_cvref_t<decltype(value)>>)
        if (!value) return;
    if constexpr (I == 0) {
        out.literal(key_literal<T, I>);
    } else if constexpr (follows_field<T>(std::make_index_sequence<I>{})) {
        out.literal(key_literal<T, I, ','>);
    } else {
        out.comma('{');
        out.literal(key_literal<T, I>);
    }
    out.write(value);
}

template <class T>
void write_object(json_writer& out, T const& object) {
    out.begin_object();
    [&]<std::size_t... Is>(std::index_sequence<Is...>) { (write_field<T, Is>(out, object), ...); }(
        std::make_index_sequence<field_count<T>>{});
    out.end_object();
}

template <class T>
void write_enum(json_writer& out, T value) {
    auto const name = name_of(value);
    if (name.empty()) out.fail("an enumerator with a name", std::to_string(static_cast<enum_number<T>>(value)));
    out.string(name);
}

template <class Map>
void write_map(json_writer& out, Map const& map) {
    using key_type = typename Map::key_type;
    out.begin_object();
    out.names_are_data();
    for (auto const& [key, value] : map) {
        if constexpr (json_kind_of<key_type> == json_kind::text) {
            out.key(key);
        } else if constexpr (json_kind_of<key_type> == json_kind::integer) {
            std::array<char, 24> digits;
            auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), +key).ptr;
            out.key({digits.data(), static_cast<std::size_t>(end - digits.data())});
        } else {
            auto const name = name_of(key);
            if (name.empty()) out.fail("an enumerator with a name", "another");
            out.key(name);
        }
        out.write(value);
    }
    out.end_object();
}

template <class List>
void write_list(json_writer& out, List const& list) {
    out.begin_array();
    for (auto const& element : list) {
        out.element();
        out.write(static_cast<typename List::value_type const&>(element)); // vector<bool> hands out proxies
    }
    out.end_array();
}

template <class Bytes>
void write_bytes(json_writer& out, Bytes const& bytes) {
    char* p = out.room(base64_length(bytes.size()) + 2);
    *p++ = '"';
    p = write_base64(p, reinterpret_cast<unsigned char const*>(bytes.data()), bytes.size());
    *p++ = '"';
    out.advance(p);
}

// A short text in quotes that needs no escapes.
template <class Write>
void write_short(json_writer& out, Write write) {
    char* p = out.room(48);
    *p++ = '"';
    p = write(p);
    *p++ = '"';
    out.advance(p);
}

template <class Duration>
void write_time(json_writer& out, std::chrono::sys_time<Duration> time) {
    auto const parts = split(time.time_since_epoch());
    if (!can_write(parts)) out.fail("a time in the years 0 to 9999", "another");
    write_short(out, [&](char* p) { return write_time(p, parts, fraction_digits<typename Duration::period>()); });
}

template <class Rep, class Period>
void write_duration(json_writer& out, std::chrono::duration<Rep, Period> duration) {
    write_short(out, [&](char* p) {
        p = std::to_chars(p, p + 24, duration.count()).ptr;
        for (char const c : unit_name<Period>()) *p++ = c;
        return p;
    });
}

inline void write_date(json_writer& out, std::chrono::year_month_day date) {
    if (!can_write(date)) out.fail("a date in the years 0 to 9999", "another");
    write_short(out, [&](char* p) { return write_date(p, date); });
}

template <class... Ts>
void write_variant(json_writer& out, std::variant<Ts...> const& variant) {
    static_assert(check_alternatives<Ts...>());
    if (variant.valueless_by_exception()) out.fail("a value", "a variant that lost its own");
    out.begin_object();
    out.literal("\"type\":");
    out.string(alternative_names<Ts...>[variant.index()]);
    out.literal(",\"value\":");
    std::visit([&out](auto const& value) { out.write(value); }, variant);
    out.end_object();
}

} // namespace fairway::detail

namespace fairway {

template <class T>
void json_writer::write(T const& value) {
    if constexpr (detail::check_json_type<T>()) {
        using enum detail::json_kind;
        constexpr auto kind = detail::json_kind_of<T>;
        if constexpr (kind == custom)
            json_as<T>::write(*this, value);
        else if constexpr (kind == boolean)
            this->boolean(value);
        else if constexpr (kind == integer || kind == floating)
            this->number(value);
        else if constexpr (kind == enumeration)
            detail::write_enum(*this, value);
        else if constexpr (kind == text)
            this->string(value);
        else if constexpr (kind == bytes)
            detail::write_bytes(*this, value);
        else if constexpr (kind == time)
            detail::write_time(*this, value);
        else if constexpr (kind == date)
            detail::write_date(*this, value);
        else if constexpr (kind == duration)
            detail::write_duration(*this, value);
        else if constexpr (kind == optional)
            value ? this->write(*value) : this->null();
        else if constexpr (kind == nothing)
            this->null();
        else if constexpr (kind == variant)
            detail::write_variant(*this, value);
        else if constexpr (kind == tuple || kind == list)
            detail::write_list(*this, value);
        else if constexpr (kind == map)
            detail::write_map(*this, value);
        else
            detail::write_object(*this, value);
    }
}

} // namespace fairway

#endif
