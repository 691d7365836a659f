// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_AMQP_DISPATCH_HPP
#define FAIRWAY_TRANSPORT_AMQP_DISPATCH_HPP

#include <fairway/transport/amqp/basic_methods.hpp>
#include <fairway/transport/amqp/connection_methods.hpp>
#include <fairway/transport/amqp/method.hpp>
#include <fairway/transport/amqp/topology_methods.hpp>

#include <concepts>
#include <string_view>

namespace fairway::amqp_detail {

template <class... Methods>
struct method_list {};

// All that there are, those of messages first.
using all_methods = method_list<basic_deliver, basic_ack, basic_publish, basic_nack, basic_return, basic_qos,
    basic_qos_ok, basic_consume, basic_consume_ok, basic_cancel, basic_cancel_ok, basic_get, basic_get_ok,
    basic_get_empty, basic_reject, basic_recover_async, basic_recover, basic_recover_ok, connection_start,
    connection_start_ok, connection_secure, connection_secure_ok, connection_tune, connection_tune_ok, connection_open,
    connection_open_ok, connection_close, connection_close_ok, connection_blocked, connection_unblocked,
    connection_update_secret, connection_update_secret_ok, channel_open, channel_open_ok, channel_flow, channel_flow_ok,
    channel_close, channel_close_ok, exchange_declare, exchange_declare_ok, exchange_remove, exchange_remove_ok,
    exchange_bind, exchange_bind_ok, exchange_unbind, exchange_unbind_ok, queue_declare, queue_declare_ok, queue_bind,
    queue_bind_ok, queue_purge, queue_purge_ok, queue_remove, queue_remove_ok, queue_unbind, queue_unbind_ok,
    confirm_select, confirm_select_ok>;

namespace dispatching {
template <class Method, class Handler>
void call(std::string_view fields, Handler& handler) {
    if constexpr (std::invocable<Handler&, Method const&>) {
        auto const method = read_fields<Method>(fields);
        handler(method);
    } else {
        violate(reply_code::command_invalid, "a method that is not expected from this side");
    }
}

template <class Handler, class... Methods>
void find(method_id id, std::string_view fields, Handler& handler, method_list<Methods...>) {
    bool const found = ((id == Methods::id && (call<Methods>(fields, handler), true)) || ...);
    if (!found) violate(reply_code::not_implemented, "a method that is not known");
}
} // namespace dispatching

// Reads a method from the payload of its frame and calls `handler` with it; what it has of the payload is borrowed.
//
// A handler has an overload for each method that its side of the connection may get. Throws `violation`: of
// `command_invalid` for a method that it has none for, `not_implemented` for one that nobody knows, `syntax_error` for
// wrong fields; and what `handler` throws.
template <class Handler>
void dispatch(std::string_view payload, Handler&& handler) {
    wire_reader in(payload);
    auto const id = method_id::read(in);
    dispatching::find(id, in.rest(), handler, all_methods{});
}

} // namespace fairway::amqp_detail

#endif
