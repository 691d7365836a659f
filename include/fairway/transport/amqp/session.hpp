// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_AMQP_SESSION_HPP
#define FAIRWAY_TRANSPORT_AMQP_SESSION_HPP

#include <fairway/env/clock.hpp>
#include <fairway/env/execute.hpp>
#include <fairway/env/run_loop.hpp>
#include <fairway/env/stream.hpp>
#include <fairway/error.hpp>
#include <fairway/transport/amqp/channel.hpp>
#include <fairway/transport/amqp/channel_numbers.hpp>
#include <fairway/transport/amqp/connection_methods.hpp>
#include <fairway/transport/amqp/dispatch.hpp>
#include <fairway/transport/amqp/frame_stream.hpp>
#include <fairway/transport/amqp/handshake.hpp>
#include <fairway/transport/amqp/heartbeats.hpp>
#include <fairway/transport/amqp/link_options.hpp>
#include <fairway/transport/amqp/session_output.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::amqp_detail {

// Who has made a session.
class session_owner {
public:
    session_owner() = default;
    session_owner(session_owner const&) = delete;
    session_owner& operator=(session_owner const&) = delete;
    // It may be used.
    virtual void on_open() = 0;
    // The broker takes no messages, or takes them again.
    virtual void on_blocked(bool blocked) = 0;
    // It is over, and its channels were told; `errc::closed` after `close`. `text` is fit for a log, and may be empty.
    virtual void on_over(error_code why, std::string_view text) = 0;

protected:
    ~session_owner() = default;
};

// One connection to a broker, with its channels. Used on its executor only.
class session final : public frame_user, public env::runnable, public std::enable_shared_from_this<session> {
public:
    // Begins its handshake over `on`. `owner` outlives it or calls `abandon`.
    static std::shared_ptr<session> start(asio::any_io_executor executor, env::stream on,
        std::shared_ptr<link_options const> options, session_owner& owner) {
        auto self = std::make_shared<session>(std::move(executor), std::move(on), std::move(options), owner);
        self->begin();
        return self;
    }
    // Use `start`.
    session(asio::any_io_executor executor, env::stream on, std::shared_ptr<link_options const> options,
        session_owner& owner)
        : executor_(std::move(executor)),
          options_(std::move(options)),
          clock_(env::clock::of(executor_)),
          alarm_(clock_.make_alarm(executor_)),
          owner_(&owner),
          handshake_(*options_),
          stream_(std::make_shared<frame_stream>(std::move(on))),
          output_(*stream_, options_->room) {}
    ~session() override { abandon(); }

    // Opens a channel, whose user hears `on_open`; or `on_closed` where that is not possible any more, or
    // (`errc::queue_full`) not before another channel has ended.
    std::shared_ptr<channel> open(std::weak_ptr<channel_user> user) {
        if (state_ != state::open) return refuse(std::move(user), errc::not_connected, "the session is over");
        auto const number = numbers_.take();
        if (!number) return refuse(std::move(user), errc::queue_full, "the broker allows no more channels");
        auto made = std::make_shared<channel>(*number, std::move(user), &output_, options_->most_body);
        if (channels_.size() <= *number) channels_.resize(*number + std::size_t{1});
        channels_[*number] = made;
        output_.put(*number, channel_open());
        return made;
    }
    // The broker takes no messages at the moment: it reads none of what comes on this connection.
    bool blocked() const noexcept { return blocked_; }
    // True from its end on.
    bool over() const noexcept { return state_ == state::over; }
    // Ends it: writes what was put, and waits until the broker has answered, for a bounded time. Then its channels and
    // its owner are told; before it is open that is at once.
    void close() {
        if (state_ == state::closing || over()) return;
        if (state_ == state::shaking_hands) return end(errc::closed, {});
        state_ = state::closing;
        output_.put(0, connection_close());
        output_.end();
        set_alarm(clock_.steady_now() + options_->close_timeout);
    }
    // Nobody listens any more; the broker is told if that can be done at once.
    void abandon() noexcept {
        if (state_ == state::open)
            say_last();
        else if (state_ == state::closing && stream_)
            stream_->end_now(); // what it has said already
        state_ = state::over;
        owner_ = nullptr;
        for (auto const& one : channels_)
            if (one) one->abandon();
        channels_.clear();
        let_go();
    }

    // ---- for its stream
    void on_input(frame_input& in) override {
        auto const self = shared_from_this();
        beats_.heard(clock_.steady_now());
        take_care([&] {
            while (!over()) {
                auto const f = in.next();
                if (!f) return;
                take(*f);
            }
        });
    }
    void on_written() override {
        beats_.wrote(clock_.steady_now());
        if (!output_.has_gained_room()) return;
        auto const self = shared_from_this();
        take_care([&] {
            for (std::size_t i = 0; i < channels_.size(); ++i)
                if (auto const one = channels_[i]) one->tell_room();
        });
    }
    void on_lost(error_code why) override {
        // With TLS 1.3 a certificate may be refused after the handshake.
        if (why == errc::unauthorized)
            return end(why, "the broker refused the certificate of this program, or wants one");
        end(errc::not_connected, "the connection was lost: " + told(why.message()));
    }

    // ---- for the run loop
    bool run() override {
        if (!over()) output_.turn();
        return false;
    }

private:
    enum class state { shaking_hands, open, closing, over };

    // Of channel 0, once it is open.
    struct handler {
        session& of;
        void operator()(connection_close const& m) { throw dismissed(error_of(m.code, m.text), m.text); }
        void operator()(connection_close_ok const&) {
            if (of.state_ != state::closing) violate(reply_code::command_invalid, "a close-ok without a close");
            of.end(errc::closed, {});
        }
        void operator()(connection_blocked const&) { of.block(true); }
        void operator()(connection_unblocked const&) { of.block(false); }
    };

    void begin() {
        output_.wake(env::run_loop::of(executor_), weak_from_this());
        set_alarm(clock_.steady_now() + options_->handshake_timeout);
        handshake::begin(stream_->output());
        stream_->start(*this);
        stream_->write();
    }
    void take(frame const& f) {
        if (f.type == frame_type::heartbeat) return;
        if (state_ == state::shaking_hands) return shake_hands(f);
        if (f.channel == 0) {
            if (f.type != frame_type::method) violate(reply_code::unexpected_frame, "a message on channel 0");
            handler to{*this};
            return dispatch(f.payload, to);
        }
        if (state_ == state::closing) return;
        if (f.channel >= channels_.size()) violate(reply_code::channel_error, "a frame on a channel that is not open");
        auto const one = channels_[f.channel];
        if (!one) return; // RabbitMQ may still write deliveries behind the end of a channel that it has closed
        if (one->take(f) || over()) return;
        channels_[f.channel].reset();
        numbers_.give_back(f.channel);
    }
    void shake_hands(frame const& f) {
        if (f.channel != 0) violate(reply_code::channel_error, "a frame on a channel that is not open");
        bool const done = handshake_.take(f, stream_->output());
        stream_->write();
        auto const& agreed = handshake_.agreed();
        // RabbitMQ splits no content header, and adds to those of others, who may have agreed on more.
        constexpr std::uint32_t most_header = 1024 * 1024;
        stream_->input().limit(agreed.frame_max, most_header);
        if (!done) return;
        state_ = state::open;
        output_.limit(agreed.frame_max);
        numbers_.limit(agreed.channel_max);
        beats_.start(agreed.heartbeat, clock_.steady_now());
        set_alarm(beats_.alarm());
        owner_->on_open();
    }
    void block(bool blocked) {
        if (std::exchange(blocked_, blocked) != blocked && owner_) owner_->on_blocked(blocked);
    }

    // Whatever goes wrong with what it takes, or above, ends it.
    template <class Act>
    void take_care(Act&& act) {
        try {
            std::forward<Act>(act)();
        } catch (dismissed const& d) {
            leave(connection_close_ok());
            end(d.code(), d.text());
        } catch (violation const& v) {
            fail(v.code(), v.rule(), errc::decode_failed);
        } catch (system_error const& e) {
            if (state_ != state::shaking_hands) return fail(reply_code::internal_error, e.code().message(), e.code());
            end(e.code(), told(e.what()));
        } catch (std::exception const&) {
            fail(reply_code::internal_error, "what came can't be taken", errc::not_connected);
        }
    }
    void fail(reply_code code, std::string_view text, error_code why) {
        connection_close last;
        last.code = code;
        last.text = text;
        leave(last);
        end(why, text);
    }
    // Says one more thing; the stream ends by itself.
    template <class Method>
    void leave(Method const& last) {
        if (over()) return;
        append_method(stream_->output(), 0, last, least_frame_max);
        stream_->end(clock_, clock_.steady_now() + options_->close_timeout);
    }
    void end(error_code why, std::string_view text) {
        if (over()) return;
        auto const self = shared_from_this();
        if (state_ == state::closing) { // however it comes about
            why = errc::closed;
            text = {};
        }
        state_ = state::over;
        let_go();
        auto const all = std::exchange(channels_, {});
        for (auto const& one : all)
            if (one) one->end(why, text);
        if (owner_) std::exchange(owner_, nullptr)->on_over(why, text);
    }
    void say_last() noexcept {
        try {
            append_method(stream_->output(), 0, connection_close(), least_frame_max);
        } catch (...) { // there is no memory: then it is not said
        }
        stream_->end_now();
    }
    // Keeps nothing of the execution context, which may end before its users do.
    void let_go() noexcept {
        output_.end();
        alarm_.reset();
        if (auto const s = std::exchange(stream_, nullptr)) s->let_go();
    }
    std::shared_ptr<channel> refuse(std::weak_ptr<channel_user> user, error_code why, char const* text) {
        auto made = std::make_shared<channel>(std::uint16_t{0}, std::move(user), nullptr, std::uint64_t{0});
        env::post(executor_, [made, why, text] { made->end(why, text); });
        return made;
    }
    void set_alarm(env::steady_point when) {
        if (when == env::steady_point::max()) return alarm_->cancel();
        alarm_->set(when, [weak = weak_from_this()] {
            if (auto const self = weak.lock()) self->ring();
        });
    }
    void ring() {
        switch (state_) {
        case state::over: return;
        case state::shaking_hands: return end(errc::timed_out, "no AMQP connection in time");
        case state::closing: return end(errc::closed, {});
        case state::open: break;
        }
        switch (beats_.tick(clock_.steady_now())) {
        case heartbeats::verdict::dead:
            return end(errc::not_connected, "the broker has said nothing for two heartbeats");
        case heartbeats::verdict::write: beat(); break;
        case heartbeats::verdict::nothing: break;
        }
        set_alarm(beats_.alarm());
    }
    void beat() {
        if (stream_->writing()) return; // that says enough
        stream_->shrink();
        append_heartbeat(stream_->output());
        stream_->write();
    }

    asio::any_io_executor executor_;
    std::shared_ptr<link_options const> options_;
    env::clock& clock_;
    std::unique_ptr<env::alarm> alarm_;
    session_owner* owner_;
    state state_ = state::shaking_hands;
    handshake handshake_;
    std::shared_ptr<frame_stream> stream_;
    session_output output_;
    heartbeats beats_;
    channel_numbers numbers_;
    std::vector<std::shared_ptr<channel>> channels_; // by their numbers
    bool blocked_ = false;
};

} // namespace fairway::amqp_detail

#endif
