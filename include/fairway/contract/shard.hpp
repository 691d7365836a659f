// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_CONTRACT_SHARD_HPP
#define FAIRWAY_CONTRACT_SHARD_HPP

#include <fairway/contract/message.hpp>

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace fairway {

/// MurmurHash2 (Austin Appleby, public domain; 32 bit, seed 0x9747b28c) as Kafka's Java client computes it.
constexpr std::uint32_t murmur2(std::string_view key) noexcept {
    constexpr std::uint32_t m = 0x5bd1e995;
    auto const byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(key[i])); };
    std::uint32_t h = 0x9747b28c ^ static_cast<std::uint32_t>(key.size());
    std::size_t i = 0;
    for (; i + 4 <= key.size(); i += 4) {
        std::uint32_t k = byte(i) | byte(i + 1) << 8 | byte(i + 2) << 16 | byte(i + 3) << 24;
        k *= m;
        k ^= k >> 24;
        h = h * m ^ k * m;
    }
    switch (key.size() - i) {
    case 3: h ^= byte(i + 2) << 16; [[fallthrough]];
    case 2: h ^= byte(i + 1) << 8; [[fallthrough]];
    case 1: h = (h ^ byte(i)) * m; break;
    default: break;
    }
    h ^= h >> 13;
    h *= m;
    return h ^ h >> 15;
}

/// The shard of a key among `shards`, the same as the partition that Kafka's Java client picks.
constexpr unsigned shard_of(std::string_view key, unsigned shards) noexcept {
    return (murmur2(key) & 0x7fffffffU) % shards;
}

namespace detail {

template <class T>
concept shard_key_value = std::convertible_to<T const&, std::string_view> ||
                          (std::integral<std::remove_cvref_t<T>> && !std::same_as<std::remove_cvref_t<T>, bool>) ||
                          std::is_enum_v<std::remove_cvref_t<T>>;

// The three ways to say what a message's shard key is: a member function, a pointer to a field, a function of the
// contract of a foreign type.
template <class T>
concept key_by_function = requires(T const& m) {
    { m.shard_key() } -> shard_key_value;
};
template <class T>
concept key_by_field = requires(T const& m) {
    { m.*T::shard_key } -> shard_key_value;
};
template <class T>
concept key_by_contract = requires(T const& m) {
    { contract_for<T>::shard_key(m) } -> shard_key_value;
};

template <class V, class F>
decltype(auto) use_key(V const& value, F&& f) {
    if constexpr (std::convertible_to<V const&, std::string_view>) {
        return std::forward<F>(f)(std::string_view(value));
    } else if constexpr (std::is_enum_v<V>) {
        return use_key(static_cast<std::underlying_type_t<V>>(value), std::forward<F>(f));
    } else {
        char text[24];
        auto const end = std::to_chars(text, text + sizeof text, value).ptr;
        return std::forward<F>(f)(std::string_view(text, static_cast<std::size_t>(end - text)));
    }
}

} // namespace detail

/// A message that says by what it is sharded: a member function `shard_key()`, a
/// `static constexpr auto shard_key = &order::order_id;` (below that field), or a `shard_key(T const&)` of its
/// `contract_for`.
///
/// A key is text, an integer (written in decimal) or an enum (its number).
template <class T>
concept has_shard_key = detail::key_by_function<T> || detail::key_by_field<T> || detail::key_by_contract<T>;

/// Calls `f` with the message's shard key as a `std::string_view` that is valid during the call.
template <has_shard_key T, class F>
decltype(auto) with_shard_key(T const& message, F&& f) {
    if constexpr (detail::key_by_function<T>) {
        return detail::use_key(message.shard_key(), std::forward<F>(f));
    } else if constexpr (detail::key_by_field<T>) {
        return detail::use_key(message.*T::shard_key, std::forward<F>(f));
    } else {
        return detail::use_key(contract_for<T>::shard_key(message), std::forward<F>(f));
    }
}

} // namespace fairway

#endif
