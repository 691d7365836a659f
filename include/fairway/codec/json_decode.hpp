// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// C++ values out of a json_reader.
#ifndef FAIRWAY_CODEC_JSON_DECODE_HPP
#define FAIRWAY_CODEC_JSON_DECODE_HPP

#include <fairway/codec/base64.hpp>
#include <fairway/codec/enum_names.hpp>
#include <fairway/codec/json_expected.hpp>
#include <fairway/codec/json_kind.hpp>
#include <fairway/codec/json_object.hpp>
#include <fairway/codec/json_reader.hpp>
#include <fairway/codec/json_variant.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace fairway::detail {

template <class E>
void read_enum(json_reader& in, E& out) {
    char const* const where = in.position();
    if (in.peek() == json_type::number) {
        integer_text number;
        enum_number<E> value{};
        if (!in.whole(number)) in.fail_at(where, expected<E>());
        if (number.to(value) && enum_from_number(value, out)) return;
    } else if (in.peek() != json_type::string) {
        in.fail_at(where, expected<E>());
    } else if (enum_from_name(in.string(), out)) {
        return;
    }
    if constexpr (enum_with_default<E>)
        out = enum_default<E>::value;
    else
        in.fail_at(where, expected<E>());
}

template <class Bytes>
void read_bytes(json_reader& in, Bytes& out) {
    char const* const where = in.position();
    if (in.peek() != json_type::string) in.fail_at(where, expected<Bytes>());
    auto const text = in.string();
    std::size_t const size = base64_size(text);
    if constexpr (is_std_array<Bytes>) {
        if (size != out.size()) in.fail_at(where, expected<Bytes>(), "another string");
    } else {
        out.resize(size);
    }
    if (!read_base64(text, reinterpret_cast<unsigned char*>(out.data())))
        in.fail_at(where, expected<Bytes>(), "another string");
}

// Reads a string that `parse` understands.
template <class T, class Parse>
void read_short(json_reader& in, Parse parse) {
    char const* const where = in.position();
    if (in.peek() != json_type::string) in.fail_at(where, expected<T>());
    if (!parse(in.string())) in.fail_at(where, expected<T>(), "another string");
}

template <class Duration>
void read_time(json_reader& in, std::chrono::sys_time<Duration>& out) {
    read_short<std::chrono::sys_time<Duration>>(in, [&](std::string_view text) {
        split_time parts{};
        Duration since_1970{};
        if (!read_time(text, parts) || !join(parts, since_1970)) return false;
        // An offset, a leap second or coarse ticks lead out of the years that can be written.
        if (!can_write(split(since_1970))) return false;
        out = std::chrono::sys_time<Duration>(since_1970);
        return true;
    });
}

template <class Rep, class Period>
void read_duration(json_reader& in, std::chrono::duration<Rep, Period>& out) {
    read_short<std::chrono::duration<Rep, Period>>(in, [&](std::string_view text) {
        std::int64_t ticks = 0;
        if (!read_duration(text, Period::num, Period::den, ticks) || !std::in_range<Rep>(ticks)) return false;
        out = std::chrono::duration<Rep, Period>(static_cast<Rep>(ticks));
        return true;
    });
}

inline void read_date(json_reader& in, std::chrono::year_month_day& out) {
    read_short<std::chrono::year_month_day>(in, [&](std::string_view text) {
        digit_reader digits{text.data(), text.data() + text.size()};
        return read_date(digits, out) && digits.p == digits.end;
    });
}

template <class T>
void read_optional(json_reader& in, T& out) {
    if (in.null())
        out.reset();
    else
        in.read(out.emplace());
}

template <class List>
void read_list(json_reader& in, List& out) {
    using element = typename List::value_type;
    out.clear();
    in.begin_array();
    if (!in.next_element()) return;
    // A short list of small elements is then one allocation.
    if constexpr (requires { out.reserve(4); } && sizeof(element) <= 128) out.reserve(4);
    do {
        if constexpr (requires {
                          { out.emplace_back() } -> std::same_as<element&>;
                      }) {
            in.read(out.emplace_back());
        } else {
            element value{};
            in.read(value);
            out.insert(out.end(), std::move(value));
        }
    } while (in.next_element());
}

template <class Array>
void read_tuple(json_reader& in, Array& out) {
    char const* const where = in.position();
    in.begin_array();
    for (auto& element : out) {
        if (!in.next_element()) in.fail_at(where, expected<Array>(), "a shorter one");
        in.read(element);
    }
    if (in.next_element()) in.fail_at(where, expected<Array>(), "a longer one");
}

template <class Key>
bool read_map_key(std::string_view text, Key& out) {
    if constexpr (json_kind_of<Key> == json_kind::text) {
        out = text;
        return true;
    } else if constexpr (json_kind_of<Key> == json_kind::enumeration) {
        if (enum_from_name(text, out)) return true;
        if constexpr (enum_with_default<Key>) out = enum_default<Key>::value;
        return enum_with_default<Key>;
    } else {
        integer_text number;
        char const* const end = text.data() + text.size();
        return read_integer(text.data(), end, number) == end && number.to(out);
    }
}

template <class Map>
void read_map(json_reader& in, Map& out) {
    using key_type = typename Map::key_type;
    out.clear();
    in.begin_object();
    in.names_are_data();
    for (std::string_view name; in.next_key(name);) {
        key_type key{};
        if (!read_map_key(name, key)) in.fail_at(in.position(), expected<key_type>() + " as name", "another");
        auto const [place, is_new] = out.try_emplace(std::move(key));
        if (!is_new) in.fail_at(in.position(), "every name once", "one twice");
        in.read(place->second);
    }
}

template <class Variant, std::size_t I = 0>
void read_alternative(json_reader& in, Variant& out, std::size_t index) {
    if constexpr (I + 1 < std::variant_size_v<Variant>)
        if (index != I) return read_alternative<Variant, I + 1>(in, out, index);
    in.read(out.template emplace<I>());
}

template <class... Ts>
void read_variant(json_reader& in, std::variant<Ts...>& out) {
    static_assert(check_alternatives<Ts...>());
    constexpr auto& names = alternative_names<Ts...>;
    constexpr std::size_t unknown = sizeof...(Ts);
    char const* const where = in.position();
    char const* early_value = nullptr; // a value that came before its type
    std::size_t index = unknown;
    bool has_value = false;
    in.begin_object();
    for (std::string_view name; in.next_key(name);) {
        char const* const here = in.position();
        if (name == "type") {
            if (index != unknown) in.fail_at(here, "every name once", "one twice");
            if (in.peek() != json_type::string) in.fail(list_of(names));
            auto const type = in.string();
            for (index = 0; index < unknown && names[index] != type;) ++index;
            if (index == unknown) in.fail_at(here, list_of(names), "another string");
            if (early_value != nullptr) in.again(early_value, [&] { read_alternative(in, out, index); });
        } else if (name == "value") {
            if (std::exchange(has_value, true)) in.fail_at(here, "every name once", "one twice");
            if (index != unknown) {
                read_alternative(in, out, index);
            } else {
                early_value = here;
                in.skip();
            }
        } else {
            in.skip_unknown();
        }
    }
    if (index == unknown) in.fail_absent(where, "type", list_of(names));
    if (!has_value) in.fail_absent(where, "value", "a value");
}

} // namespace fairway::detail

namespace fairway {

template <class T>
void json_reader::read(T& out) {
    if constexpr (detail::check_json_type<T>()) {
        using enum detail::json_kind;
        constexpr auto kind = detail::json_kind_of<T>;
        if constexpr (kind == custom)
            json_as<T>::read(*this, out);
        else if constexpr (kind == boolean)
            out = this->boolean();
        else if constexpr (kind == integer)
            out = this->template integer<T>();
        else if constexpr (kind == floating)
            out = this->template floating<T>();
        else if constexpr (kind == enumeration)
            detail::read_enum(*this, out);
        else if constexpr (kind == text)
            this->string(out);
        else if constexpr (kind == bytes)
            detail::read_bytes(*this, out);
        else if constexpr (kind == time)
            detail::read_time(*this, out);
        else if constexpr (kind == date)
            detail::read_date(*this, out);
        else if constexpr (kind == duration)
            detail::read_duration(*this, out);
        else if constexpr (kind == optional)
            detail::read_optional(*this, out);
        else if constexpr (kind == nothing)
            this->null() ? void() : this->fail("null");
        else if constexpr (kind == variant)
            detail::read_variant(*this, out);
        else if constexpr (kind == tuple)
            detail::read_tuple(*this, out);
        else if constexpr (kind == list)
            detail::read_list(*this, out);
        else if constexpr (kind == map)
            detail::read_map(*this, out);
        else
            detail::read_object(*this, out);
    }
}

} // namespace fairway

#endif
