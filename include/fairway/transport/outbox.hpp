// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_OUTBOX_HPP
#define FAIRWAY_TRANSPORT_OUTBOX_HPP

#include <fairway/env/clock.hpp>
#include <fairway/env/execute.hpp>
#include <fairway/env/suspend.hpp>
#include <fairway/transport/seam.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

namespace fairway::detail {

struct outbox_bounds {
    std::size_t messages = limits::queue_messages;
    std::size_t bytes = limits::queue_bytes;
};

// What was sent and a broker has not confirmed, in order: it goes out as fast as the connection takes it, and all of it
// again, under the same ids, after a connection was lost. Bounded: who sends more waits. `Where` tells where to, beyond
// what who has the connection knows.
//
// Senders use it on any thread; who has the connection uses it on the executor.
template <class Where>
class outbox : public std::enable_shared_from_this<outbox<Where>> {
public:
    // `wake` is called, on any thread and under the outbox's lock, when there is something to take.
    outbox(asio::any_io_executor executor, outbox_bounds most, acceptance level, std::function<void()> wake)
        : executor_(std::move(executor)),
          clock_(env::clock::of(executor_)),
          most_(most),
          level_(level),
          wake_(std::move(wake)) {}

    // ---- for senders: see `sink` ----
    std::size_t try_send(Where const& where, std::span<envelope> envelopes, error_code& why) {
        std::size_t n = 0;
        for (; n < envelopes.size(); ++n) {
            why = encode(envelopes[n]);
            if (why) return n;
            std::lock_guard const lock(mutex_);
            why = closed_ ? errc::closed : !waiting_.empty() || !has_room() ? errc::queue_full : error_code();
            if (why) return n;
            enter(where, std::move(envelopes[n]), nullptr, 0);
            ++tried_;
        }
        return n;
    }
    // `through` lives as long as somebody waits.
    void send(Where const& where, std::shared_ptr<void> through, std::vector<envelope> envelopes,
        env::steady_point deadline, std::vector<outcome>& into, env::continuation done) {
        auto const w = std::make_shared<waiter>();
        w->where = where;
        w->outcomes.resize(envelopes.size(), outcome{{}, level_});
        w->ended.resize(envelopes.size(), false);
        w->open = envelopes.size();
        w->into = &into;
        w->through = std::move(through);
        auto const give_up = [self = this->weak_from_this(), weak = std::weak_ptr(w)](errc why) {
            auto const box = self.lock();
            auto const late = weak.lock();
            if (box && late) box->give_up(late, why);
        };
        auto slot = asio::get_associated_cancellation_slot(done);
        if (slot.is_connected()) slot.assign([give_up](asio::cancellation_type) { give_up(errc::cancelled); });
        w->done.emplace(std::move(done));
        std::vector<error_code> faults;
        for (auto& e : envelopes) faults.push_back(encode(e));
        {
            std::lock_guard const lock(mutex_);
            if (gone_) return; // with its context, `done` is dropped
            for (std::size_t i = 0; i < faults.size(); ++i)
                if (faults[i] || closed_) note(*w, i, faults[i] ? faults[i] : errc::closed);
            w->envelopes = std::move(envelopes);
            waiting_.push_back(w);
            feed();
            if (w->over() || deadline == env::steady_point::max()) return;
        }
        env::post(executor_, [self = this->weak_from_this(), w, deadline, give_up] {
            auto const box = self.lock();
            if (!box || !w->done) return;
            w->alarm = box->clock_.make_alarm(box->executor_);
            w->alarm->set(deadline, [give_up] { give_up(errc::timed_out); });
        });
    }
    // As `sink::flush`.
    void flush(error_code& into, env::continuation done) { flush(&into, std::move(done)); }
    // Resumes `done` once all that was sent so far has ended, whoever waits for it.
    void settle(env::continuation done) { flush(nullptr, std::move(done)); }

    // ---- for who has the connection ----
    struct item {
        std::uint64_t number; // rises by one with each item
        Where where;
        envelope message;
    };
    // What is to be sent next, if `may_go()`. Passes over what may not go yet: `held_by(message)` says what holds it
    // back, if anything; `take_held` has it then. Both are called under the outbox's lock.
    template <class MayGo, class HeldBy>
    std::optional<item> take(MayGo&& may_go, HeldBy&& held_by) {
        std::lock_guard const lock(mutex_);
        while (auto const i = may_go() ? next_to_take() : std::nullopt) {
            auto const [number, e] = *i;
            if (std::optional<std::uint32_t> const by = held_by(std::as_const(e->message))) hold(*e, number, *by);
            again_.empty() ? void(next_ = number + 1) : again_.pop_front();
            if (!e->held) return taken(*e, number);
        }
        return std::nullopt;
    }
    // The first of what is held back so, if any.
    std::optional<item> take_held(std::uint32_t by) {
        std::lock_guard const lock(mutex_);
        auto const first = held_.lower_bound({by, 0});
        if (first == held_.end() || first->first != by) return std::nullopt;
        auto const number = first->second;
        held_.erase(first);
        return taken(entries_.at(number), number);
    }
    // The broker could not take an item: it goes out again, in its place among others of the kind: before what was
    // never on its way, or with what is held back so.
    void take_again(std::uint64_t number, std::optional<std::uint32_t> held_by = {}) {
        std::lock_guard const lock(mutex_);
        auto const e = entries_.find(number);
        if (e == entries_.end()) return;
        if (held_by)
            hold(e->second, number, *held_by);
        else
            again_.insert(std::upper_bound(again_.begin(), again_.end(), number), number);
    }
    // An item has arrived, or was refused for good; nobody knows what became of it on a connection that was lost.
    void end(std::uint64_t number, error_code why = {}) {
        std::lock_guard const lock(mutex_);
        if (auto const e = entries_.find(number); e != entries_.end())
            end_entry(e, why && e->second.was_lost ? make_error_code(errc::outcome_unknown) : why);
        go_on();
    }
    // What has not ended goes out again: the connection is lost, with which it may have arrived; or it was told that it
    // was not taken.
    void begin_again(bool may_have_arrived = true) {
        std::lock_guard const lock(mutex_);
        for (auto& [number, e] : entries_) {
            if (number >= next_) break;
            e.was_lost |= may_have_arrived && e.sent;
            e.held.reset();
        }
        next_ = 0;
        again_.clear();
        held_.clear();
        connected_ = false;
    }
    // There is a connection, over which the address takes messages.
    void connected() {
        std::lock_guard const lock(mutex_);
        connected_ = true;
        if (entries_.lower_bound(next_) != entries_.end()) wake_();
    }
    // The address takes none; what waits fails.
    void refuse(error_code why) {
        std::lock_guard const lock(mutex_);
        end_all(why);
    }
    // Whether an item has not ended.
    bool has(std::uint64_t number) const {
        std::lock_guard const lock(mutex_);
        return entries_.contains(number);
    }
    bool empty() const {
        std::lock_guard const lock(mutex_);
        return entries_.empty() && waiting_.empty();
    }
    void close() {
        std::lock_guard const lock(mutex_);
        closed_ = true;
        end_all(errc::closed);
    }
    // The context goes: drops all that waits without resuming it.
    void abandon() noexcept {
        std::list<std::shared_ptr<waiter>> dropped;
        entries_by_number entries;
        std::list<flush_waiter> flushing;
        std::lock_guard const lock(mutex_);
        closed_ = gone_ = true;
        dropped.swap(waiting_);
        entries.swap(entries_);
        flushing.swap(flushing_);
        held_.clear();
    }

private:
    // A send of some envelopes. Guarded by the lock until it is over, then used on its executor only.
    struct waiter {
        Where where;
        std::vector<envelope> envelopes;
        std::vector<outcome> outcomes;
        std::vector<bool> ended;
        std::size_t entered = 0;
        std::size_t open = 0;
        std::vector<outcome>* into = nullptr;
        std::optional<env::continuation> done;
        std::shared_ptr<void> through;
        std::unique_ptr<env::alarm> alarm;
        bool told = false;

        bool over() const noexcept { return open == 0; }
    };
    struct entry {
        Where where;
        envelope message;
        std::shared_ptr<waiter> owner; // null for `try_send`
        std::size_t index = 0;
        std::size_t bytes = 0;
        std::optional<std::uint32_t> held{}; // back, by what
        bool sent = false;                   // the broker may have it
        bool was_lost = false;               // with a connection
    };
    using entries_by_number = std::map<std::uint64_t, entry>;
    struct flush_waiter {
        std::uint64_t last;
        error_code* into; // null for one that waits for everything
        env::continuation done;
    };
    void flush(error_code* into, env::continuation done) {
        std::lock_guard const lock(mutex_);
        if (gone_) return;
        auto last = last_;
        if (!into)
            for (auto const& w : waiting_) last += w->envelopes.size() - w->entered;
        flushing_.push_back({last, into, std::move(done)});
        end_flushes();
    }

    // Objects are encoded by who sends them.
    static error_code encode(envelope const& e) {
        try {
            static_cast<void>(e.body());
            return {};
        } catch (system_error const& error) {
            return error.code();
        } catch (std::exception const&) {
            return errc::encode_failed; // a codec of the user's own
        }
    }

    // ---- with the lock held ----
    bool has_room() const noexcept { return entries_.size() < most_.messages && bytes_ < most_.bytes; }
    std::optional<std::pair<std::uint64_t, entry*>> next_to_take() {
        for (; !again_.empty(); again_.pop_front())
            if (auto const e = entries_.find(again_.front()); e != entries_.end()) return {{e->first, &e->second}};
        auto const e = entries_.lower_bound(next_);
        if (e == entries_.end()) return std::nullopt;
        return {{e->first, &e->second}};
    }
    void hold(entry& e, std::uint64_t number, std::uint32_t by) {
        held_.emplace(by, number);
        e.held = by;
    }
    item taken(entry& e, std::uint64_t number) {
        e.held.reset();
        e.sent = true;
        return {number, e.where, e.message};
    }
    void enter(Where const& where, envelope&& e, std::shared_ptr<waiter> owner, std::size_t index) {
        auto const bytes = e.footprint();
        bool const all_taken = entries_.lower_bound(next_) == entries_.end();
        entries_.emplace_hint(entries_.end(), last_ + 1, entry{where, std::move(e), std::move(owner), index, bytes});
        ++last_;
        bytes_ += bytes;
        if (connected_ && all_taken) wake_();
    }
    void feed() {
        while (!waiting_.empty()) {
            auto const w = waiting_.front();
            for (; w->entered < w->envelopes.size(); ++w->entered) {
                if (w->ended[w->entered]) continue;
                if (!has_room()) return;
                enter(w->where, std::move(w->envelopes[w->entered]), w, w->entered);
            }
            waiting_.pop_front();
            if (w->over()) tell(w);
        }
    }
    void note(waiter& w, std::size_t i, error_code why) {
        if (w.ended[i]) return;
        w.ended[i] = true;
        w.outcomes[i] = {why, why ? acceptance::local : level_};
        --w.open;
    }
    void end_entry(typename entries_by_number::iterator which, error_code why) {
        auto const ended = entries_.extract(which);
        auto const& e = ended.mapped();
        if (e.held) held_.erase({*e.held, ended.key()});
        bytes_ -= e.bytes;
        if (e.owner) {
            note(*e.owner, e.index, why);
            if (e.owner->over() && e.owner->entered == e.owner->outcomes.size()) tell(e.owner);
        } else {
            --tried_;
            if (why && !failed_) failed_ = why;
        }
    }
    // What may have arrived fails otherwise.
    void end_unless_arrived(typename entries_by_number::iterator which, error_code why) {
        end_entry(which, which->second.sent ? make_error_code(errc::outcome_unknown) : why);
    }
    // Once something has ended.
    void go_on() {
        end_flushes();
        if (!closed_) feed();
    }
    void end_all(error_code why) {
        for (auto e = entries_.begin(); e != entries_.end();) end_unless_arrived(e++, why);
        for (auto const& w : std::exchange(waiting_, {})) {
            for (std::size_t i = w->entered; i < w->outcomes.size(); ++i) note(*w, i, why);
            w->entered = w->outcomes.size();
            if (w->over()) tell(w);
        }
        go_on();
    }
    // Posted: what runs then may send again.
    void tell(std::shared_ptr<waiter> const& w) {
        if (std::exchange(w->told, true)) return;
        env::post(executor_, [w] {
            w->alarm.reset();
            env::continuation done(std::move(*w->done));
            w->done.reset();
            *w->into = std::move(w->outcomes);
            auto const through = std::move(w->through);
            env::resume(std::move(done));
        });
    }
    void end_flushes() {
        auto const is_over = [this](flush_waiter const& f) {
            bool const none_left = entries_.empty() || entries_.begin()->first > f.last;
            if (!f.into) return none_left && (last_ >= f.last || waiting_.empty());
            auto const is_tried = [](auto const& e) { return !e.second.owner; };
            return tried_ == 0 || std::none_of(entries_.begin(), entries_.upper_bound(f.last), is_tried);
        };
        for (auto f = flushing_.begin(); f != flushing_.end();) {
            auto const one = f++;
            if (!is_over(*one)) continue;
            if (one->into) *one->into = std::exchange(failed_, {});
            env::post(executor_, [done = std::move(one->done)]() mutable { env::resume(std::move(done)); });
            flushing_.erase(one);
        }
    }

    // What was never on a connection has certainly not happened.
    void give_up(std::shared_ptr<waiter> const& w, errc why) {
        std::lock_guard const lock(mutex_);
        if (w->over()) return;
        error_code unsent = why;
        if (why == errc::timed_out) unsent = connected_ ? errc::queue_full : errc::not_connected;
        waiting_.remove(w);
        for (std::size_t i = w->entered; i < w->outcomes.size(); ++i) note(*w, i, unsent);
        w->entered = w->outcomes.size();
        for (auto e = entries_.begin(); e != entries_.end() && !w->over();)
            if (auto const one = e++; one->second.owner == w) end_unless_arrived(one, unsent);
        if (w->over()) tell(w);
        go_on();
    }

    asio::any_io_executor executor_;
    env::clock& clock_;
    outbox_bounds most_;
    acceptance level_;
    std::function<void()> wake_;
    mutable std::mutex mutex_;
    entries_by_number entries_;
    std::uint64_t last_ = 0;                                 // number of all
    std::uint64_t next_ = 0;                                 // all before it were taken once, or are held back
    std::deque<std::uint64_t> again_;                        // to be taken again
    std::set<std::pair<std::uint32_t, std::uint64_t>> held_; // back: by what, and which
    std::size_t bytes_ = 0;
    std::size_t tried_ = 0;                      // of these without a waiter
    error_code failed_;                          // of one of those that are over
    std::list<std::shared_ptr<waiter>> waiting_; // for room
    std::list<flush_waiter> flushing_;
    bool connected_ = false;
    bool closed_ = false;
    bool gone_ = false;
};

} // namespace fairway::detail

#endif
