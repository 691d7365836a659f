// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What a struct may say about its fields. Cheap to include: contract headers use it.
#ifndef FAIRWAY_CODEC_FIELD_LISTS_HPP
#define FAIRWAY_CODEC_FIELD_LISTS_HPP

#include <array>
#include <cstddef>
#include <string_view>

namespace fairway {

/// A field's name in C++ and its name on the wire.
struct renamed_field {
    /// The name in the struct.
    std::string_view name;
    /// The name in the body.
    std::string_view wire;
};

/// Lists fields by their C++ names. A struct that has `static constexpr auto defaulted = fairway::fields("gift",
/// "note");` can be read from bodies that lack these fields; they keep what `T{}` gives them.
///
/// Optional fields, and fields whose initialiser gives them another value than their type's own, need no listing.
template <class... Names>
consteval auto fields(Names const&... names) {
    return std::array<std::string_view, sizeof...(Names)>{std::string_view(names)...};
}

/// Gives fields other names on the wire, in pairs: a struct says
/// `static constexpr auto json_names = fairway::renamed("class_", "class", "order_id", "orderId");`.
template <class... Names>
consteval auto renamed(Names const&... names) {
    static_assert(sizeof...(Names) % 2 == 0, "fairway: renamed takes pairs: a field's name, and its name on the wire");
    std::array<std::string_view, sizeof...(Names)> const flat{std::string_view(names)...};
    std::array<renamed_field, sizeof...(Names) / 2> pairs{};
    for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] = {flat[2 * i], flat[2 * i + 1]};
    return pairs;
}

} // namespace fairway

#endif
