// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_SESSION_HPP
#define FAIRWAY_TRANSPORT_TCP_SESSION_HPP

#include <fairway/env/clock.hpp>
#include <fairway/env/run_loop.hpp>
#include <fairway/error.hpp>
#include <fairway/transport/tcp/connection.hpp>
#include <fairway/transport/tcp/session_options.hpp>
#include <fairway/transport/tcp/session_state.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace fairway::tcp_detail {

class session;

// Who is at the other end of a session.
struct peer_info {
    identity node;
    std::string name;
    std::string principal; // who it has proved to be; empty for anybody
    std::string endpoint;  // where it is, for people: `tcp://10.0.0.7:40312`
};

// What a session tells those above, on its executor. After `on_end` it says nothing more; no call comes from within a
// function of a session but `close`, which may end it at once.
class session_events {
public:
    session_events() = default;
    session_events(session_events const&) = delete;
    session_events& operator=(session_events const&) = delete;
    // Authenticated; records come afterwards.
    virtual void on_open(std::shared_ptr<session> const& s) = 0;
    // A whole record of the stream, of a type that is known; `payload` is valid during the call. It throws where a rule
    // is broken: then the session ends.
    virtual void on_record(session& s, record_type type, std::string_view payload) = 0;
    // All that had arrived was passed on.
    virtual void on_batch_end(session& s) = 0;
    // The peer has processed what was put up to `offset`.
    virtual void on_acked(session& s, std::uint64_t offset) = 0;
    // `has_room()` is true again.
    virtual void on_room(session& s) = 0;
    // It is over: what was not acknowledged may have arrived or not. `errc::closed` after `close`.
    virtual void on_end(session& s, error_code why) = 0;

protected:
    ~session_events() = default;
};

// Who finds connections for a session.
class session_owner {
public:
    session_owner() = default;
    session_owner(session_owner const&) = delete;
    session_owner& operator=(session_owner const&) = delete;
    virtual void on_detached(session& s) = 0;
    virtual void on_over(session& s, error_code why, std::string_view text) = 0;

protected:
    ~session_owner() = default;
};

// A resumable stream of records in each direction between two nodes, each record exactly once and in order. Used on the
// node's executor only.
class session final : public connection_user, public env::runnable, public std::enable_shared_from_this<session> {
public:
    // Made by a dialer or a listener, which are its owner and outlive it or call `abandon`.
    session(asio::any_io_executor executor, std::shared_ptr<session_options const> options, session_events& events,
        session_owner& owner, resume_point const& who, peer_info peer)
        : executor_(std::move(executor)),
          options_(std::move(options)),
          clock_(env::clock::of(executor_)),
          alarm_(clock_.make_alarm(executor_)),
          events_(&events),
          owner_(&owner),
          id_(who.session),
          token_(who.token),
          peer_(std::move(peer)),
          state_(*options_, peer_.principal, [this] {
              if (!over_ && waker_) waker_->wake();
          }) {}
    ~session() override {
        if (connection_) connection_->close();
    }

    // ---- for those above
    peer_info const& peer() const noexcept { return peer_; }
    // What is not acknowledged is below its bound; put on nevertheless, a little.
    bool has_room() const noexcept { return !over_ && !closing_ && state_.has_room(); }
    // Puts a record: `fill(char*)` writes exactly `payload_size` bytes. Returns the offset of its end, at which
    // `on_acked` will say that the peer has processed it. It is written with all that is put in this turn of the
    // executor. Throws `errc::too_large` above 17 MiB, and what `fill` throws; then nothing was put. Once the session
    // is over it does nothing.
    template <class Fill>
    std::uint64_t put(record_type type, std::size_t payload_size, Fill&& fill) {
        if (over_ || closing_) return state_.put_offset();
        auto const end = state_.put(type, payload_size, std::forward<Fill>(fill));
        schedule();
        return end;
    }
    // The same for a record without an envelope.
    template <class Record>
    std::uint64_t put(Record const& record) {
        return put(Record::type, wire_size(record), [&](char* to) { write_fields(to, record); });
    }
    // The offset behind all that was put.
    std::uint64_t sent_offset() const noexcept { return state_.put_offset(); }
    // Up to where the peer has processed it.
    std::uint64_t acked_offset() const noexcept { return state_.acked_offset(); }
    // Within `on_record`: the peer need not hear soon that it was processed; it does with what is written next, after
    // 64 KiB or 100 ms.
    void defer_ack() noexcept { state_.defer_ack(); }
    // Whether there is a connection at the moment.
    bool connected() const noexcept { return connection_ != nullptr; }
    // When something came from the peer last, or a connection.
    env::steady_point heard() const noexcept { return state_.heard(); }
    // True from its end on.
    bool over() const noexcept { return over_; }
    // The peer has said that its process ends: nobody else delivers again what it has sent.
    bool peer_has_ended() const noexcept { return peer_has_ended_; }
    // Ends it: writes what was put, for a bounded time, and says GOODBYE. `on_end` says when; without a connection it
    // does so within this call.
    void close(goodbye_code code = goodbye_code::normal) {
        if (over_ || closing_) return;
        if (!connection_) return end(errc::closed, {});
        closing_ = true;
        code_ = code;
        close_by_ = clock_.steady_now() + options_->goodbye_timeout;
        set_alarm(close_by_);
        schedule();
    }

    // ---- for its owner
    identity const& id() const noexcept { return id_; }
    // From where the peer is to go on; with it the session is asked for.
    resume_point resume() const noexcept { return {id_, token_, state_.received_offset()}; }
    // Whether somebody who says so may resume it. Takes the same time for each token.
    bool is_resumed_by(peer_terms const& terms) const noexcept {
        return same_secret(terms.session.token, token_) && terms.node == peer_.node &&
               terms.principal == peer_.principal && !over_ && !closing_;
    }
    // The connection that it had, if any, is no more of use: another one is there.
    void drop_connection() {
        if (!connection_) return;
        std::exchange(connection_, nullptr)->close();
        state_.detach(clock_.steady_now());
    }
    // Goes on with a connection whose handshake has ended so, on which `first` is written before all else. Throws
    // `violation` where it can't.
    void attach(std::shared_ptr<connection> with, peer_terms const& terms, std::string_view first) {
        auto const self = shared_from_this();
        drop_connection();
        state_.attach(terms, clock_.steady_now());
        connection_ = std::move(with);
        connection_->use(*this);
        connection_->input().limit(options_->largest_record);
        peer_.endpoint = connection_->stream().remote();
        if (!first.empty()) connection_->send(first);
        set_alarm(state_.alarm());
        bool const first_time = !std::exchange(opened_, true);
        if (first_time) waker_.emplace(env::run_loop::of(executor_), weak_from_this());
        take_care([&] {
            if (first_time) events_->on_open(self);
            sink to{*this};
            if (!over_) state_.tell_acked(to);
        });
        if (connection_ && state_.wants_to_write()) schedule();
    }
    // It is over, for a reason of its owner's.
    void end(error_code why, std::string_view text) {
        if (std::exchange(over_, true)) return;
        auto const self = shared_from_this();
        if (connection_) std::exchange(connection_, nullptr)->close();
        if (alarm_) alarm_->cancel();
        if (owner_) std::exchange(owner_, nullptr)->on_over(*this, why, text);
        if (events_) std::exchange(events_, nullptr)->on_end(*this, why);
    }
    // Nobody listens any more: its node is gone. The peer may hear of it, so that it need not wait for it to be back,
    // and handles what it has: nobody delivers it again.
    void abandon() noexcept {
        over_ = true;
        owner_ = nullptr;
        events_ = nullptr;
        alarm_.reset();
        if (!connection_) return;
        std::string last; // too short to be allocated
        append_record(last, goodbye_record{goodbye_code::shutting_down, {}});
        std::exchange(connection_, nullptr)->end_now(last);
    }

    // ---- for its connection
    void on_input(record_input& in) override {
        if (closing_) return drain(in);
        auto const self = shared_from_this();
        take_care([&] {
            sink to{*this};
            state_.take(in, clock_.steady_now(), to);
            if (!over_) events_->on_batch_end(*this);
        });
        if (over_ || !connection_) return;
        if (state_.held_back()) connection_->hold();
        if (state_.wants_to_write()) schedule();
        if (state_.alarm() < alarm_at_) set_alarm(state_.alarm());
    }
    void on_output(output_batch& next) override {
        if (state_.wants_to_write()) {
            next.control_size = state_.write(next.control.data(), output_batch::most_bytes, output_batch::most_parts,
                clock_.steady_now(), [&](output_part part) { next.parts.push_back(std::move(part)); });
        } else if (closing_) {
            say_goodbye(code_, {});
            end(errc::closed, {});
        }
    }
    void on_lost(error_code) override {
        connection_.reset();
        lost();
    }

    // ---- for the run loop
    bool run() override {
        if (connection_) connection_->go_on();
        // What those put who are next in the loop goes with it: a reply, the settlement of what it answers, and the
        // acknowledgement of both in one write instead of three.
        if (std::exchange(lets_others_go_first_, false)) {
            waker_->wake();
            return false;
        }
        scheduled_ = false;
        if (over_) return false;
        if (state_.overflows())
            fail(goodbye_code::limits, "the peer does not take what it asks for");
        else if (connection_)
            connection_->write();
        return false;
    }

private:
    struct sink {
        session& of;
        bool ended() const noexcept { return of.over_ || of.closing_; }
        void on_record(record_type type, std::string_view payload) { of.events_->on_record(of, type, payload); }
        void on_acked(std::uint64_t offset) {
            if (!ended()) of.events_->on_acked(of, offset);
        }
        void on_room() {
            if (!ended()) of.events_->on_room(of);
        }
    };

    // Whatever goes wrong with what it takes, or above, ends it.
    template <class Act>
    void take_care(Act&& act) {
        try {
            std::forward<Act>(act)();
        } catch (dismissed const& d) {
            peer_has_ended_ = d.code() == goodbye_code::shutting_down;
            end(error_of(d.code()), d.what());
        } catch (violation const& v) {
            fail(v.code(), v.rule());
        } catch (system_error const& e) {
            fail(goodbye_code::protocol, e.code().message());
        } catch (std::exception const&) {
            fail(goodbye_code::protocol, "a record that can't be taken");
        }
    }
    // What is put in this turn of the executor is written together; while something is being written, after that.
    void schedule() {
        if (scheduled_ || !waker_) return;
        if (!state_.overflows() && (!connection_ || connection_->writing())) return;
        scheduled_ = lets_others_go_first_ = true;
        waker_->wake();
    }
    // Of a peer that is told GOODBYE nothing is wanted any more, but its own.
    void drain(record_input& in) {
        try {
            while (auto const r = in.next())
                if (r->type == record_type::goodbye) return end(errc::closed, {});
        } catch (violation const&) {
            end(errc::closed, {});
        }
    }
    void set_alarm(env::steady_point when) {
        alarm_at_ = when;
        alarm_->set(when, [weak = weak_from_this()] {
            if (auto const self = weak.lock()) self->ring();
        });
    }
    void ring() {
        if (over_) return;
        auto const now = clock_.steady_now();
        if (closing_) {
            if (now < close_by_) return set_alarm(close_by_);
            say_goodbye(code_, {});
            return end(errc::closed, {});
        }
        switch (state_.tick(now)) {
        case session_state::verdict::over: return end(errc::not_connected, "the session was not resumed in time");
        case session_state::verdict::stalled: return fail(goodbye_code::limits, "the peer takes nothing");
        case session_state::verdict::slow:
            return fail(goodbye_code::limits, "a record in fragments was not whole in time");
        case session_state::verdict::dead:
            if (connection_) std::exchange(connection_, nullptr)->close();
            return lost();
        case session_state::verdict::write: schedule(); break;
        case session_state::verdict::nothing: break;
        }
        set_alarm(state_.alarm());
    }
    void lost() {
        if (over_) return;
        if (closing_) return end(errc::closed, {});
        auto const self = shared_from_this();
        state_.detach(clock_.steady_now());
        set_alarm(state_.alarm());
        owner_->on_detached(*this);
    }
    void say_goodbye(goodbye_code code, std::string_view text) {
        if (!connection_) return;
        goodbye_record g;
        g.code = code;
        g.text = text.substr(0, wire_limits::goodbye_text);
        std::string last;
        append_record(last, g);
        // It goes on by itself.
        std::exchange(connection_, nullptr)->end(last, clock_, clock_.steady_now() + options_->goodbye_timeout);
    }
    void fail(goodbye_code code, std::string_view text) {
        auto const self = shared_from_this();
        say_goodbye(code, text);
        end(error_of(code), text);
    }

    asio::any_io_executor executor_;
    std::shared_ptr<session_options const> options_;
    env::clock& clock_;
    std::unique_ptr<env::alarm> alarm_;
    env::steady_point alarm_at_;
    session_events* events_;
    session_owner* owner_;
    identity id_;
    identity token_;
    peer_info peer_;
    session_state state_;
    std::shared_ptr<connection> connection_;
    std::optional<env::waker> waker_;
    bool opened_ = false;
    bool scheduled_ = false;
    bool lets_others_go_first_ = false;
    bool closing_ = false;
    bool over_ = false;
    bool peer_has_ended_ = false;
    goodbye_code code_ = goodbye_code::normal;
    env::steady_point close_by_;
};

} // namespace fairway::tcp_detail

#endif
