// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_HANDLER_HPP
#define FAIRWAY_PORT_HANDLER_HPP

#include <fairway/contract/channel.hpp>
#include <fairway/port/attempts.hpp>
#include <fairway/port/reply_token.hpp>
#include <fairway/port/responder.hpp>
#include <fairway/port/typed_body.hpp>

#include <concepts>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace fairway {

/// One handler out of many callable objects: `overload{[](placed const&) {...}, [](cancelled const&) {...}}`.
template <class... Fs>
struct overload : Fs... {
    using Fs::operator()...;
};
template <class... Fs>
overload(Fs...) -> overload<Fs...>;

/// Says in an `overload` that a subscriber takes a part of a channel's events:
/// `overload{[](placed const&) {...}, fairway::ignore_others}`. Events that are added later are ignored too.
struct ignore_others_t {
    /// What ignoring returns.
    struct ignored {};
    /// Takes any message and does nothing.
    template <class M>
    ignored operator()(M const&) const noexcept {
        return {};
    }
};

/// The `ignore_others_t` to write.
inline constexpr ignore_others_t ignore_others{};

namespace detail {

template <class T>
struct unwrap_task {
    using type = T;
    static constexpr bool is_task = false;
};
template <class T>
struct unwrap_task<task<T>> {
    using type = T;
    static constexpr bool is_task = true;
};

// The forms in which a handler H may take a message M.
template <class H, class M>
concept takes_all = std::invocable<H&, M const&, delivery const&, reply_token<M>>;
template <class H, class M>
concept takes_token = std::invocable<H&, M const&, reply_token<M>>;
template <class H, class M>
concept takes_delivery = std::invocable<H&, M const&, delivery const&>;
template <class H, class M>
concept takes_message = std::invocable<H&, M const&>;

template <class H, class M>
decltype(auto) call(H& handler, M const& m, delivery const& d, std::shared_ptr<responder> const& to) {
    if constexpr (takes_all<H, M>)
        return handler(m, d, reply_token<M>(d, to));
    else if constexpr (takes_token<H, M>)
        return handler(m, reply_token<M>(d, to));
    else if constexpr (takes_delivery<H, M>)
        return handler(m, d);
    else
        return handler(m);
}

template <class H, class M>
using call_result = decltype(call(std::declval<H&>(), std::declval<M const&>(), std::declval<delivery const&>(),
    std::declval<std::shared_ptr<responder> const&>()));

template <class R, class Replies>
inline constexpr bool is_reply = contains<R, Replies>;
template <class... Rs, class Replies>
inline constexpr bool is_reply<std::variant<Rs...>, Replies> = (contains<Rs, Replies> && ...);

// The compile-time checks of one handler for one message of one channel, each in one readable line.
template <class Channel, class H, class M>
consteval bool check_handler() {
    constexpr bool callable = takes_all<H, M> || takes_token<H, M> || takes_delivery<H, M> || takes_message<H, M>;
    static_assert(callable,
        "fairway: the handler misses a message of its channel: add 'operator()(message const&)' for "
        "it, or put fairway::ignore_others into the overload of an event handler");
    if constexpr (callable) {
        using reply_list = typename contract_of<M>::replies;
        using result = typename unwrap_task<std::remove_cvref_t<call_result<H, M>>>::type;
        constexpr bool token = takes_all<H, M> || takes_token<H, M>;
        constexpr bool ignored = std::is_same_v<result, ignore_others_t::ignored>;
        constexpr bool may_ignore =
            Channel::kind == channel_kind::publish_subscribe && contract_of<M>::kind != message_kind::command;
        static_assert(!ignored || may_ignore,
            "fairway: ignore_others is for events of a publish_subscribe channel: commands need a handler each");
        constexpr bool answers = reply_list::size > 0;
        constexpr bool silent = std::is_void_v<result>;
        static_assert(ignored || answers || silent,
            "fairway: the handler returns a value, but the message's contract names no reply: return void, or name the "
            "reply in the contract");
        static_assert(ignored || !answers || token || !silent,
            "fairway: the handler returns no reply, but the command's contract names one: return it, or take a "
            "fairway::reply_token<command>");
        static_assert(ignored || !answers || !token || silent,
            "fairway: a handler that takes a reply_token answers through it: return void or task<void>");
        constexpr bool right = is_reply<result, reply_list>;
        static_assert(ignored || !answers || token || silent || right,
            "fairway: the handler returns the wrong reply: return a reply type that the command's contract names, or a "
            "std::variant of such");
        constexpr bool contracts = replies_have_contracts(reply_list{});
        static_assert(contracts, "fairway: every reply type of a command needs a contract of its own");
        if (ignored) return may_ignore;
        return answers ? contracts && (token ? silent : right) : silent;
    }
    return false;
}

// How one message type reaches its handler; one table entry per message of a channel.
struct handler_entry {
    std::string_view type;
    message_version version;
    body_type const* object = nullptr;
    bool ignored = false;
    // One of the two: a plain handler, or one that is a coroutine.
    void (*call)(void* handler, delivery const& d, std::shared_ptr<responder> const& to) = nullptr;
    coroutine_handler const* coroutine = nullptr;
};

// By the identity of the object where it is one, by name otherwise; null where the message is none of the table's.
inline handler_entry const* find_entry(std::vector<handler_entry> const& table, delivery const& d) noexcept {
    auto const* const object = d.message().object_type();
    for (auto const& e : table)
        if (e.object == object) return &e;
    // A message of another participant may come without a type: a channel of one message takes it as that.
    if (d.type().empty() && table.size() == 1) return &table.front();
    for (auto const& e : table)
        if (e.type == d.type()) return &e;
    return nullptr;
}

template <class H, class M>
void call_with(void* handler, M const& m, delivery const& d, std::shared_ptr<responder> const& to) {
    auto& h = *static_cast<H*>(handler);
    if constexpr (std::is_void_v<call_result<H, M>>)
        call<H, M>(h, m, d, to);
    else
        to->reply(d, call<H, M>(h, m, d, to));
}
template <class H, class M>
[[gnu::noinline]] void decode_and_call(void* handler, delivery const& d, std::shared_ptr<responder> const& to) {
    std::optional<M> storage;
    call_with<H, M>(handler, request_as<M>(d.message(), storage), d, to);
}
template <class H, class M>
void call_plain(void* handler, delivery const& d, std::shared_ptr<responder> const& to) {
    if (d.message().object_type() == &typed_body<M>)
        call_with<H, M>(handler, d.message().object_as<M>(), d, to);
    else
        decode_and_call<H, M>(handler, d, to);
}

template <class H, class M>
call_result<H, M> begin_coroutine(
    void* handler, delivery const& d, std::shared_ptr<responder> const& to, decoded_message& decoded) {
    auto& h = *static_cast<H*>(handler);
    bool const is_object = d.message().object_type() == &typed_body<M>;
    M const& m = is_object ? d.message().object_as<M>() : request_as<M>(d.message(), decoded.room_for<M>());
    return call<H, M>(h, m, d, to);
}

template <class Channel, class H, class M>
void add_entry(std::vector<handler_entry>& table) {
    if constexpr (check_handler<Channel, H, M>()) {
        handler_entry e;
        e.type = wire_name<M>;
        e.version = contract_of<M>::number;
        e.object = &typed_body<M>;
        using result = std::remove_cvref_t<call_result<H, M>>;
        if constexpr (std::is_same_v<result, ignore_others_t::ignored>)
            e.ignored = true;
        else if constexpr (unwrap_task<result>::is_task)
            e.coroutine = &coroutine_handler_with<typename unwrap_task<result>::type, &begin_coroutine<H, M>>;
        else
            e.call = &call_plain<H, M>;
        table.push_back(e);
    }
}

template <class Channel, class H, class... Ms>
std::vector<handler_entry> make_table(type_list<Ms...>) {
    std::vector<handler_entry> table;
    (add_entry<Channel, H, Ms>(table), ...);
    return table;
}

} // namespace detail

} // namespace fairway

#endif
