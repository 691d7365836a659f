// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_AMQP_CHANNEL_HPP
#define FAIRWAY_TRANSPORT_AMQP_CHANNEL_HPP

#include <fairway/error.hpp>
#include <fairway/transport/amqp/content.hpp>
#include <fairway/transport/amqp/dispatch.hpp>
#include <fairway/transport/amqp/frame.hpp>
#include <fairway/transport/amqp/reply_errors.hpp>
#include <fairway/transport/amqp/session_output.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace fairway::amqp_detail {

// Who uses a channel. Called on the executor, never from within a function of a channel or session; all that is
// borrowed stays until it returns. What it throws ends the session.
class channel_user {
public:
    channel_user() = default;
    channel_user(channel_user const&) = delete;
    channel_user& operator=(channel_user const&) = delete;
    virtual ~channel_user() = default;
    // The broker has opened it.
    virtual void on_open() = 0;
    // It was closed by the broker, ends with its session, or could not be opened; nothing comes after it. `text` is fit
    // for a log, and may be empty.
    virtual void on_closed(error_code why, std::string_view text) = 0;
    virtual void on_deliver(basic_deliver const&, content const&) {}
    // In place of `on_deliver`, where the body is larger than the options allow.
    virtual void on_oversized(basic_deliver const&, oversized const&) {}
    // A message comes back. Its body is empty where it is larger than the options allow.
    virtual void on_return(basic_return const&, content const&) {}
    // The broker has taken what was published, or has not. Tags count from 1, in the order of publishing.
    virtual void on_confirm(std::uint64_t tag, bool multiple, bool taken) {
        static_cast<void>(tag), static_cast<void>(multiple), static_cast<void>(taken);
    }
    // The broker has ended a consumer.
    virtual void on_cancel(std::string_view consumer_tag) { static_cast<void>(consumer_tag); }
    // `has_room()` is true again.
    virtual void on_room() {}
};

// The answers to methods that have one. `basic.get` has two, and is not among them.
template <class Method, class... Methods>
concept one_of = (std::same_as<Method, Methods> || ...);
template <class Method>
concept an_answer = one_of<Method, exchange_declare_ok, exchange_remove_ok, exchange_bind_ok, exchange_unbind_ok,
    queue_declare_ok, queue_bind_ok, queue_purge_ok, queue_remove_ok, queue_unbind_ok, basic_qos_ok, basic_consume_ok,
    basic_cancel_ok, basic_recover_ok, confirm_select_ok>;

// A channel of a session. What is put before it is open goes behind its opening; once it has ended, nothing happens.
// One whose user is gone is closed with the next that comes on it. Used on the session's executor only.
class channel final {
public:
    // Made by `session::open`.
    channel(std::uint16_t number, std::weak_ptr<channel_user> user, session_output* out, std::uint64_t most_body)
        : number_(number), user_(std::move(user)), out_(out), assembler_(most_body) {}
    channel(channel const&) = delete;
    channel& operator=(channel const&) = delete;

    // ---- for its user
    // A method without an answer: ack, nack, those with `no_wait`. It is written with all that is put in this turn of
    // the executor. Throws `errc::too_large` for names that are, and then nothing was put.
    template <class Method>
        requires(!carries_content<Method>)
    void put(Method const& method) {
        if (is_usable()) out_->put(number_, method);
    }
    // A message. Throws `errc::too_large` for properties that are.
    void publish(basic_publish const& method, basic_properties const& properties, std::string_view body) {
        if (is_usable()) out_->put(number_, method, properties, body);
    }
    // A method with an answer, with which `then` is called, as functions of the user are; answers come in order, and
    // `then` is dropped when the channel ends. Throws as `put`.
    template <an_answer Ok, class Method>
    void call(Method const& method, std::function<void(Ok const&)> then) {
        if (!is_usable()) return;
        out_->put(number_, method);
        calls_.push_back({Ok::id, [then = std::move(then)](void const* ok) { then(*static_cast<Ok const*>(ok)); }});
    }
    // The session's output is below its bound.
    bool has_room() const noexcept { return is_usable() && out_->has_room(); }
    // Ends it: its user hears nothing more.
    void close() {
        if (!is_usable()) return;
        out_->put(number_, channel_close());
        state_ = state::closing;
        forget();
    }

    // Of one that was closed: drops this once the broker has answered that, or its session has ended.
    void keep_until_closed(std::function<void()> what) {
        if (state_ == state::closing)
            calls_.push_back({channel_close_ok::id, [what = std::move(what)](void const*) {}});
    }

    // ---- for its session
    // Takes the next frame. False once both sides are done with it. Throws `violation`, and what its user throws.
    bool take(frame const& f) {
        if (state_ == state::closing) return skip(f);
        // What comes before the answer is of the number's last channel, which the broker has closed.
        if (state_ == state::opening && !is_answer_to_open(f)) return true;
        handler to{*this};
        assembler_.take(f, to);
        return state_ != state::ended;
    }
    void tell_room() {
        if (!is_usable()) return;
        if (auto const user = user_.lock()) user->on_room();
    }
    // It ends with its session, or has not begun.
    void end(error_code why, std::string_view text) {
        auto const user = user_.lock(); // none where it has closed it
        abandon();
        if (user) user->on_closed(why, text);
    }
    // The same, and nobody is told.
    void abandon() noexcept {
        state_ = state::ended;
        out_ = nullptr;
        forget();
    }

private:
    enum class state {
        opening,
        open,
        closing, // until the broker's close-ok
        ended,
    };
    struct pending_call {
        method_id expected;
        std::function<void(void const*)> then;
    };

    struct handler {
        channel& of;
        void operator()(channel_open_ok const&) {
            if (of.state_ != state::opening) violate(reply_code::command_invalid, "a channel is opened twice");
            of.state_ = state::open;
            tell([](channel_user& u) { u.on_open(); });
        }
        void operator()(channel_close const& m) {
            of.out_->put(of.number_, channel_close_ok());
            of.end(error_of(m.code, m.text), told(m.text));
        }
        void operator()(basic_deliver const& m, content const& c) {
            tell([&](channel_user& u) { u.on_deliver(m, c); });
        }
        void operator()(basic_deliver const& m, oversized const& c) {
            tell([&](channel_user& u) { u.on_oversized(m, c); });
        }
        void operator()(basic_return const& m, content const& c) {
            tell([&](channel_user& u) { u.on_return(m, c); });
        }
        void operator()(basic_return const& m, oversized const& c) { (*this)(m, content{c.properties, {}}); }
        void operator()(basic_ack const& m) {
            tell([&](channel_user& u) { u.on_confirm(m.delivery_tag, m.multiple, true); });
        }
        void operator()(basic_nack const& m) {
            tell([&](channel_user& u) { u.on_confirm(m.delivery_tag, m.multiple, false); });
        }
        void operator()(basic_cancel const& m) {
            if (!m.no_wait) of.put(basic_cancel_ok{m.consumer_tag});
            tell([&](channel_user& u) { u.on_cancel(m.consumer_tag); });
        }
        template <an_answer Ok>
        void operator()(Ok const& ok) {
            if (of.calls_.empty() || of.calls_.front().expected != Ok::id)
                violate(reply_code::command_invalid, "an answer to what was not asked");
            auto const then = std::move(of.calls_.front().then);
            of.calls_.pop_front();
            tell([&](channel_user&) { then(&ok); });
        }

        template <class Call>
        void tell(Call&& call) {
            if (auto const user = of.user_.lock())
                call(*user);
            else
                of.close();
        }
    };

    static bool is_answer_to_open(frame const& f) {
        if (f.type != frame_type::method) return false;
        wire_reader in(f.payload);
        auto const id = method_id::read(in);
        return id == channel_open_ok::id || id == channel_close::id;
    }
    bool is_usable() const noexcept { return out_ && (state_ == state::opening || state_ == state::open); }
    // Of a channel that is closed from here nothing counts but its end; where the broker closes it at the same time,
    // either side answers the other.
    bool skip(frame const& f) {
        if (f.type != frame_type::method) return true;
        wire_reader in(f.payload);
        auto const id = method_id::read(in);
        if (id == channel_close::id) out_->put(number_, channel_close_ok());
        if (id != channel_close_ok::id) return true;
        abandon();
        return false;
    }
    // Whoever owns something in a call may do anything as it goes.
    void forget() noexcept {
        user_.reset();
        std::list<pending_call> dropped;
        dropped.swap(calls_);
    }

    std::uint16_t number_;
    state state_ = state::opening;
    std::weak_ptr<channel_user> user_;
    session_output* out_; // as long as there is one
    content_assembler assembler_;
    std::list<pending_call> calls_;
};

} // namespace fairway::amqp_detail

#endif
