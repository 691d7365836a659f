// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_CONTRACT_MESSAGE_HPP
#define FAIRWAY_CONTRACT_MESSAGE_HPP

#include <fairway/contract/name.hpp>

#include <cstddef>
#include <string_view>
#include <type_traits>

namespace fairway {

/// What a message is for: a command asks one service to act, an event tells what happened, a document carries data.
enum class message_kind { command, event, document };

/// The version of a message's shape: readers accept any minor version of their major one.
struct message_version {
    /// Changes when old readers can't read the message any more.
    unsigned major = 1;
    /// Changes when fields were added that old readers may skip.
    unsigned minor = 0;

    friend constexpr bool operator==(message_version, message_version) = default;
};

/// A list of types.
template <class... Ts>
struct type_list {
    /// How many types are in the list.
    static constexpr std::size_t size = sizeof...(Ts);
};

namespace detail {

template <class T, class List>
inline constexpr bool contains = false;
template <class T, class... Ts>
inline constexpr bool contains<T, type_list<Ts...>> = (std::is_same_v<T, Ts> || ...);

template <message_kind Kind, fixed_string Name, class... Replies>
struct contract_base {
    static_assert(
        is_valid_name(Name.view()), "fairway: a message's wire name is 1 to 100 of the characters A-Z a-z 0-9 . _ -");

    static constexpr message_kind kind = Kind;
    static constexpr std::string_view name = Name.view();
    static constexpr message_version number{};
    using replies = type_list<Replies...>;
    using is_contract = void;
};

template <class Base, unsigned Major, unsigned Minor>
struct versioned : Base {
    static_assert(Major > 0, "fairway: a message's major version starts at 1");
    static constexpr message_version number{Major, Minor};
};

} // namespace detail

/// The contract of a command: its wire name and what it may be answered with (nothing: a one-way notification).
///
/// `using contract = fairway::command<"shop.place-order", order_placed, order_refused>;`
template <fixed_string Name, class... Replies>
struct command : detail::contract_base<message_kind::command, Name, Replies...> {
    /// The same contract at a version other than 1.0.
    template <unsigned Major, unsigned Minor = 0>
    using version = detail::versioned<command, Major, Minor>;
};

/// The contract of an event: its wire name.
template <fixed_string Name>
struct event : detail::contract_base<message_kind::event, Name> {
    /// The same contract at a version other than 1.0.
    template <unsigned Major, unsigned Minor = 0>
    using version = detail::versioned<event, Major, Minor>;
};

/// The contract of a document: its wire name.
template <fixed_string Name>
struct document : detail::contract_base<message_kind::document, Name> {
    /// The same contract at a version other than 1.0.
    template <unsigned Major, unsigned Minor = 0>
    using version = detail::versioned<document, Major, Minor>;
};

/// Gives a contract to a type that one does not own, by specialisation:
/// `template <> struct fairway::contract_for<bank::iban> : fairway::document<"bank.iban"> {};`
template <class T>
struct contract_for {};

namespace detail {

template <class T>
concept has_own_contract = requires { typename T::contract::is_contract; };
template <class T>
concept has_foreign_contract = requires { typename contract_for<T>::is_contract; };

template <class T>
struct find_contract;
template <has_own_contract T>
struct find_contract<T> {
    using type = typename T::contract;
};
template <class T>
    requires(!has_own_contract<T> && has_foreign_contract<T>)
struct find_contract<T> {
    using type = contract_for<T>;
};

} // namespace detail

/// A type with a contract, its own or one given by `contract_for`.
template <class T>
concept message = std::is_class_v<T> && (detail::has_own_contract<T> || detail::has_foreign_contract<T>);

/// The contract of the message `T`: has `kind`, `name`, `number` (the version) and `replies`.
template <message T>
using contract_of = typename detail::find_contract<T>::type;

/// The wire name of the message `T`.
template <message T>
inline constexpr std::string_view wire_name = contract_of<T>::name;

} // namespace fairway

#endif
