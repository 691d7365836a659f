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
#include <memory>
#include <mutex>
#include <optional>
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
    void flush(error_code& into, env::continuation done) {
        std::lock_guard const lock(mutex_);
        if (gone_) return;
        flushing_.push_back({first_ + entries_.size(), &into, std::move(done)});
        end_flushes();
    }

    // ---- for who has the connection ----
    struct item {
        std::uint64_t number; // rises by one with each item
        Where where;
        envelope message;
    };
    // What is to be sent next. Passes over what may not go yet, as `may_go(number, message)` says, called under the
    // outbox's lock: who holds it back takes it later, by its number.
    template <class MayGo>
    std::optional<item> take(MayGo&& may_go) {
        std::lock_guard const lock(mutex_);
        while (!again_.empty() || next_ < entries_.size()) {
            auto number = first_ + next_;
            if (again_.empty()) {
                ++next_;
            } else {
                number = again_.front();
                again_.pop_front();
            }
            auto* const e = find(number);
            if (e && !e->over && may_go(number, std::as_const(e->message))) return taken(*e, number);
        }
        return std::nullopt;
    }
    // What was passed over, if nobody has given it up.
    std::optional<item> take(std::uint64_t number) {
        std::lock_guard const lock(mutex_);
        auto* const e = find(number);
        if (!e || e->over) return std::nullopt;
        return taken(*e, number);
    }
    // The broker could not take an item: it goes out again, before all that was not on its way yet, and in its place
    // among others of the kind.
    void take_again(std::uint64_t number) {
        std::lock_guard const lock(mutex_);
        again_.insert(std::upper_bound(again_.begin(), again_.end(), number), number);
    }
    // An item has arrived, or was refused for good; nobody knows what became of it on a connection that was lost.
    void end(std::uint64_t number, error_code why = {}) {
        std::lock_guard const lock(mutex_);
        if (auto* const e = find(number))
            end_entry(*e, why && e->was_lost ? make_error_code(errc::outcome_unknown) : why);
        clean_up();
    }
    // What has not ended goes out again: the connection is lost, with which it may have arrived; or it was told that it
    // was not taken.
    void begin_again(bool may_have_arrived = true) {
        std::lock_guard const lock(mutex_);
        for (std::size_t i = 0; may_have_arrived && i < next_; ++i) entries_[i].was_lost |= entries_[i].sent;
        next_ = 0;
        again_.clear();
        connected_ = false;
    }
    // There is a connection, of which the address takes messages.
    void connected() {
        std::lock_guard const lock(mutex_);
        connected_ = true;
        if (next_ < entries_.size()) wake_();
    }
    // The address takes none; what waits fails.
    void refuse(error_code why) {
        std::lock_guard const lock(mutex_);
        end_all(why);
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
        std::deque<entry> entries;
        std::list<flush_waiter> flushing;
        std::lock_guard const lock(mutex_);
        closed_ = gone_ = true;
        dropped.swap(waiting_);
        entries.swap(entries_);
        flushing.swap(flushing_);
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
        bool sent = false;     // the broker may have it
        bool was_lost = false; // with a connection
        bool over = false;
    };
    struct flush_waiter {
        std::uint64_t until;
        error_code* into;
        env::continuation done;
    };

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
    bool has_room() const noexcept { return count_ < most_.messages && bytes_ < most_.bytes; }
    entry* find(std::uint64_t number) noexcept {
        if (number < first_ || number - first_ >= entries_.size()) return nullptr;
        return &entries_[static_cast<std::size_t>(number - first_)];
    }
    item taken(entry& e, std::uint64_t number) {
        e.sent = true;
        return {number, e.where, e.message};
    }
    void enter(Where const& where, envelope&& e, std::shared_ptr<waiter> owner, std::size_t index) {
        auto const bytes = e.footprint();
        entries_.push_back({where, std::move(e), std::move(owner), index, bytes});
        ++count_;
        bytes_ += bytes;
        if (connected_ && next_ + 1 == entries_.size()) wake_();
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
    void end_entry(entry& e, error_code why) {
        if (std::exchange(e.over, true)) return;
        --count_;
        bytes_ -= e.bytes;
        e.message = {};
        if (auto const w = std::exchange(e.owner, nullptr)) {
            note(*w, e.index, why);
            if (w->over() && w->entered == w->outcomes.size()) tell(w);
        } else {
            --tried_;
            if (why && !failed_) failed_ = why;
        }
    }
    void clean_up() {
        for (; !entries_.empty() && entries_.front().over; ++first_) {
            entries_.pop_front();
            if (next_ > 0) --next_;
        }
        end_flushes();
        if (!closed_) feed();
    }
    void end_all(error_code why) {
        for (auto& e : entries_) end_entry(e, e.sent ? make_error_code(errc::outcome_unknown) : why);
        for (auto const& w : std::exchange(waiting_, {})) {
            for (std::size_t i = w->entered; i < w->outcomes.size(); ++i) note(*w, i, why);
            w->entered = w->outcomes.size();
            if (w->over()) tell(w);
        }
        clean_up();
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
            if (tried_ == 0) return true;
            return std::none_of(entries_.begin(), entries_.end(),
                [&, n = first_](entry const& e) mutable { return n++ < f.until && !e.over && !e.owner; });
        };
        while (!flushing_.empty() && is_over(flushing_.front())) {
            *flushing_.front().into = std::exchange(failed_, error_code());
            env::post(
                executor_, [done = std::move(flushing_.front().done)]() mutable { env::resume(std::move(done)); });
            flushing_.pop_front();
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
        for (auto& e : entries_)
            if (e.owner == w) end_entry(e, e.sent ? make_error_code(errc::outcome_unknown) : unsent);
        if (w->over()) tell(w);
        clean_up();
    }

    asio::any_io_executor executor_;
    env::clock& clock_;
    outbox_bounds most_;
    acceptance level_;
    std::function<void()> wake_;
    mutable std::mutex mutex_;
    std::deque<entry> entries_;
    std::deque<std::uint64_t> again_;
    std::uint64_t first_ = 1; // the number of the first of them
    std::size_t next_ = 0;    // the first of them that was not taken, nor passed over
    std::size_t count_ = 0;   // of those that are not over
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
