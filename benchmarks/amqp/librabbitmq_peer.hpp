// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// librabbitmq, RabbitMQ's client for C: one connection and one channel, used as its examples do.
#ifndef FAIRWAY_BENCHMARKS_AMQP_LIBRABBITMQ_PEER_HPP
#define FAIRWAY_BENCHMARKS_AMQP_LIBRABBITMQ_PEER_HPP

#include "../kit.hpp"

#if __has_include(<rabbitmq-c/amqp.h>)
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp.h>
#include <amqp_tcp_socket.h>
#endif

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>

namespace bench {

class librabbitmq {
public:
    explicit librabbitmq(std::uint16_t port) : at_(amqp_new_connection()) {
        auto* const socket = amqp_tcp_socket_new(at_);
        if (!socket || amqp_socket_open(socket, "127.0.0.1", port) != AMQP_STATUS_OK) std::abort();
        check(amqp_login(at_, "/", 0, 131'072, 0, AMQP_SASL_METHOD_PLAIN, "guest", "guest"));
        amqp_channel_open(at_, channel);
        check(amqp_get_rpc_reply(at_));
    }
    librabbitmq(librabbitmq const&) = delete;
    librabbitmq& operator=(librabbitmq const&) = delete;
    ~librabbitmq() {
        amqp_connection_close(at_, AMQP_REPLY_SUCCESS);
        amqp_destroy_connection(at_);
    }

    /// From now on each message is confirmed.
    void confirm() {
        amqp_confirm_select(at_, channel);
        check(amqp_get_rpc_reply(at_));
    }
    /// Publishes n messages into a queue, of which `window` at most are not confirmed at any time, and waits for all.
    void publish(std::string const& queue, amqp_basic_properties_t const& properties, std::string const& body,
        std::size_t n, std::size_t window) {
        auto const until = published_ + n;
        while (confirmed_ < until) {
            if (published_ < until && published_ - confirmed_ < window) {
                constexpr amqp_boolean_t mandatory = 1;
                if (amqp_basic_publish(at_, channel, amqp_empty_bytes, bytes_of(queue), mandatory, 0, &properties,
                        bytes_of(body)) != 0)
                    std::abort();
                ++published_;
            } else {
                wait_for_confirmation();
            }
        }
    }
    /// Consumes from a queue with a prefetch from now on.
    void consume(std::string const& queue, std::uint16_t prefetch) {
        amqp_basic_qos(at_, channel, 0, prefetch, 0);
        check(amqp_get_rpc_reply(at_));
        amqp_basic_consume(at_, channel, bytes_of(queue), amqp_empty_bytes, 0, 0, 0, amqp_empty_table);
        check(amqp_get_rpc_reply(at_));
    }
    /// The next message, to be destroyed and acknowledged by the caller.
    amqp_envelope_t next() {
        amqp_maybe_release_buffers(at_);
        amqp_envelope_t e{};
        check(amqp_consume_message(at_, &e, nullptr, 0));
        last_ = e.delivery_tag;
        return e;
    }
    /// Acknowledges all that `next` has returned.
    void acknowledge() {
        constexpr amqp_boolean_t multiple = 1;
        if (amqp_basic_ack(at_, channel, last_, multiple) != 0) std::abort();
    }

private:
    static constexpr amqp_channel_t channel = 1;
    static amqp_bytes_t bytes_of(std::string const& text) {
        return {text.size(), const_cast<char*>(text.data())}; // which is read only
    }
    static void check(amqp_rpc_reply_t const& r) {
        if (r.reply_type != AMQP_RESPONSE_NORMAL) std::abort();
    }
    void wait_for_confirmation() {
        amqp_maybe_release_buffers(at_);
        amqp_frame_t f{};
        if (amqp_simple_wait_frame(at_, &f) != AMQP_STATUS_OK || f.frame_type != AMQP_FRAME_METHOD ||
            f.payload.method.id != AMQP_BASIC_ACK_METHOD)
            std::abort();
        auto const& a = *static_cast<amqp_basic_ack_t const*>(f.payload.method.decoded);
        for (auto tag = a.multiple ? first_open_ : a.delivery_tag; tag <= a.delivery_tag; ++tag) note(tag);
    }
    // Messages are confirmed in no order, each by itself or all up to a tag.
    void note(std::uint64_t tag) {
        if (tag < first_open_) return;
        if (!std::exchange(ahead_[tag % ahead_.size()], true)) ++confirmed_;
        for (; ahead_[first_open_ % ahead_.size()]; ++first_open_) ahead_[first_open_ % ahead_.size()] = false;
    }

    amqp_connection_state_t at_;
    std::size_t published_ = 0;
    std::size_t confirmed_ = 0;
    std::uint64_t first_open_ = 1;
    std::array<bool, 1024> ahead_{}; // more than there may be on their way
    std::uint64_t last_ = 0;
};

} // namespace bench

#endif
