// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_SESSION_STATE_HPP
#define FAIRWAY_TRANSPORT_TCP_SESSION_STATE_HPP

#include <fairway/env/clock.hpp>
#include <fairway/transport/tcp/control_records.hpp>
#include <fairway/transport/tcp/fragments.hpp>
#include <fairway/transport/tcp/handshake.hpp>
#include <fairway/transport/tcp/record_input.hpp>
#include <fairway/transport/tcp/record_output.hpp>
#include <fairway/transport/tcp/session_options.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace fairway::tcp_detail {

// One side of a session, without I/O: two streams of records, each exactly once and in order, over one connection after
// the other. PROTOCOL.md, "Sessions".
class session_state {
public:
    using time = env::steady_point;

    // What time has brought about.
    enum class verdict {
        nothing,
        write,   // there is something to write
        dead,    // the connection is: nothing was heard for too long
        over,    // the session is: nobody has resumed it
        stalled, // the peer takes nothing
        slow,    // the peer does not end a record that it has begun
    };

    // Copies what it needs of the options. `go_on` is called where it is held back and may go on; `whose`: who is at
    // the other end.
    explicit session_state(session_options const& o, std::string whose = {}, std::function<void()> go_on = {})
        : heartbeat_(o.heartbeat),
          grace_(o.grace),
          stall_(o.stall),
          joining_timeout_(o.joining_timeout),
          lazy_ack_(o.lazy_ack),
          most_room_(o.unacked),
          room_(std::min(o.least_unacked, o.unacked)),
          most_(o.most_unacked),
          joiner_(o.joining, std::move(whose), std::move(go_on)) {}

    // ---- what is sent
    // Puts a record; `fill(char*)` writes exactly `payload_size` bytes. Returns the offset of its end. Throws
    // `errc::too_large`, and what `fill` throws: then nothing was put.
    template <class Fill>
    std::uint64_t put(record_type type, std::size_t payload_size, Fill&& fill) {
        std::uint64_t end = 0;
        if (1 + payload_size <= peer_largest_) {
            char* const at = out_.begin(head_bytes + payload_size);
            std::forward<Fill>(fill)(write_head(at, type, payload_size));
            end = out_.end(head_bytes + payload_size);
        } else {
            if (1 + payload_size > wire_limits::joined)
                fairway::detail::fail(errc::too_large, "a record of the protocol");
            fragment_plan const plan(payload_size, peer_largest_);
            char* const at = out_.begin(plan.whole());
            char* const tail = at + (plan.whole() - plan.bytes);
            *tail = static_cast<char>(type);
            std::forward<Fill>(fill)(tail + 1);
            plan.spread(at);
            end = out_.end(plan.whole());
        }
        if (out_.unacked() >= room_) full_ = true;
        return end;
    }
    bool has_room() const noexcept { return !full_; }
    // More is kept for the peer than may be.
    bool overflows() const noexcept { return out_.unacked() > most_; }
    std::uint64_t put_offset() const noexcept { return out_.end_offset(); }
    std::uint64_t acked_offset() const noexcept { return out_.acked_offset(); }
    std::uint64_t received_offset() const noexcept { return received_; }
    // How much memory it holds for what is sent, in bytes.
    std::size_t capacity() const noexcept { return out_.capacity(); }

    // ---- connections
    bool attached() const noexcept { return attached_; }
    // When something came from the peer last, or a connection.
    time heard() const noexcept { return heard_; }
    // Goes on with a connection whose handshake has ended so. Throws `violation`.
    void attach(peer_terms const& terms, time now) {
        if (terms.largest_record < peer_largest_ && out_.end_offset() > 0)
            violate("a session is resumed with a smaller largest record");
        out_.resume(terms.session.received);
        peer_largest_ = terms.largest_record;
        dead_after_ = 3 * terms.heartbeat;
        if (joiner_.inside()) {
            // Without a connection nothing could come; but who breaks it again and again has no more time by that.
            auto const away = std::min(now - detached_, grace_ - away_);
            joining_since_ += away;
            away_ += away;
        }
        attached_ = true;
        heard_ = wrote_ = ticked_ = now;
        await_ack(now);
        told_ = received_; // in the handshake
        ack_due_ = ack_waits_ = heartbeat_due_ = false;
    }
    // The connection is lost. What had come of a record comes again.
    void detach(time now) noexcept {
        end_hold(now);
        joiner_.stop_asking();
        attached_ = false;
        detached_ = now;
    }

    // ---- what comes
    // True where what has come next has to wait, because this node joins too many records at a time: then nothing is to
    // be read before that is over. The time does not count as the peer's.
    bool held_back() const noexcept { return held_back_; }
    // Takes whole records: `sink.on_record(type, payload)`, `sink.on_acked(offset)`, `sink.on_room()`; ends early once
    // `sink.ended()`. Throws `violation`, `dismissed` after a GOODBYE, and what `on_record` throws.
    template <class Sink>
    void take(record_input& in, time now, Sink& sink) {
        heard_ = now;
        end_hold(now);
        while (!sink.ended()) {
            auto const r = in.next();
            if (!r) break;
            if (r->type == record_type::fragment && !joiner_.reserve(r->payload)) {
                in.put_back(*r);
                held_back_ = true;
                held_since_ = said_held_ = now;
                break;
            }
            if (is_counted(r->type)) {
                stream_record(*r, sink);
                received_ += r->whole();
            } else {
                control_record(*r, sink);
            }
        }
        if (received_ == told_) return;
        if (prompt_ || received_ - told_ >= ack_bytes) {
            ack_due_ = true;
        } else if (!ack_waits_) {
            ack_waits_ = true;
            ack_at_ = now + lazy_ack_;
        }
        prompt_ = false;
    }
    // Within `on_record`: the peer need not hear soon that it was processed.
    void defer_ack() noexcept { deferred_ = true; }
    // After a connection was resumed or an ACK has come: what that means to those above.
    template <class Sink>
    void tell_acked(Sink& sink) {
        if (out_.acked_offset() != told_acked_) sink.on_acked(told_acked_ = out_.acked_offset());
        if (full_ && out_.unacked() <= room_ / 4 * 3) {
            full_ = false;
            room_ = std::min(2 * room_, most_room_);
            sink.on_room();
        }
    }

    // ---- writing
    static constexpr std::size_t control_bytes = 32;

    bool wants_to_write() const noexcept { return attached_ && (ack_due_ || heartbeat_due_ || out_.unsent() > 0); }
    // What is written next: at most `control_bytes` into `control`, whose size is returned, and then what
    // `take(output_part)` gets, all of which ends with a record.
    template <class Take>
    std::size_t write(char* control, std::size_t most, std::size_t parts, time now, Take&& take) {
        field_writer to(control);
        if (ack_due_ || (received_ != told_ && out_.unsent() > 0)) {
            told_ = received_;
            field_writer payload(write_head(to.at(), record_type::ack, 8));
            payload.put(told_);
            to = payload;
        } else if (heartbeat_due_ && out_.unsent() == 0) {
            to = field_writer(write_head(to.at(), record_type::heartbeat, 0));
        }
        ack_due_ = ack_waits_ = heartbeat_due_ = false;
        wrote_ = now;
        if (out_.in_flight() == 0) await_ack(now);
        out_.send(most, parts, std::forward<Take>(take));
        return static_cast<std::size_t>(to.at() - control);
    }

    // ---- time
    // When `tick` is to be called.
    time alarm() const noexcept {
        if (!attached_) return detached_ + grace_;
        // What is due already may wait for a write that does not end.
        time next = std::max(wrote_, ticked_) + heartbeat_;
        if (!held_back_) next = std::min(next, heard_ + dead_after_);
        if (joiner_.inside() && !held_back_) next = std::min(next, joining_since_ + joining_timeout_);
        if (ack_waits_ && !ack_due_) next = std::min(next, ack_at_);
        if (held_back_) next = std::min(next, said_held_ + held_ack_every);
        return next;
    }
    verdict tick(time now) noexcept {
        if (!attached_) return now >= detached_ + grace_ ? verdict::over : verdict::nothing;
        if (!held_back_ && now >= heard_ + dead_after_) return verdict::dead;
        if (joiner_.inside() && !held_back_ && now >= joining_since_ + joining_timeout_) return verdict::slow;
        if (now >= wrote_ + heartbeat_) {
            ticked_ = now;
            heartbeat_due_ = true;
            out_.shrink();
        }
        if (held_back_ || out_.in_flight() == 0 || out_.acked_offset() != stalled_at_)
            await_ack(now);
        else if (now >= stalled_since_ + stall_)
            return verdict::stalled;
        if (ack_waits_ && now >= ack_at_) ack_due_ = true;
        // That it takes nothing at present is no fault of its peer's, nor of its own.
        if (held_back_ && now >= said_held_ + held_ack_every) {
            said_held_ = now;
            ack_due_ = true;
        }
        return wants_to_write() ? verdict::write : verdict::nothing;
    }

private:
    static constexpr std::uint64_t ack_bytes = 64 * 1024;
    // Who is held back says again so often what it has received.
    static constexpr duration held_ack_every = std::chrono::seconds(5);
    // And is waited for so many times as long as who says nothing.
    static constexpr int most_held = 10;

    // The peer has its time from now on.
    void await_ack(time now) noexcept {
        stalled_at_ = out_.acked_offset();
        stalled_since_ = moved_ = now;
    }
    // It says again what it has received: it is held back, and can't go on.
    void await_held() noexcept {
        if (heard_ < moved_ + most_held * stall_) stalled_since_ = heard_;
    }
    void end_hold(time now) noexcept {
        if (std::exchange(held_back_, false)) joining_since_ += now - held_since_;
    }
    template <class Sink>
    void stream_record(raw_record const& r, Sink& sink) {
        if (r.type == record_type::fragment) {
            if (!joiner_.inside()) joining_since_ = heard_, away_ = duration::zero();
            if (auto const joined = joiner_.take(r.payload)) {
                dispatch(joined->first, joined->second, sink);
                joiner_.clear();
            } else {
                prompt_ = true;
            }
            return;
        }
        if (joiner_.inside()) violate("a record between the fragments of another");
        dispatch(r.type, r.payload, sink);
    }
    template <class Sink>
    void dispatch(record_type type, std::string_view payload, Sink& sink) {
        if (!is_known(type)) {
            if (static_cast<std::uint8_t>(type) < skipped) violate("a record of an unknown type");
            return;
        }
        deferred_ = false;
        sink.on_record(type, payload);
        if (!deferred_) prompt_ = true;
    }
    template <class Sink>
    void control_record(raw_record const& r, Sink& sink) {
        switch (r.type) {
        case record_type::ack: {
            auto const offset = read_fields<ack_record>(r.payload).offset;
            if (offset == out_.acked_offset()) await_held();
            out_.ack(offset);
            return tell_acked(sink);
        }
        case record_type::heartbeat: return;
        case record_type::goodbye: handshake::dismiss(r, true);
        default:
            if (static_cast<std::uint8_t>(r.type) < skipped)
                violate(is_known(r.type) ? "a handshake after the handshake" : "a record of an unknown type");
        }
    }

    duration heartbeat_;
    duration grace_;
    duration stall_;
    duration joining_timeout_;
    duration lazy_ack_;
    std::uint64_t most_room_;
    std::uint64_t room_; // grows up to that
    std::uint64_t most_;

    record_output out_;
    std::size_t peer_largest_ = wire_limits::least_largest_record;
    bool full_ = false;
    std::uint64_t told_acked_ = 0;

    fragment_joiner joiner_;
    time joining_since_;
    duration away_{}; // of that, without a connection
    bool held_back_ = false;
    time held_since_;
    time said_held_;
    std::uint64_t received_ = 0;
    std::uint64_t told_ = 0; // of that, to the peer
    bool prompt_ = false;    // the peer should hear of what came since
    bool deferred_ = false;
    bool ack_due_ = false;
    bool ack_waits_ = false;
    time ack_at_;
    bool heartbeat_due_ = false;

    bool attached_ = false;
    duration dead_after_{0};
    time heard_;
    time wrote_;
    time ticked_; // when a heartbeat was due
    time detached_;
    std::uint64_t stalled_at_ = 0;
    time stalled_since_;
    time moved_; // when the peer last had nothing to acknowledge, or did
};

} // namespace fairway::tcp_detail

#endif
