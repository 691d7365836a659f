// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_GREETING_HPP
#define FAIRWAY_TRANSPORT_TCP_GREETING_HPP

#include <fairway/env/clock.hpp>
#include <fairway/env/spawn.hpp>
#include <fairway/env/stream.hpp>
#include <fairway/transport/tcp/connection.hpp>
#include <fairway/transport/tcp/exposure.hpp>
#include <fairway/transport/tcp/handshake.hpp>
#include <fairway/transport/tcp/session_options.hpp>

#include <boost/asio/cancellation_signal.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace fairway::tcp_detail {

class greeting;

// Who accepts connections.
class greeter {
public:
    greeter() = default;
    greeter(greeter const&) = delete;
    greeter& operator=(greeter const&) = delete;
    // The dialer is authenticated.
    virtual void on_greeted(greeting& g) = 0;
    // It is not, and the connection is ended.
    virtual void on_greeting_failed(greeting& g, error_code why, std::string_view text) = 0;
    // To be kept as long as a connection that was refused waits for the other side to close; null where too many do.
    virtual std::shared_ptr<void> place_to_linger() = 0;

protected:
    ~greeter() = default;
};

// An accepted connection up to its WELCOME: what TLS does, then the handshake, all in a limited time. Its greeter
// outlives it or closes it.
class greeting final : public connection_user, public std::enable_shared_from_this<greeting> {
public:
    greeting(asio::any_io_executor executor, std::shared_ptr<session_options const> options, greeter& by,
        std::string remote, std::shared_ptr<void> ticket)
        : executor_(std::move(executor)),
          options_(std::move(options)),
          by_(&by),
          remote_(std::move(remote)),
          ticket_(std::move(ticket)),
          clock_(env::clock::of(executor_)),
          alarm_(clock_.make_alarm(executor_)),
          since_(clock_.steady_now()) {}

    void start(env::stream on) {
        alarm_->set(since_ + options_->handshake_timeout, [weak = weak_from_this()] {
            if (auto const self = weak.lock()) self->fail(errc::timed_out, "not authenticated in time");
        });
        if (!options_->secure) return greet(std::move(on));
        // The operation owns its signal: where both are gone with their context, nobody cancels it.
        auto const cancel = std::make_shared<asio::cancellation_signal>();
        cancel_ = cancel;
        env::spawn(
            executor_, secure(weak_from_this(), std::move(on), options_), [cancel] {}, cancel->slot());
    }

    std::string const& remote() const noexcept { return remote_; }
    env::steady_point since() const noexcept { return since_; }
    peer_terms const& terms() noexcept { return handshake_->terms(); }
    // Appends the WELCOME.
    void welcome(std::string& out, resume_point const& session, bool resumed) {
        handshake_->welcome(out, session, resumed);
    }
    // Gives the connection away.
    std::shared_ptr<connection> release() noexcept {
        by_ = nullptr;
        alarm_.reset();
        return std::exchange(connection_, nullptr);
    }
    // Ends it with a GOODBYE, behind what else is to be said.
    void refuse(goodbye_code code, std::string_view text, std::string_view first = {}) {
        if (connection_ && !first.empty()) connection_->send(first);
        if (connection_) refuse(std::exchange(connection_, nullptr), code, text);
        fail(error_of(code), text);
    }
    void refuse(std::shared_ptr<connection> const& what, goodbye_code code, std::string_view text) const {
        goodbye_record g;
        g.code = code;
        g.text = text.substr(0, wire_limits::goodbye_text);
        std::string last;
        append_record(last, g);
        // Who is not authenticated does not keep its connection as it likes.
        auto place = by_ ? by_->place_to_linger() : nullptr;
        if (by_ && !place) return what->end_now(last);
        what->end(last, clock_, clock_.steady_now() + options_->goodbye_timeout, std::move(place));
    }
    // Ends it, and says nothing.
    void close() noexcept {
        by_ = nullptr;
        alarm_.reset();
        if (auto const c = std::exchange(cancel_, {}).lock()) c->emit(asio::cancellation_type::terminal);
        if (connection_) std::exchange(connection_, nullptr)->close();
    }

    void on_input(record_input& in) override {
        auto const self = shared_from_this();
        std::string out;
        try {
            bool const done = handshake_->take(in, out);
            if (!out.empty()) connection_->send(out);
            if (done) by_->on_greeted(*this);
        } catch (dismissed const& d) {
            fail(error_of(d.code()), d.what());
        } catch (violation const& v) {
            // What is no Fairway at all would not understand.
            if (!handshake_->begun())
                fail(error_of(v.code()), v.rule());
            else
                refuse(v.code(), v.rule(), out);
        } catch (system_error const& e) {
            refuse(goodbye_code::unauthorized, e.what(), out);
        }
    }
    void on_output(output_batch&) override {}
    void on_lost(error_code why) override {
        connection_.reset();
        fail(why, "the connection ended in its handshake");
    }

private:
    static task<> secure(
        std::weak_ptr<greeting> weak, env::stream plain, std::shared_ptr<session_options const> options) {
        env::stream stream;
        error_code ec;
        std::string text;
        try {
            auto op = options->secure(std::move(plain), {});
            stream = co_await std::move(op);
        } catch (system_error const& e) {
            ec = e.code();
            text = e.what();
        } catch (std::exception const&) {
            ec = errc::not_connected;
        }
        if (auto const self = weak.lock()) {
            self->cancel_.reset();
            if (ec)
                self->fail(ec, text);
            else if (self->by_)
                self->greet(std::move(stream));
        }
    }
    void greet(env::stream on) {
        connection_facts facts;
        facts.certificate = on.peer();
        facts.channel_binding = on.channel_binding();
        facts.confidential = is_confidential(on.remote(), options_->secure != nullptr);
        handshake_.emplace(*options_, std::move(facts));
        connection_ = std::make_shared<connection>(std::move(on), ticket_);
        ticket_.reset();
        connection_->start(*this);
    }
    void fail(error_code why, std::string_view text) {
        auto const self = shared_from_this();
        auto* const by = by_;
        close();
        if (by) by->on_greeting_failed(*this, why, text);
    }

    asio::any_io_executor executor_;
    std::shared_ptr<session_options const> options_;
    greeter* by_;
    std::string remote_;
    std::shared_ptr<void> ticket_;
    env::clock& clock_;
    std::unique_ptr<env::alarm> alarm_;
    env::steady_point since_;
    std::weak_ptr<asio::cancellation_signal> cancel_; // of what TLS does
    std::optional<accept_handshake> handshake_;
    std::shared_ptr<connection> connection_;
};

} // namespace fairway::tcp_detail

#endif
