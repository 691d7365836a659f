// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_AMQP_SESSION_HPP
#define FAIRWAY_TESTING_AMQP_SESSION_HPP

#include <fairway/envelope/time.hpp>
#include <fairway/testing/amqp/channel.hpp>
#include <fairway/transport/amqp/frame_input.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace fairway::testing::amqp_detail {

// The server's side of a connection, without I/O: `take` what has come, write `output`, and close once that `is_over`.
class session {
public:
    // `certified` is whom the connection's certificate names.
    session(broker_state& broker, std::uint64_t id, std::string certified, unsigned node = 0)
        : terms_{broker, id, node}, certified_(std::move(certified)) {}
    session(session const&) = delete;
    session& operator=(session const&) = delete;
    ~session() { leave(); }

    connection_terms& terms() noexcept { return terms_; }
    // The agreed heartbeat, in seconds; 0 for none.
    std::uint16_t heartbeat() const noexcept { return heartbeat_; }
    bool is_open() const noexcept { return state_ == state::open; }
    // Nothing is read any more, and nothing is to be said but what is in the output.
    bool is_over() const noexcept { return state_ == state::over; }
    // It has published while the broker takes nothing: what comes has to wait.
    bool is_blocked() const noexcept { return blocked_; }

    // Takes what is there, as far as it is whole.
    void take(frame_input& in) {
        try {
            if (state_ == state::fresh && !greet(in)) return;
            while (!is_over() && !blocked_) {
                auto const f = in.next();
                if (!f) return;
                take(*f, in);
            }
        } catch (refusal const& r) {
            close(r.code(), r.what(), cause_);
        } catch (violation const& v) {
            if (state_ == state::fresh) {
                terms_.output.append(protocol_header); // the one that is spoken here
                return end();
            }
            close(v.code(), std::string(name_of(v.code())) + " - " + v.rule(), {});
        } catch (system_error const& e) {
            close(reply_code::frame_error, e.what(), cause_);
        }
    }

    // The broker takes messages again, or does not any more.
    void on_unblocked() {
        if (!std::exchange(blocked_, false) || !is_open()) return;
        if (hears_blocked_) say(connection_unblocked{});
    }
    // Says what is due at this time.
    void flush() {
        if (!is_open()) return;
        for (auto& [n, c] : channels_)
            if (c.user) guarded(n, c, [](channel& one) { one.check_patience(); });
        if (terms_.broker.faults.withhold_confirms) return;
        for (auto& [n, c] : channels_)
            if (c.user) c.user->flush_confirms();
    }
    std::optional<time_point> wake() const {
        std::optional<time_point> next;
        if (terms_.broker.faults.withhold_confirms) return next;
        for (auto const& [n, c] : channels_)
            if (auto const w = c.user ? c.user->wake() : std::nullopt)
                next = std::min(next.value_or(time_point::max()), *w);
        return next;
    }
    void beat() { append_heartbeat(terms_.output); }
    // Ends it with a word.
    void close(reply_code code, std::string_view text, method_id cause) {
        if (is_over() || state_ == state::closing) return;
        leave();
        say(connection_close{code, text.substr(0, 255), cause});
        state_ = state::closing;
    }
    // It is gone, or is to be: gives back what it has. Others may be served then.
    void leave() {
        for (auto& [n, c] : channels_)
            if (c.user) c.user->mute();
        for (auto& [n, c] : std::exchange(channels_, {}))
            if (c.user) c.user->leave();
        if (terms_.host) std::exchange(terms_.host, nullptr)->leave(terms_.id);
    }
    // Nothing is delivered to it any more.
    void mute() {
        for (auto& [n, c] : channels_)
            if (c.user) c.user->mute();
    }

private:
    enum class state { fresh, starting, tuning, opening, open, closing, over };
    struct numbered {
        std::unique_ptr<channel> user; // none while it waits for the client's close-ok
    };

    template <class Method>
    void say(Method const& m, std::uint16_t on = 0) {
        append_method(terms_.output, on, m, terms_.frame_max);
    }
    void end() {
        leave();
        state_ = state::over;
    }

    bool greet(frame_input& in) {
        if (!in.take_protocol_header()) return false;
        std::string able;
        for (auto const* const what : {"publisher_confirms", "basic.nack", "consumer_cancel_notify",
                 "connection.blocked", "authentication_failure_close", "per_consumer_qos", "direct_reply_to"})
            append_entry(able, what, true);
        std::string about;
        append_entry(about, "capabilities", table_view(able));
        append_entry(about, "product", "RabbitMQ (Fairway's model)");
        append_entry(about, "version", "3.10.8");
        connection_start start;
        start.server_properties = table_view(about);
        start.mechanisms.bytes = terms_.broker.options.offers_external() ? "PLAIN EXTERNAL" : "PLAIN";
        say(start);
        state_ = state::starting;
        return true;
    }

    void take(frame const& f, frame_input& in) {
        if (f.type == frame_type::heartbeat) return;
        method_id id;
        if (f.type == frame_type::method) {
            wire_reader reader(f.payload);
            cause_ = id = method_id::read(reader);
        }
        if (state_ == state::closing) {
            if (id == connection_close::id) say(connection_close_ok{});
            if (id == connection_close::id || id == connection_close_ok::id) end();
            return;
        }
        if (f.channel != 0) return take_on_channel(f, id);
        if (f.type != frame_type::method) violate(reply_code::unexpected_frame, "content on channel 0");
        if (id.class_id != connection_close::id.class_id)
            violate(reply_code::channel_error, "unexpected method in this connection state");
        dispatch(
            f.payload, [&]<class Method>(Method const& m) requires requires(session& s) { s.on(m); } {
                on(m);
                if constexpr (std::is_same_v<Method, connection_tune_ok>) in.limit(terms_.frame_max);
            });
    }

    // ---- channel 0
    void expect(state s) const {
        if (state_ != s) violate(reply_code::channel_error, "unexpected method in this connection state");
    }
    void on(connection_start_ok const& m) {
        expect(state::starting);
        auto const found = find(m.client_properties, "capabilities");
        auto const able = found ? found->table().value_or(table_view()) : table_view();
        auto const can = [&](std::string_view what) {
            auto const flag = find(able, what);
            return flag && flag->flag().value_or(false);
        };
        terms_.hears_cancels = can("consumer_cancel_notify");
        hears_blocked_ = can("connection.blocked");
        if (!authenticate(m)) {
            if (!can("authentication_failure_close")) return end();
            return close(reply_code::access_refused,
                "ACCESS_REFUSED - Login was refused using authentication mechanism " + std::string(m.mechanism) +
                    ". For details see the broker logfile.",
                {});
        }
        auto const& o = terms_.broker.options;
        say(connection_tune{o.channel_max(), o.frame_max(), o.heartbeat()});
        state_ = state::tuning;
    }
    bool authenticate(connection_start_ok const& m) {
        auto const& o = terms_.broker.options;
        auto const given = m.response.bytes;
        if (m.mechanism == "EXTERNAL" && o.offers_external()) {
            terms_.user = certified_.empty() ? std::string(given) : certified_;
            return !terms_.user.empty();
        }
        // authorization NUL user NUL password (RFC 4616)
        auto const first = given.find('\0');
        auto const second = first == std::string_view::npos ? first : given.find('\0', first + 1);
        if (m.mechanism != "PLAIN" || second == std::string_view::npos) return false;
        terms_.user = given.substr(first + 1, second - first - 1);
        return o.knows(terms_.user, given.substr(second + 1));
    }
    void on(connection_tune_ok const& m) {
        expect(state::tuning);
        auto const& o = terms_.broker.options;
        auto const above = [](auto theirs, auto ours) { return ours != 0 && (theirs == 0 || theirs > ours); };
        if (above(m.channel_max, o.channel_max()) || above(m.frame_max, o.frame_max()) ||
            (m.frame_max != 0 && m.frame_max < least_frame_max))
            refuse(reply_code::not_allowed, "negotiated channel_max or frame_max is beyond what was offered");
        channel_max_ = m.channel_max;
        terms_.frame_max = m.frame_max;
        heartbeat_ = m.heartbeat;
        state_ = state::opening;
    }
    void on(connection_open const& m) {
        expect(state::opening);
        terms_.host = terms_.broker.find_host(m.virtual_host);
        if (!terms_.host) refuse(reply_code::not_allowed, "vhost " + std::string(m.virtual_host) + " not found");
        state_ = state::open;
        say(connection_open_ok{});
    }
    void on(connection_update_secret const&) {
        expect(state::open);
        say(connection_update_secret_ok{});
    }
    void on(connection_close const&) {
        say(connection_close_ok{});
        end();
    }
    void on(connection_close_ok const&) { end(); }

    // ---- the others
    void take_on_channel(frame const& f, method_id id) {
        expect(state::open);
        auto const found = channels_.find(f.channel);
        if (id == channel_open::id) return open(f.channel, found != channels_.end());
        if (found == channels_.end()) refuse(reply_code::channel_error, "expected 'channel.open'");
        auto& c = found->second;
        bool const closes = id == channel_close::id;
        if (!c.user) { // what comes is over
            if (closes) say(channel_close_ok{}, f.channel);
            if (closes || id == channel_close_ok::id) channels_.erase(found);
            return;
        }
        if (closes) {
            auto const ended = std::move(c.user);
            channels_.erase(found);
            ended->flush_confirms();
            ended->leave();
            return say(channel_close_ok{}, f.channel);
        }
        guarded(f.channel, c, [&f](channel& one) { one.take(f); });
        if (f.type != frame_type::method && terms_.broker.blocked) block();
    }
    // A refusal of a channel's own closes it.
    template <class Act>
    void guarded(std::uint16_t number, numbered& c, Act&& act) {
        try {
            act(*c.user);
        } catch (refusal const& r) {
            if (!is_of_channel(r.code())) throw;
            std::exchange(c.user, nullptr)->leave();
            say(channel_close{r.code(), std::string_view(r.what()).substr(0, 255), cause_}, number);
        }
    }
    void open(std::uint16_t number, bool known) {
        if (known) refuse(reply_code::channel_error, "second 'channel.open' seen");
        // RabbitMQ looks at the number of channels only; who goes beyond what was agreed has a fault here.
        if (channel_max_ != 0 && number > channel_max_)
            refuse(reply_code::not_allowed, "the channel's number is above the negotiated channel_max");
        channels_[number].user = std::make_unique<channel>(number, terms_);
        say(channel_open_ok{}, number);
    }
    // Where a client publishes, it is not read any further than the header of its message, and is told why.
    void block() {
        blocked_ = true;
        if (hears_blocked_) say(connection_blocked{*terms_.broker.blocked});
    }

    connection_terms terms_;
    std::string certified_;
    state state_ = state::fresh;
    method_id cause_; // the method that came last
    std::uint16_t channel_max_ = 0;
    std::uint16_t heartbeat_ = 0;
    bool hears_blocked_ = false;
    bool blocked_ = false;
    std::map<std::uint16_t, numbered> channels_;
};

} // namespace fairway::testing::amqp_detail

#endif
