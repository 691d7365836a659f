// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_CONTRACT_CHANNEL_HPP
#define FAIRWAY_CONTRACT_CHANNEL_HPP

#include <fairway/contract/message.hpp>
#include <fairway/contract/shard.hpp>

#include <concepts>
#include <cstddef>
#include <string_view>

namespace fairway {

/// Who gets a message: one of all consumers, or every subscribed group.
enum class channel_kind { point_to_point, publish_subscribe };

namespace detail {

template <class... Ms>
consteval bool distinct_wire_names() {
    std::string_view const names[] = {wire_name<Ms>...};
    for (std::size_t i = 0; i < sizeof...(Ms); ++i)
        for (std::size_t j = i + 1; j < sizeof...(Ms); ++j)
            if (names[i] == names[j]) return false;
    return true;
}

template <class... Ms>
consteval bool check_messages() {
    static_assert(
        sizeof...(Ms) > 0, "fairway: a channel carries at least one message: name it after the channel's name");
    static_assert((message<Ms> && ...), "fairway: every message of a channel needs a contract: write 'using contract = "
                                        "fairway::event<\"name\">;' in it, or specialise fairway::contract_for");
    if constexpr (sizeof...(Ms) > 0 && (message<Ms> && ...))
        static_assert(distinct_wire_names<Ms...>(), "fairway: two messages of one channel have the same wire name");
    return true;
}

template <fixed_string Name, channel_kind Kind, class... Messages>
struct channel_base {
    static_assert(
        is_valid_name(Name.view()), "fairway: a channel's name is 1 to 100 of the characters A-Z a-z 0-9 . _ -");
    static_assert(check_messages<Messages...>());

    static constexpr std::string_view name = Name.view();
    static constexpr channel_kind kind = Kind;
    static constexpr unsigned shards = 0;
    using messages = type_list<Messages...>;
    using is_channel = void;
};

template <class... Ms>
consteval bool all_have_shard_keys(type_list<Ms...>) {
    return (has_shard_key<Ms> && ...);
}

template <class Channel>
consteval bool check_shard_keys() {
    if constexpr (requires { typename Channel::messages; })
        static_assert(all_have_shard_keys(typename Channel::messages{}),
            "fairway: every message of a sharded channel says its shard key: give it a member 'std::string_view "
            "shard_key() "
            "const' or 'static constexpr auto shard_key = &message::field;' (text, integer or enum)");
    return true;
}

} // namespace detail

/// A channel on which each message goes to exactly one of all consumers, whatever their service is called.
///
/// `using orders = fairway::point_to_point<"orders", place_order, cancel_order>;`
template <fixed_string Name, class... Messages>
struct point_to_point : detail::channel_base<Name, channel_kind::point_to_point, Messages...> {};

/// A channel on which each message goes to every subscribed group (service); the instances of a group compete for it.
template <fixed_string Name, class... Messages>
struct publish_subscribe : detail::channel_base<Name, channel_kind::publish_subscribe, Messages...> {};

/// The most shards that a channel can have.
inline constexpr unsigned max_shards = 1024;

/// A channel in `Shards` shards: messages with the same shard key are handled one after another, in the order sent.
///
/// A message whose key is empty goes to a random shard and is unordered.
template <unsigned Shards, class Channel>
struct sharded : Channel {
    static_assert(Shards >= 1 && Shards <= max_shards, "fairway: a channel has 1 to 1024 shards");
    static_assert(
        requires { typename Channel::is_channel; },
        "fairway: sharded takes a channel: sharded<8, point_to_point<\"name\", ...>>");
    static_assert(detail::check_shard_keys<Channel>());

    /// How many shards the channel has.
    static constexpr unsigned shards = Shards;
};

/// A type that names a channel: `point_to_point`, `publish_subscribe`, or one of them `sharded`.
template <class T>
concept channel = requires { typename T::is_channel; };

/// True where `Channel` carries the message `M`.
template <class Channel, class M>
inline constexpr bool carries = detail::contains<M, typename Channel::messages>;

} // namespace fairway

#endif
