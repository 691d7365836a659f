// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_DEAD_LETTERS_HPP
#define FAIRWAY_PORT_DEAD_LETTERS_HPP

#include <fairway/env/clock.hpp>
#include <fairway/port/dead_letter.hpp>
#include <fairway/transport/any_transport.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
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

// Why and when a delivery came to be a dead letter.
struct dead_cause {
    std::string_view code;
    std::string_view text;
    time_point first_attempt;
};

// Puts messages that can't be handled into the dead-letter channel, with their own headers, the cause beside them, and
// their body as bytes. Where the channel refuses one it is tried again, ever more seldom, until this ends. Used on the
// transport's executor only.
class dead_letters : public std::enable_shared_from_this<dead_letters> {
public:
    dead_letters(any_transport transport, std::string channel, std::string group)
        : transport_(std::move(transport)),
          clock_(env::clock::of(transport_.get_executor())),
          channel_(std::move(channel)),
          group_(std::move(group)),
          sink_(transport_.open({dead_letter_channel(channel_, group_), channel_kind::point_to_point, 0})) {}

    // Told of each try: no error once it is there, which is the last.
    using told = std::function<void(error_code)>;

    // Calls `tell` at once where there is room, later otherwise; until then the delivery stays unsettled.
    void put(delivery const& d, dead_cause const& why, told tell) {
        letter l{wrap(d, why), std::move(tell), first_pause, {}};
        error_code refused = errc::queue_full;
        if (sink_->accepts_at_once() && sink_->try_send({&l.message, 1}, refused) == 1) return l.tell({});
        if (sink_->accepts_at_once() && refused != errc::queue_full) return again(std::move(l), refused);
        send(std::move(l));
    }

    // Forgets what waits.
    void stop() {
        waiting_.clear();
        alarm_.reset();
        stopped_ = true;
    }

private:
    struct letter {
        envelope message;
        told tell;
        duration pause;
        env::steady_point due;
    };
    static constexpr duration first_pause = std::chrono::milliseconds(100);
    static constexpr duration longest_pause = std::chrono::seconds(30);

    void send(letter l) {
        auto const l_ = std::make_shared<letter>(std::move(l));
        send_one(*sink_, l_->message, env::steady_point::max(), transport_.get_executor(),
            [weak = weak_from_this(), l_](error_code refused) {
                auto const self = weak.lock();
                if (!self || self->stopped_) return;
                if (refused) return self->again(std::move(*l_), refused);
                l_->tell({});
            });
    }

    void again(letter l, error_code refused) {
        l.tell(refused);
        if (stopped_) return;
        l.due = saturating_add(clock_.steady_now(), l.pause);
        l.pause = std::min(2 * l.pause, longest_pause);
        waiting_.push_back(std::move(l));
        set_alarm();
    }
    void set_alarm() {
        if (waiting_.empty()) return;
        auto when = waiting_.front().due;
        for (auto const& l : waiting_) when = std::min(when, l.due);
        if (!alarm_) alarm_ = clock_.make_alarm(transport_.get_executor());
        alarm_->set(when, [weak = weak_from_this()] {
            if (auto const self = weak.lock()) self->send_due();
        });
    }
    void send_due() {
        auto const now = clock_.steady_now();
        auto all = std::move(waiting_);
        waiting_.clear();
        for (auto& l : all) {
            if (l.due <= now)
                send(std::move(l));
            else
                waiting_.push_back(std::move(l));
        }
        set_alarm();
    }

    envelope wrap(delivery const& d, dead_cause const& why) const {
        // What came with other names of Fairway's own means nothing here, and may leave no room.
        headers h;
        for (auto const& [name, value] : d.headers())
            if (!name.starts_with("fw-")) h.add_received(name, value);
        auto const set = [&h](std::string_view name, std::string_view value) {
            if (value.size() <= limits::header_value && is_header_text(value)) h.set_reserved(name, value);
        };
        auto const seconds = [](time_point t) {
            return std::to_string(t.time_since_epoch() / std::chrono::seconds(1));
        };
        if (auto const replays = d.headers().find(dead_replays)) set(dead_replays, *replays);
        set("fw-dead-channel", channel_);
        set("fw-dead-group", group_);
        set("fw-dead-code", why.code);
        set("fw-dead-text", why.text);
        set("fw-dead-attempts", std::to_string(d.attempt()));
        set("fw-dead-first-time", seconds(why.first_attempt));
        set("fw-dead-time", seconds(clock_.now()));
        envelope_head head = d.message().head();
        head.expires = no_time;
        head.due = no_time;
        head.shard = no_shard;
        // Nobody waits for an answer to a dead letter.
        head.reply_to = {};
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
    env::clock& clock_;
    std::string channel_;
    std::string group_;
    std::shared_ptr<sink> sink_;
    // Each holds a delivery unsettled, so that there are few.
    std::vector<letter> waiting_;
    std::unique_ptr<env::alarm> alarm_;
    bool stopped_ = false;
};

} // namespace detail

} // namespace fairway

#endif
