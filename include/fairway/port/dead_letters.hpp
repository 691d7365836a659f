// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_DEAD_LETTERS_HPP
#define FAIRWAY_PORT_DEAD_LETTERS_HPP

#include <fairway/transport/any_transport.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway {

/// The name of the point-to-point channel to which messages go that a group could not handle.
inline std::string dead_letter_channel(std::string_view channel, std::string_view group) {
    return std::string(channel) + "." + std::string(group) + ".dead";
}

namespace detail {

// Puts messages that can't be handled into the dead-letter channel, with their own headers, the cause beside them, and
// their body as bytes.
class dead_letters {
public:
    dead_letters(any_transport transport, std::string channel, std::string group)
        : transport_(std::move(transport)),
          channel_(std::move(channel)),
          group_(std::move(group)),
          sink_(transport_.open({dead_letter_channel(channel_, group_), channel_kind::point_to_point, 0})) {}

    // Calls `done` once: at once where there is room, later otherwise; until then the delivery stays unsettled.
    void put(delivery const& d, std::string_view code, std::string_view text, time_point now,
        std::function<void(error_code)> done) {
        envelope const letter = wrap(d, code, text, now);
        error_code why = errc::queue_full;
        if (sink_->accepts_at_once() && sink_->try_send({&letter, 1}, why) == 1) return done(error_code());
        if (sink_->accepts_at_once() && why != errc::queue_full) return done(why);
        send_one(*sink_, letter, env::steady_point::max(), transport_.get_executor(), std::move(done));
    }

private:
    envelope wrap(delivery const& d, std::string_view code, std::string_view text, time_point now) const {
        headers h(d.headers());
        auto const set = [&h](std::string_view name, std::string_view value) {
            if (value.size() <= limits::header_value && is_header_text(value)) h.set_reserved(name, value);
        };
        set("fw-dead-channel", channel_);
        set("fw-dead-group", group_);
        set("fw-dead-code", code);
        set("fw-dead-text", text);
        set("fw-dead-attempts", std::to_string(d.attempt()));
        set("fw-dead-time", std::to_string(now.time_since_epoch() / std::chrono::seconds(1)));
        envelope_head head = d.message().head();
        head.expires = no_time;
        head.due = no_time;
        head.shard = no_shard;
        std::string_view body;
        try {
            body = d.body();
        } catch (std::exception const&) {
            // A typed body that its codec refuses, seen in process only: the letter tells of it without the body.
            set("fw-dead-body", "not encodable");
        }
        return envelope::of_bytes(head, h.view(), body);
    }

    any_transport transport_;
    std::string channel_;
    std::string group_;
    std::shared_ptr<sink> sink_;
};

} // namespace detail

} // namespace fairway

#endif
