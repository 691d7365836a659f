// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_AMQP_HANDSHAKE_HPP
#define FAIRWAY_TRANSPORT_AMQP_HANDSHAKE_HPP

#include <fairway/envelope/time.hpp>
#include <fairway/error.hpp>
#include <fairway/transport/amqp/connection_methods.hpp>
#include <fairway/transport/amqp/dispatch.hpp>
#include <fairway/transport/amqp/frame.hpp>
#include <fairway/transport/amqp/link_options.hpp>
#include <fairway/transport/amqp/negotiation.hpp>
#include <fairway/transport/amqp/reply_code.hpp>
#include <fairway/transport/amqp/reply_errors.hpp>
#include <fairway/transport/amqp/sasl.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace fairway::amqp_detail {

// The broker has closed the connection, and waits for a close-ok. The text is fit for a log.
class dismissed : public system_error {
public:
    dismissed(error_code why, std::string_view text) : system_error(why), text_(told(text)) {}
    std::string const& text() const noexcept { return text_; }

private:
    std::string text_;
};

// The client's side of the beginning of a connection, without I/O: protocol header, start, tune, open (AMQP 0-9-1,
// section 2.2.4).
class handshake {
public:
    // The options have to stay.
    explicit handshake(link_options const& options) noexcept : options_(options) {}

    // Appends what a client says first.
    static void begin(std::string& out) { out.append(protocol_header); }
    // Takes a frame of channel 0, and appends the answer. True once the connection is open. Throws `violation`,
    // `dismissed`, `errc::unauthorized` where the broker does not take what there is to say, `errc::unsupported`, and
    // `errc::too_large` for names that no connection can be opened with.
    bool take(frame const& f, std::string& out) {
        if (f.type != frame_type::method) violate(reply_code::unexpected_frame, "a message within the handshake");
        handler to{*this, out};
        dispatch(f.payload, to);
        return next_ == step::done;
    }
    // What was agreed upon; complete once it is open. Frames may be as large from the answer to `tune` on.
    connection_tune_ok const& agreed() const noexcept { return agreed_; }

private:
    enum class step { start, tune, open_ok, done };

    struct handler {
        handshake& of;
        std::string& out;
        void operator()(connection_start const& m) { of.start(m, out); }
        void operator()(connection_tune const& m) { of.tune(m, out); }
        void operator()(connection_open_ok const&) { of.take_step(step::open_ok, step::done); }
        void operator()(connection_secure const&) {
            fairway::detail::fail(errc::unauthorized, "the broker wants to hear more than the mechanism has");
        }
        void operator()(connection_close const& m) {
            // A virtual host that is not there, or not for this user, is not allowed.
            throw dismissed(m.code == reply_code::not_allowed ? errc::unauthorized : error_of(m.code, m.text), m.text);
        }
    };

    void take_step(step expected, step next) {
        if (next_ != expected) violate(reply_code::command_invalid, "the handshake is not in its order");
        next_ = next;
    }
    void start(connection_start const& offered, std::string& out) {
        take_step(step::start, step::tune);
        if (offered.version_major != 0 || offered.version_minor != 9)
            fairway::detail::fail(errc::unsupported, "the broker does not speak AMQP 0-9-1");
        auto const answer = answer_sasl(offered.mechanisms.bytes, options_.user, options_.password);
        std::string capabilities;
        for (auto const* what : {"publisher_confirms", "basic.nack", "consumer_cancel_notify", "connection.blocked",
                 "authentication_failure_close"})
            append_entry(capabilities, what, true);
        std::string properties;
        append_entry(properties, "product", "Fairway");
        append_entry(properties, "platform", "C++");
        append_entry(properties, "capabilities", table_view(capabilities));
        if (!options_.name.empty()) append_entry(properties, "connection_name", options_.name);
        connection_start_ok ok;
        ok.client_properties = table_view(properties);
        ok.mechanism = answer.mechanism;
        ok.response.bytes = answer.response.view();
        append_method(out, 0, ok, least_frame_max);
    }
    void tune(connection_tune const& offered, std::string& out) {
        take_step(step::tune, step::open_ok);
        auto const seconds = std::chrono::ceil<std::chrono::seconds>(options_.heartbeat).count();
        connection_tune_ok wanted;
        wanted.channel_max = options_.channel_max;
        wanted.frame_max = options_.frame_max;
        wanted.heartbeat = static_cast<std::uint16_t>(std::clamp<std::int64_t>(seconds, 0, 0xffff));
        agreed_ = negotiated(offered, wanted);
        append_method(out, 0, agreed_, least_frame_max);
        connection_open open;
        open.virtual_host = options_.virtual_host;
        append_method(out, 0, open, least_frame_max);
    }

    link_options const& options_;
    step next_ = step::start;
    connection_tune_ok agreed_{0, least_frame_max, 0};
};

} // namespace fairway::amqp_detail

#endif
