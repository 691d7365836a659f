// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_SIM_OUTBOX_HPP
#define FAIRWAY_TESTING_SIM_OUTBOX_HPP

#include <fairway/env/execute.hpp>
#include <fairway/env/suspend.hpp>
#include <fairway/testing/sim/frame.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace fairway::testing::sim_detail {

struct outbox_bounds {
    std::size_t messages;
    std::size_t bytes;
};

// What a host has sent and the broker has not confirmed, in order; it is sent again after a reconnect. Used on the
// host's executor, or between steps.
class outbox : public std::enable_shared_from_this<outbox> {
public:
    struct group_send;
    struct flush_waiter {
        std::uint64_t last;
        error_code* into;
        env::continuation done;
    };
    // A destination.
    struct road {
        std::shared_ptr<address const> to;
        std::size_t messages = 0;
        std::size_t bytes = 0;
        std::list<std::shared_ptr<group_send>> waiting{}; // for room
        std::set<std::uint64_t> tried{};                  // open sequences of try_send
        error_code failed{};
        std::list<flush_waiter> flushing{};
    };
    // A send of several envelopes that somebody waits for.
    struct group_send {
        std::shared_ptr<road> on;
        std::vector<envelope> envelopes;
        std::vector<outcome> outcomes;
        std::vector<bool> ended;
        std::size_t entered = 0;
        std::size_t open = 0;
        env::steady_point deadline;
        std::vector<outcome>* into = nullptr;
        std::optional<env::continuation> done;
        // Keeps alive what drops this when the executor's context ends.
        std::shared_ptr<void> through;
        std::unique_ptr<env::alarm> alarm;
        bool completing = false;
    };

    // `transmit` puts a frame on the connection; false where there is none.
    outbox(asio::any_io_executor executor, outbox_bounds most, std::function<bool(frame)> transmit)
        : executor_(std::move(executor)),
          clock_(env::clock::of(executor_)),
          most_(most),
          transmit_(std::move(transmit)) {}

    std::size_t try_send(std::shared_ptr<road> const& on, std::span<envelope const> envelopes, error_code& why) {
        why = {};
        for (std::size_t i = 0; i < envelopes.size(); ++i) {
            envelope const bytes = encoded(envelopes[i], why);
            if (closed_) why = errc::closed;
            if (!why && (!on->waiting.empty() || !has_room(*on))) why = errc::queue_full;
            if (why) return i;
            on->tried.insert(enter(on, envelopes[i].head(), bytes, nullptr, 0, env::steady_point::max()));
        }
        return envelopes.size();
    }

    void send(std::shared_ptr<road> const& on, std::shared_ptr<void> through, std::vector<envelope> envelopes,
        env::steady_point deadline, std::vector<outcome>& into, env::continuation done) {
        if (gone_) return; // with its context, `done` is dropped
        auto const w = std::make_shared<group_send>();
        w->on = on;
        w->outcomes.resize(envelopes.size());
        w->ended.resize(envelopes.size(), false);
        w->open = envelopes.size();
        w->deadline = deadline;
        w->into = &into;
        w->through = std::move(through);
        w->envelopes = std::move(envelopes);
        listen_for_cancellation(w, done);
        w->done.emplace(std::move(done));
        if (closed_) {
            end_all(w, errc::closed, errc::closed);
            return;
        }
        on->waiting.push_back(w);
        feed(*on);
        if (w->completing || deadline == env::steady_point::max()) return;
        w->alarm = clock_.make_alarm(executor_);
        w->alarm->set(deadline, [self = weak_from_this(), weak = std::weak_ptr(w)] {
            auto const box = self.lock();
            auto const late = weak.lock();
            if (box && late)
                box->end_all(late, box->connected_ ? errc::queue_full : errc::not_connected, errc::outcome_unknown);
        });
    }

    void flush(std::shared_ptr<road> const& on, error_code& into, env::continuation done) {
        if (gone_) return;
        on->flushing.push_back({next_, &into, std::move(done)});
        end_flushes(*on);
    }

    void confirm(std::uint64_t sequence, error_code error) {
        auto const found = entries_.find(sequence);
        if (found == entries_.end()) return;
        // An earlier connection may have brought it there before it was refused here.
        end(found, error && found->second.sent_before ? errc::outcome_unknown : error);
    }
    // A new connection: all that is not confirmed goes out again, in order.
    void connected() {
        connected_ = true;
        for (auto& [sequence, e] : entries_) transmit(sequence, e);
    }
    void disconnected() noexcept { connected_ = false; }

    void close() {
        if (std::exchange(closed_, true)) return;
        while (!entries_.empty()) {
            auto const first = entries_.begin();
            end(first, first->second.sent ? errc::outcome_unknown : errc::closed);
        }
        for (auto const& weak : roads_)
            if (auto const on = weak.lock())
                while (!on->waiting.empty()) end_all(on->waiting.front(), errc::closed, errc::closed);
    }
    // The context goes: drops all that waits without resuming it.
    void abandon() noexcept {
        closed_ = gone_ = true;
        auto const dropped = std::move(entries_);
        entries_.clear();
        for (auto const& [sequence, e] : dropped)
            if (e.owner) drop(*e.owner);
        for (auto const& weak : roads_) {
            auto const on = weak.lock();
            if (!on) continue;
            for (auto const& w : std::exchange(on->waiting, {})) drop(*w);
            on->flushing.clear();
        }
    }

    std::shared_ptr<road> open(address const& to) {
        auto on = std::make_shared<road>();
        on->to = std::make_shared<address const>(to);
        std::erase_if(roads_, [](auto const& r) { return r.expired(); });
        roads_.push_back(on);
        return on;
    }

private:
    struct entry {
        std::shared_ptr<road> on;
        envelope message;
        env::steady_point expires;
        env::steady_point due;
        env::steady_point until;
        std::shared_ptr<group_send> owner;
        std::size_t index;
        bool sent;        // on some connection: the broker may have it
        bool sent_before; // on an earlier one too
    };
    using entries = std::map<std::uint64_t, entry>;

    bool has_room(road const& on) const noexcept { return on.messages < most_.messages && on.bytes < most_.bytes; }

    // What crosses the link is bytes; times are written anew at each end.
    static envelope encoded(envelope const& e, error_code& why) {
        try {
            envelope_head head = e.head();
            head.expires = head.due = no_time;
            return envelope::of_bytes(head, e.headers(), e.body());
        } catch (system_error const& error) {
            why = error.code();
        } catch (std::exception const&) {
            why = errc::encode_failed;
        }
        return {};
    }

    env::steady_point steady(time_point t) const {
        if (t == no_time || t == time_point::max()) return env::steady_point::max();
        return fairway::detail::saturating_add(clock_.steady_now(), t - clock_.now());
    }

    std::uint64_t enter(std::shared_ptr<road> const& on, envelope_head const& head, envelope message,
        std::shared_ptr<group_send> owner, std::size_t index, env::steady_point until) {
        auto const sequence = next_++;
        ++on->messages;
        on->bytes += message.footprint();
        entry fresh{on, std::move(message), steady(head.expires), steady(head.due), until, std::move(owner), index,
            false, false};
        auto& added = entries_.emplace(sequence, std::move(fresh)).first->second;
        if (connected_) transmit(sequence, added);
        return sequence;
    }
    void transmit(std::uint64_t sequence, entry& e) {
        auto const now = clock_.steady_now();
        auto const left = [now](env::steady_point t) { return std::max(t - now, duration::zero()); };
        frame f;
        f.kind = frame_kind::publish;
        f.number = sequence;
        f.to = e.on->to;
        f.message = e.message;
        if (e.expires != env::steady_point::max()) f.life = left(e.expires);
        if (e.due != env::steady_point::max()) f.delay = left(e.due);
        // So that the broker's refusal is back before the sender gives up, and need not say that the outcome is
        // unknown.
        f.patience = e.until == env::steady_point::max() ? duration::max() : left(e.until) / 4 * 3;
        if (transmit_(std::move(f))) e.sent_before = std::exchange(e.sent, true);
    }

    void feed(road& on) {
        while (!on.waiting.empty()) {
            auto const w = on.waiting.front();
            while (w->entered < w->envelopes.size()) {
                if (!has_room(on)) return;
                auto const index = w->entered++;
                envelope const original = std::move(w->envelopes[index]);
                error_code why;
                envelope bytes = encoded(original, why);
                if (why)
                    note(w, index, why);
                else
                    enter(w->on, original.head(), std::move(bytes), w, index, w->deadline);
            }
            on.waiting.pop_front();
            if (w->open == 0) complete(w);
        }
    }

    // One envelope has its outcome.
    void end(entries::iterator at, error_code error) {
        entry const e = std::move(at->second);
        auto const sequence = at->first;
        entries_.erase(at);
        --e.on->messages;
        e.on->bytes -= e.message.footprint();
        if (e.owner) {
            note(e.owner, e.index, error);
            if (e.owner->open == 0 && e.owner->entered == e.owner->outcomes.size()) complete(e.owner);
        } else if (e.on->tried.erase(sequence) > 0) {
            if (error && !e.on->failed) e.on->failed = error;
            end_flushes(*e.on);
        }
        if (!closed_) feed(*e.on);
    }
    static void note(std::shared_ptr<group_send> const& w, std::size_t index, error_code error) {
        if (w->ended[index]) return;
        w->ended[index] = true;
        w->outcomes[index] = outcome{error, acceptance::broker};
        --w->open;
    }
    // Ends what has no outcome yet: what was never on a connection has certainly not happened.
    void end_all(std::shared_ptr<group_send> w, errc unsent, errc sent) { // NOLINT: it may be taken out of a list
        if (!w->done || w->completing) return;
        for (std::size_t i = w->entered; i < w->outcomes.size(); ++i) note(w, i, unsent);
        w->entered = w->outcomes.size();
        w->on->waiting.remove(w);
        std::vector<std::pair<std::uint64_t, bool>> open;
        for (auto const& [sequence, e] : entries_)
            if (e.owner == w) open.emplace_back(sequence, e.sent);
        for (auto const& [sequence, was_sent] : open) end(entries_.find(sequence), was_sent ? sent : unsent);
        complete(w);
        if (!closed_) feed(*w->on);
    }

    // Posted: what runs then may send again.
    void complete(std::shared_ptr<group_send> const& w) {
        if (!w->done || w->completing) return;
        w->completing = true;
        env::post(executor_, [w] {
            w->alarm.reset();
            w->through.reset();
            env::continuation done(std::move(*w->done));
            w->done.reset();
            *w->into = std::move(w->outcomes);
            env::resume(std::move(done));
        });
    }
    void end_flushes(road& on) {
        for (auto i = on.flushing.begin(); i != on.flushing.end();) {
            if (!on.tried.empty() && *on.tried.begin() < i->last) {
                ++i;
                continue;
            }
            *i->into = std::exchange(on.failed, error_code());
            env::post(executor_, [done = std::move(i->done)]() mutable { env::resume(std::move(done)); });
            i = on.flushing.erase(i);
        }
    }
    static void drop(group_send& w) noexcept {
        w.alarm.reset();
        auto const dropped = std::move(w.done);
        w.done.reset();
        auto const through = std::move(w.through);
    }

    void listen_for_cancellation(std::shared_ptr<group_send> const& w, env::continuation const& done) {
        auto slot = asio::get_associated_cancellation_slot(done);
        if (!slot.is_connected()) return;
        slot.assign([self = weak_from_this(), weak = std::weak_ptr(w)](asio::cancellation_type) {
            auto const box = self.lock();
            auto const cancelled = weak.lock();
            if (box && cancelled) box->end_all(cancelled, errc::cancelled, errc::outcome_unknown);
        });
    }

    asio::any_io_executor executor_;
    env::clock& clock_;
    outbox_bounds most_;
    std::function<bool(frame)> transmit_;
    entries entries_;
    std::uint64_t next_ = 1;
    bool connected_ = false;
    bool closed_ = false;
    bool gone_ = false;
    std::vector<std::weak_ptr<road>> roads_;
};

} // namespace fairway::testing::sim_detail

#endif
