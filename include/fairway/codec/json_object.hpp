// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A struct out of an object: which member is which field, and which fields may be absent.
#ifndef FAIRWAY_CODEC_JSON_OBJECT_HPP
#define FAIRWAY_CODEC_JSON_OBJECT_HPP

#include <fairway/codec/fields.hpp>
#include <fairway/codec/json_encode.hpp>
#include <fairway/codec/json_expected.hpp>
#include <fairway/codec/json_kind.hpp>
#include <fairway/codec/json_reader.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace fairway::detail {

// Compares what T{} made of a field with what the field's own type makes, without asking field types for an operator==.
template <class T>
bool same_value(T const& a, T const& b) {
    using enum json_kind;
    constexpr json_kind kind = json_kind_of<T>;
    if constexpr (kind == optional) {
        if (!a || !b) return a.has_value() == b.has_value();
        return same_value(*a, *b);
    } else if constexpr (kind == variant) {
        if (a.index() != b.index()) return false;
        return [&]<std::size_t... Is>(std::index_sequence<Is...>) {
            return ((a.index() != Is || same_value(*std::get_if<Is>(&a), *std::get_if<Is>(&b))) && ...);
        }(std::make_index_sequence<std::variant_size_v<T>>{});
    } else if constexpr (kind == map) {
        auto right = b.begin();
        if (a.size() != b.size()) return false;
        for (auto const& [key, value] : a) {
            if (!same_value(key, right->first) || !same_value(value, right->second)) return false;
            ++right;
        }
        return true;
    } else if constexpr (kind == list || kind == tuple) {
        using element = typename T::value_type;
        auto left = a.begin();
        auto right = b.begin();
        for (; left != a.end() && right != b.end(); ++left, ++right)
            if (!same_value<element>(*left, *right)) return false;
        return left == a.end() && right == b.end();
    } else if constexpr (kind == object) {
        return [&]<std::size_t... Is>(std::index_sequence<Is...>) {
            return (same_value<std::remove_cv_t<field_type<T, Is>>>(field<Is>(a), field<Is>(b)) && ...);
        }(std::make_index_sequence<field_count<T>>{});
    } else if constexpr (requires {
                             { a == b } -> std::convertible_to<bool>;
                         }) {
        return a == b;
    } else {
        return true;
    }
}

// The fields that objects of T may lack, as far as types and lists tell.
template <class T>
consteval auto fields_known_absent() {
    field_set<field_count<T>> set;
    [&]<std::size_t... Is>(std::index_sequence<Is...>) {
        ((may_be_absent<field_type<T, Is>> || is_listed_defaulted<T, Is>() ? set.add(Is) : void()), ...);
    }(std::make_index_sequence<field_count<T>>{});
    return set;
}

// Whether the struct gives field I another value than the field's own type would.
template <class T, std::size_t I>
bool has_own_default(T const& fresh) {
    if constexpr (fields_known_absent<T>().has(I))
        return true;
    else
        return !same_value<field_type<T, I>>(field<I>(fresh), field_type<T, I>{});
}

// All fields that objects of T may lack.
template <class T>
auto find_defaulted_fields() {
    field_set<field_count<T>> set;
    T const fresh{};
    [&]<std::size_t... Is>(std::index_sequence<Is...>) {
        ((has_own_default<T, Is>(fresh) ? set.add(Is) : void()), ...);
    }(std::make_index_sequence<field_count<T>>{});
    return set;
}

template <class T>
std::string expected_of_field(std::size_t index) {
    return [&]<std::size_t... Is>(std::index_sequence<Is...>) {
        std::string text;
        ((Is == index ? void(text = expected<field_type<T, Is>>()) : void()), ...);
        return text;
    }(std::make_index_sequence<field_count<T>>{});
}

template <class T>
[[gnu::noinline]] void check_absent(json_reader const& in, char const* where, field_set<field_count<T>> const& seen) {
    static auto const defaulted = find_defaulted_fields<T>();
    auto const accounted_for = seen | defaulted;
    for (std::size_t i = 0; i < field_count<T>; ++i)
        if (!accounted_for.has(i)) in.fail_absent(where, wire_names<T>[i], expected_of_field<T>(i));
}

template <class T, std::size_t I>
void read_field(json_reader& in, T& object) {
    in.read(field<I>(object));
}

template <class T>
inline constexpr auto field_readers = []<std::size_t... Is>(std::index_sequence<Is...>) {
    return std::array<void (*)(json_reader&, T&), field_count<T>>{&read_field<T, Is>...};
}(std::make_index_sequence<field_count<T>>{});

template <class T>
void read_object(json_reader& in, T& out) {
    constexpr std::size_t count = field_count<T>;
    static_assert(requires { wire_names<T>; });
    field_set<count> seen;
    char const* const where = in.position();
    in.begin_object();
    bool more = in.next_member();
    // Most writers keep to the order of the fields, as ours does: then each name is one comparison with a constant.
    [&]<std::size_t... Is>(std::index_sequence<Is...>) {
        (
            [&] {
                if (!more || !in.key_is(key_literal<T, Is>)) return;
                read_field<T, Is>(in, out);
                seen.add(Is);
                more = in.next_member();
            }(),
            ...);
    }(std::make_index_sequence<count>{});
    while (more) {
        auto const name = in.key();
        std::size_t i = 0;
        while (i < count && wire_names<T>[i] != name) ++i;
        if (i == count) {
            in.skip_unknown();
        } else {
            if (seen.has(i)) in.fail_at(in.position(), "every name once", "one twice");
            seen.add(i);
            if constexpr (count > 0) field_readers<T>[i](in, out);
        }
        more = in.next_member();
    }
    if (!(seen | fields_known_absent<T>()).full()) check_absent<T>(in, where, seen);
}

} // namespace fairway::detail

#endif
