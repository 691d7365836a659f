// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The model broker without I/O, and a client of it that is scripted in the structs of the codec.
#ifndef FAIRWAY_TESTS_AMQP_MODEL_KIT_HPP
#define FAIRWAY_TESTS_AMQP_MODEL_KIT_HPP

#include <fairway/testing/amqp/session.hpp>
#include <fairway/testing/manual_clock.hpp>

#include <chrono>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace model_kit {

using namespace fairway::amqp_detail; // NOLINT
using fairway::testing::amqp_broker_options;
using fairway::testing::amqp_faults;
using fairway::testing::amqp_detail::broker_state;
using lines = std::vector<std::string>;
using std::chrono::milliseconds;
using std::chrono::seconds;

// The encoded entries of a table: `entries("x-max-length", 2, "x-overflow", "reject-publish")`.
inline std::string entries() { return {}; }
template <class Value, class... Rest>
std::string entries(std::string_view name, Value const& value, Rest const&... rest) {
    std::string all;
    append_entry(all, name, value);
    return all + entries(rest...);
}

// Joins what a server says, as lines of text.
class reader {
public:
    void take(std::string_view bytes) {
        while (!bytes.empty()) {
            auto const [to, room] = in_.prepare();
            auto const n = std::min(room, bytes.size());
            std::memcpy(to, bytes.data(), n);
            in_.commit(n);
            bytes.remove_prefix(n);
            in_.limit(frame_max);
            while (auto const f = in_.next()) take(*f);
        }
    }
    lines said() { return std::exchange(said_, {}); }
    std::uint32_t frame_max = least_frame_max;
    std::map<std::uint16_t, std::string> headers; // the table of the last message of each channel
    std::string last_queue;
    std::string last_reply_to;

private:
    struct on_channel {
        reader& r;
        std::string where;
        std::uint16_t number;

        void line(std::string text) const { r.said_.push_back(where + std::move(text)); }
        void operator()(basic_deliver const& m, content const& c) const {
            line("deliver " + std::string(m.consumer_tag) + " " + std::to_string(m.delivery_tag) + " " + about(c) +
                 (m.redelivered ? " again" : ""));
        }
        void operator()(basic_get_ok const& m, content const& c) const {
            line("got " + std::to_string(m.delivery_tag) + " " + about(c) + (m.redelivered ? " again" : "") + " of " +
                 std::to_string(m.messages + 1));
        }
        void operator()(basic_return const& m, content const& c) const {
            line("return " + std::to_string(static_cast<int>(m.code)) + " " + about(c));
        }
        void operator()(auto const&, oversized const&) const {}
        void operator()(basic_get_empty const&) const { line("empty"); }
        void operator()(basic_ack const& m) const { confirm("ack ", m.delivery_tag, m.multiple); }
        void operator()(basic_nack const& m) const { confirm("nack ", m.delivery_tag, m.multiple); }
        void operator()(basic_cancel const& m) const { line("cancel " + std::string(m.consumer_tag)); }
        void operator()(queue_declare_ok const& m) const {
            r.last_queue = m.queue;
            line("declared " + std::to_string(m.messages) + " " + std::to_string(m.consumers));
        }
        void operator()(queue_remove_ok const& m) const { line("deleted " + std::to_string(m.messages)); }
        void operator()(channel_close const& m) const { close("close ", m.code, m.text); }
        void operator()(connection_close const& m) const { close("connection close ", m.code, m.text); }
        void operator()(connection_close_ok const&) const { line("connection closed"); }
        void operator()(channel_close_ok const&) const { line("closed"); }
        void operator()(connection_blocked const& m) const { line("blocked " + std::string(m.reason)); }
        void operator()(connection_unblocked const&) const { line("unblocked"); }
        void operator()(connection_open_ok const&) const { line("open"); }
        void operator()(connection_start const& m) const { line("start " + std::string(m.mechanisms.bytes)); }
        void operator()(connection_tune const& m) const {
            line("tune " + std::to_string(m.channel_max) + " " + std::to_string(m.frame_max) + " " +
                 std::to_string(m.heartbeat));
        }
        void operator()(auto const&) const {} // other oks

    private:
        std::string about(content const& c) const {
            auto& table = r.headers[number];
            table.clear();
            if (c.properties.headers) table = c.properties.headers->bytes();
            r.last_reply_to = c.properties.reply_to.value_or("");
            auto const count = find(table_view(table), "x-delivery-count");
            return std::string(c.body.substr(0, 16)) + (count ? " x" + std::to_string(*count->integer()) : "");
        }
        void confirm(char const* what, std::uint64_t tag, bool multiple) const {
            line(what + std::to_string(tag) + (multiple ? " and before" : ""));
        }
        void close(char const* what, reply_code code, std::string_view text) const {
            line(what + std::to_string(static_cast<int>(code)) + " " + std::string(text));
        }
    };

    void take(frame const& f) {
        if (f.type == frame_type::heartbeat) return said_.push_back("heartbeat");
        auto const found = channels_.try_emplace(f.channel, 1U << 24).first;
        // What is said on channel 1 is most of it.
        auto const where = f.channel > 1 ? std::to_string(f.channel) + ": " : std::string();
        found->second.take(f, on_channel{*this, where, f.channel});
    }

    frame_input in_;
    std::map<std::uint16_t, content_assembler> channels_;
    lines said_;
};

struct world {
    explicit world(amqp_broker_options const& o = {}) : state(o) { state.set_time(now); }
    void advance(fairway::duration d) {
        now += d;
        state.set_time(now);
        state.tick();
    }
    fairway::time_point now = fairway::testing::manual_clock::start;
    broker_state state;
    std::uint64_t ids = 0;
};

inline basic_publish to(std::string_view exchange, std::string_view key, bool mandatory = false) {
    basic_publish p;
    p.exchange = exchange;
    p.routing_key = key;
    p.mandatory = mandatory;
    return p;
}

// A connection that is open, with channel 1.
class client {
public:
    explicit client(world& w, bool knows_blocked = true, unsigned node = 0)
        : world_(w), session_(std::make_unique<fairway::testing::amqp_detail::session>(w.state, ++w.ids, "", node)) {
        std::string const able = entries(
            "consumer_cancel_notify", true, "connection.blocked", knows_blocked, "authentication_failure_close", true);
        std::string const about = entries("capabilities", table_view(able));
        put(protocol_header);
        connection_start_ok start;
        start.client_properties = table_view(about);
        start.mechanism = "PLAIN";
        start.response.bytes = std::string_view("\0guest\0guest", 12);
        send(start, 0);
        send(connection_tune_ok{2047, 131072, 0}, 0);
        reads_.frame_max = 131072;
        send(connection_open{}, 0);
        send(channel_open{});
        said();
    }
    fairway::testing::amqp_detail::session& served() { return *session_; }
    // It is cut.
    void cut() {
        session_->leave();
        session_.reset();
    }

    template <class Method>
    client& send(Method const& m, std::uint16_t on = 1) {
        std::string bytes;
        append_method(bytes, on, m, 131072);
        return put(bytes);
    }
    client& publish(std::string_view queue, std::string_view body, basic_properties const& p = {}) {
        return publish(to("", queue), body, p);
    }
    client& publish(
        basic_publish const& m, std::string_view body, basic_properties const& p = {}, std::uint16_t on = 1) {
        std::string bytes;
        append_content(bytes, on, m, p, body, 131072);
        return put(bytes);
    }
    // Durable.
    client& declare(std::string_view queue, std::string const& arguments = {}) {
        queue_declare d;
        d.queue = queue;
        d.durable = true;
        d.arguments = table_view(arguments);
        return send(d);
    }
    client& bind(std::string_view queue, std::string_view exchange, std::string_view key) {
        queue_bind b;
        b.queue = queue;
        b.exchange = exchange;
        b.routing_key = key;
        return send(b);
    }
    client& consume(std::string_view queue, std::string_view tag, std::uint16_t prefetch = 0, std::uint16_t on = 1) {
        send(basic_qos{0, prefetch, false}, on);
        basic_consume c;
        c.queue = queue;
        c.consumer_tag = tag;
        return send(c, on);
    }
    client& get(std::string_view queue, bool no_ack = true) {
        basic_get g;
        g.queue = queue;
        g.no_ack = no_ack;
        return send(g);
    }
    client& put(std::string_view bytes) {
        world_.state.set_time(world_.now);
        while (!bytes.empty()) {
            auto const [to, room] = in_.prepare();
            auto const n = std::min(room, bytes.size());
            std::memcpy(to, bytes.data(), n);
            in_.commit(n);
            bytes.remove_prefix(n);
            session_->take(in_);
        }
        return *this;
    }
    void unblock() {
        session_->on_unblocked();
        session_->take(in_);
    }
    // What the broker has said since the last time.
    lines said() {
        session_->flush();
        auto& output = session_->terms().output;
        reads_.take(std::exchange(output, {}));
        return reads_.said();
    }
    table_view headers(std::uint16_t on = 1) { return table_view(reads_.headers[on]); }
    std::string const& last_queue() const { return reads_.last_queue; }
    std::string const& last_reply_to() const { return reads_.last_reply_to; }

private:
    world& world_;
    std::unique_ptr<fairway::testing::amqp_detail::session> session_;
    frame_input in_;
    reader reads_;
};

inline std::string const quorum = entries("x-queue-type", "quorum");
inline std::string const single = entries("x-queue-type", "quorum", "x-single-active-consumer", true);
inline basic_properties persistent() {
    basic_properties p;
    p.delivery_mode = std::uint8_t{2};
    return p;
}

} // namespace model_kit

#endif
