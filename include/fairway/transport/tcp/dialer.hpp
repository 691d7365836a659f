// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_DIALER_HPP
#define FAIRWAY_TRANSPORT_TCP_DIALER_HPP

#include <fairway/env/clock.hpp>
#include <fairway/env/context_end.hpp>
#include <fairway/env/endpoint.hpp>
#include <fairway/env/network.hpp>
#include <fairway/env/random.hpp>
#include <fairway/env/real_network.hpp>
#include <fairway/env/spawn.hpp>
#include <fairway/transport/tcp/connection.hpp>
#include <fairway/transport/tcp/exposure.hpp>
#include <fairway/transport/tcp/handshake.hpp>
#include <fairway/transport/tcp/session.hpp>

#include <boost/asio/cancellation_signal.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace fairway::tcp_detail {

// Has one session with whoever listens at an endpoint: dials, resumes it when its connection is lost, and begins
// another one when it is over, with a random pause before each attempt. Used on its executor only.
class dialer final : public env::keeper,
                     public connection_user,
                     public session_owner,
                     public std::enable_shared_from_this<dialer> {
public:
    enum class begin { now, after_pause };
    // Begins to dial. `events` hears of its sessions until it is destroyed.
    static std::shared_ptr<dialer> start(asio::any_io_executor executor, env::endpoint to,
        std::shared_ptr<session_options const> options, session_events& events, begin when = begin::now) {
        auto const self = std::make_shared<dialer>(std::move(executor), std::move(to), std::move(options), events);
        env::context_end::tell(self->executor_, self);
        when == begin::now ? self->dial() : self->rest();
        return self;
    }
    // Use `start`.
    dialer(asio::any_io_executor executor, env::endpoint to, std::shared_ptr<session_options const> options,
        session_events& events)
        : executor_(std::move(executor)),
          to_(std::move(to)),
          options_(std::move(options)),
          events_(events),
          clock_(env::clock::of(executor_)),
          random_(env::random::of(executor_)),
          alarm_(clock_.make_alarm(executor_)),
          longest_pause_(options_->max_backoff) {}
    ~dialer() override { dialer::abandon(); }

    // The session that there is, or null.
    std::shared_ptr<session> const& current() const noexcept { return session_; }
    // Whether it has dialed in vain, or lost its session, and has none.
    bool has_failed() const noexcept { return attempts_ > 0 && !session_; }
    // Dials no more, and closes the session, which ends as after `session::close`.
    void stop(goodbye_code code = goodbye_code::normal) {
        if (std::exchange(stopped_, true)) return;
        auto const self = shared_from_this();
        give_up();
        alarm_->cancel();
        if (auto const s = session_) s->close(code);
    }
    // Closes the session, which is of no use, and dials again, ever more seldom while that is so.
    void try_later() {
        longest_pause_ = std::chrono::minutes(1);
        if (auto const s = session_) s->close();
    }
    // Nobody listens any more; nothing is said.
    void abandon() noexcept override {
        stopped_ = true;
        alarm_.reset();
        give_up();
        if (session_) std::exchange(session_, nullptr)->abandon();
    }

    // ---- for the connection, during its handshake
    void on_input(record_input& in) override {
        auto const self = shared_from_this();
        std::string out;
        try {
            bool const done = handshake_->take(in, out);
            if (!out.empty()) connection_->send(out);
            if (done) welcomed();
        } catch (dismissed const& d) {
            failed(error_of(d.code()), d.what());
        } catch (violation const& v) {
            refuse(v.code(), v.rule());
        } catch (system_error const& e) {
            refuse(goodbye_code::unauthorized, e.what());
        }
    }
    void on_output(output_batch&) override {}
    void on_lost(error_code why) override {
        connection_.reset();
        failed(why, "the connection ended in its handshake");
    }

    // ---- for the session
    void on_detached(session&) override { rest(); }
    void on_over(session&, error_code why, std::string_view text) override {
        session_.reset();
        if (!text.empty()) tell(why, text);
        if (stopped_ || state_ != state::open) return; // it dials already
        rest();
    }

private:
    enum class state { resting, connecting, shaking_hands, open };

    void dial() {
        state_ = state::connecting;
        longest_pause_ = options_->max_backoff;
        set_alarm(options_->handshake_timeout);
        // The operation owns its signal: where both are gone with their context, nobody cancels it.
        auto const cancel = std::make_shared<asio::cancellation_signal>();
        cancel_ = cancel;
        env::spawn(
            executor_, connect(weak_from_this(), ++attempt_, executor_, to_, options_), [cancel] {}, cancel->slot());
    }
    static task<> connect(std::weak_ptr<dialer> weak, std::uint64_t attempt, asio::any_io_executor executor,
        env::endpoint to, std::shared_ptr<session_options const> options) {
        env::stream stream;
        error_code ec;
        std::string text;
        try {
            auto plain = env::network::of(executor).connect(to, executor);
            stream = co_await std::move(plain);
            if (options->secure) {
                auto secure = options->secure(std::move(stream), to.host);
                stream = co_await std::move(secure);
            }
        } catch (system_error const& e) {
            ec = e.code();
            text = e.what();
        } catch (std::exception const&) {
            ec = errc::not_connected;
        }
        if (auto const self = weak.lock()) self->connected(attempt, std::move(stream), ec, text);
    }
    void connected(std::uint64_t attempt, env::stream stream, error_code ec, std::string_view text) {
        if (stopped_ || attempt != attempt_) return;
        cancel_.reset();
        if (ec) return failed(ec, text);
        state_ = state::shaking_hands;
        connection_facts facts;
        facts.certificate = stream.peer();
        facts.channel_binding = stream.channel_binding();
        facts.confidential = is_confidential(to_.text(), options_->secure && options_->verifies);
        std::string out;
        try {
            handshake_.emplace(*options_, std::move(facts), session_ ? session_->resume() : resume_point());
            handshake_->begin(out);
        } catch (system_error const& e) {
            return failed(e.code(), e.what());
        }
        connection_ = std::make_shared<connection>(std::move(stream));
        connection_->start(*this);
        connection_->send(out);
    }
    void welcomed() {
        peer_terms const terms = std::move(handshake_->terms());
        handshake_.reset();
        auto with = std::exchange(connection_, nullptr);
        state_ = state::open;
        opened_at_ = clock_.steady_now();
        alarm_->cancel();
        if (!terms.resumed) {
            if (auto const old = session_) {
                state_ = state::shaking_hands; // its end is not that of what is dialled
                old->end(errc::not_connected, "the peer does not know the session any more");
                if (stopped_) return with->close();
                state_ = state::open;
            }
            peer_info peer;
            peer.node = terms.node;
            peer.name = terms.name;
            peer.principal = terms.principal;
            session_ = std::make_shared<session>(executor_, options_, events_, *this, terms.session, std::move(peer));
        }
        auto const s = session_;
        if (!s) { // it was over before it could be resumed
            connection_ = std::move(with);
            return refuse(goodbye_code::normal, "the session is over");
        }
        // An id and a token are no proof to this side: whoever is dialed has just been told them.
        if (terms.resumed && !s->is_resumed_by(terms)) {
            constexpr std::string_view why = "a session is resumed by another node or identity";
            connection_ = std::move(with);
            state_ = state::shaking_hands;
            s->end(errc::unauthorized, why);
            return refuse(goodbye_code::unauthorized, why);
        }
        try {
            s->attach(with, terms, {});
        } catch (violation const& v) {
            connection_ = std::move(with);
            state_ = state::shaking_hands;
            s->end(error_of(v.code()), v.rule());
            return refuse(v.code(), v.rule());
        }
        // What came behind the WELCOME.
        if (!s->over() && s->connected() && !with->input().empty()) s->on_input(with->input());
    }

    // Ends the attempt.
    void give_up() noexcept {
        ++attempt_;
        if (auto const c = std::exchange(cancel_, {}).lock()) c->emit(asio::cancellation_type::terminal);
        handshake_.reset();
        if (connection_) std::exchange(connection_, nullptr)->close();
    }
    void refuse(goodbye_code code, std::string_view text) {
        goodbye_record g;
        g.code = code;
        g.text = text.substr(0, wire_limits::goodbye_text);
        std::string last;
        append_record(last, g);
        if (connection_)
            std::exchange(connection_, nullptr)->end(last, clock_, clock_.steady_now() + options_->goodbye_timeout);
        failed(error_of(code), text);
    }
    void failed(error_code why, std::string_view text) {
        give_up();
        tell(why, text);
        if (!stopped_) rest();
    }
    void tell(error_code why, std::string_view text) const {
        if (options_->trouble) options_->trouble(to_.text(), why, text);
    }
    // Full jitter: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    void rest() {
        if (stopped_) return;
        if (state_ == state::open && clock_.steady_now() - opened_at_ >= options_->max_backoff) attempts_ = 0;
        state_ = state::resting;
        duration bound = options_->backoff;
        for (unsigned i = 0; i < attempts_ && bound < longest_pause_; ++i) bound *= 2;
        bound = std::min(bound, longest_pause_);
        ++attempts_;
        set_alarm(duration(static_cast<duration::rep>(
            random_.next() % static_cast<std::uint64_t>(std::max<duration::rep>(1, bound.count())))));
    }
    void set_alarm(duration d) {
        alarm_->set(clock_.steady_now() + d, [weak = weak_from_this()] {
            if (auto const self = weak.lock()) self->ring();
        });
    }
    void ring() {
        if (stopped_) return;
        if (state_ == state::resting) return dial();
        if (state_ != state::open) failed(errc::timed_out, "no connection in time");
    }

    asio::any_io_executor executor_;
    env::endpoint to_;
    std::shared_ptr<session_options const> options_;
    session_events& events_;
    env::clock& clock_;
    env::random& random_;
    std::unique_ptr<env::alarm> alarm_;
    state state_ = state::resting;
    bool stopped_ = false;
    duration longest_pause_;
    unsigned attempts_ = 0;
    std::uint64_t attempt_ = 0;
    std::weak_ptr<asio::cancellation_signal> cancel_; // of the operation that connects
    std::optional<dial_handshake> handshake_;
    std::shared_ptr<connection> connection_; // during its handshake
    std::shared_ptr<session> session_;
    env::steady_point opened_at_;
};

} // namespace fairway::tcp_detail

#endif
