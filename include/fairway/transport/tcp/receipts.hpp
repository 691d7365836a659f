// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_RECEIPTS_HPP
#define FAIRWAY_TRANSPORT_TCP_RECEIPTS_HPP

#include <fairway/env/clock.hpp>
#include <fairway/env/execute.hpp>
#include <fairway/env/suspend.hpp>
#include <fairway/transport/seam.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace fairway::tcp_detail {

// A send whose sender waits until a consumer has its messages. Guarded by its receipts' lock, until it is finished;
// then used on its executor only.
struct awaited_send {
    std::vector<envelope> envelopes; // until they have entered the queue
    std::vector<message_id> ids;
    std::vector<outcome> outcomes;
    std::vector<bool> ended;
    std::vector<bool> kept; // the queue keeps it until it is due: that is all that there is to wait for
    std::size_t open = 0;
    env::steady_point deadline;
    // What the queue says.
    std::vector<outcome> entered;
    bool has_entered = false;
    bool is_in = false;
    bool given_up = false;
    asio::cancellation_signal cancel_entry; // while it waits for room there; it is used by one thread at a time:
    bool may_be_cancelled = false;          // whoever lets it in has returned, or else does that
    bool is_cancelled = false;
    bool finished = false;
    std::vector<outcome>* into = nullptr;
    std::optional<env::continuation> done;
    std::unique_ptr<env::alarm> alarm;

    void end(std::size_t i, error_code why, acceptance level) {
        if (ended[i]) return;
        ended[i] = true;
        outcomes[i] = {why, level};
        --open;
    }
};

// Which messages of a point-to-point channel somebody waits for to be received. Thread-safe: messages are received on
// any thread, under locks that nothing may be resumed under.
class receipts : public std::enable_shared_from_this<receipts> {
public:
    // Puts the messages of a send into the queue, and calls what it is given when they are in.
    using entry = std::function<void(std::shared_ptr<awaited_send> const&, std::function<void()>)>;

    receipts(asio::any_io_executor executor, entry enter)
        : executor_(std::move(executor)), clock_(env::clock::of(executor_)), enter_(std::move(enter)) {}

    // Whether anybody waits: then what is received is told.
    bool awaited() const noexcept { return awaited_.load(std::memory_order_relaxed) > 0; }
    // Whether a send waits for a consumer to come.
    bool unclaimed() const {
        std::lock_guard const lock(mutex_);
        return !waiting_.empty();
    }

    void send(std::vector<envelope> envelopes, env::steady_point deadline, std::vector<outcome>& into,
        env::continuation done) {
        auto const w = std::make_shared<awaited_send>();
        for (auto const& e : envelopes) {
            w->ids.push_back(e.id());
            w->kept.push_back(e.is_delayed());
        }
        w->outcomes.resize(envelopes.size());
        w->ended.resize(envelopes.size(), false);
        w->open = envelopes.size();
        w->envelopes = std::move(envelopes);
        w->deadline = deadline;
        w->into = &into;
        auto slot = asio::get_associated_cancellation_slot(done);
        if (slot.is_connected())
            slot.assign([self = weak_from_this(), weak = std::weak_ptr(w)](asio::cancellation_type) {
                auto const all = self.lock();
                auto const one = weak.lock();
                if (all && one) all->give_up(one, errc::cancelled);
            });
        w->done.emplace(std::move(done));
        bool enters = false;
        {
            std::lock_guard const lock(mutex_);
            if (gone_) return; // with its context, `done` is dropped
            if (closed_ || w->open == 0) {
                for (std::size_t i = 0; i < w->ids.size(); ++i) w->end(i, errc::closed, acceptance::local);
                return finish(w);
            }
            all_.push_back(w);
            enters = claimed_ && waiting_.empty();
            if (enters)
                expect(w);
            else
                waiting_.push_back(w);
        }
        if (deadline != env::steady_point::max())
            env::post(executor_, [self = weak_from_this(), w] {
                auto const all = self.lock();
                if (all) all->set_alarm(w);
            });
        if (enters) enter(w);
    }

    // There are consumers, or there are none.
    void claim(bool there) {
        {
            std::lock_guard const lock(mutex_);
            claimed_ = there;
        }
        // Each waits until it is in, so that no later one, on another thread, gets in before it.
        for (std::shared_ptr<awaited_send> w; (w = next_waiting(std::move(w)));) enter(w);
    }
    // A consumer has the message.
    void received(message_id id) {
        std::lock_guard const lock(mutex_);
        auto const found = expected_.find(id);
        if (found == expected_.end()) return;
        auto const [w, i] = found->second;
        forget(found);
        w->end(i, {}, acceptance::peer);
        if (w->open == 0 && w->is_in) finish(w);
    }

    void close() {
        std::list<std::shared_ptr<awaited_send>> all;
        {
            std::lock_guard const lock(mutex_);
            closed_ = true;
            all = all_;
        }
        for (auto const& w : all) give_up(w, errc::closed);
    }
    // The execution context ends: drops what waits without resuming it.
    void abandon() noexcept {
        std::list<std::shared_ptr<awaited_send>> dropped;
        {
            std::lock_guard const lock(mutex_);
            gone_ = true;
            dropped.swap(all_);
            waiting_.clear();
            expected_.clear();
            awaited_ = 0;
        }
        for (auto const& w : dropped) {
            w->alarm.reset();
            auto const gone = std::move(w->done);
            w->done.reset();
        }
    }

private:
    using place = std::pair<std::shared_ptr<awaited_send>, std::size_t>;
    using places = std::multimap<message_id, place>;

    // `last` has entered, if there is one; whoever gets another one lets it in.
    std::shared_ptr<awaited_send> next_waiting(std::shared_ptr<awaited_send> last) {
        std::lock_guard const lock(mutex_);
        if (last) {
            entering_ = false;
            if (!waiting_.empty() && waiting_.front() == last) waiting_.pop_front();
        }
        if (!claimed_ || entering_ || waiting_.empty()) return nullptr;
        entering_ = true;
        expect(waiting_.front());
        return waiting_.front();
    }

    // ---- with the lock held
    void expect(std::shared_ptr<awaited_send> const& w) {
        w->has_entered = true;
        for (std::size_t i = 0; i < w->ids.size(); ++i)
            if (!w->kept[i]) expected_.emplace(w->ids[i], place{w, i});
        awaited_.store(expected_.size(), std::memory_order_relaxed);
    }
    void forget(places::iterator at) {
        expected_.erase(at);
        awaited_.store(expected_.size(), std::memory_order_relaxed);
    }
    void forget(awaited_send const& w, std::size_t i) {
        auto const [first, last] = expected_.equal_range(w.ids[i]);
        for (auto at = first; at != last; ++at)
            if (at->second.first.get() == &w && at->second.second == i) return forget(at);
    }
    // Posted: what runs then may send again.
    void finish(std::shared_ptr<awaited_send> const& w) {
        if (std::exchange(w->finished, true)) return;
        all_.remove(w);
        env::post(executor_, [w] {
            w->alarm.reset();
            if (!w->done) return;
            env::continuation done(std::move(*w->done));
            w->done.reset();
            *w->into = std::move(w->outcomes);
            env::resume(std::move(done));
        });
    }

    void enter(std::shared_ptr<awaited_send> const& w) {
        enter_(w, [self = weak_from_this(), w] {
            if (auto const all = self.lock()) all->is_in(w);
        });
        {
            std::lock_guard const lock(mutex_);
            w->may_be_cancelled = true;
            if (!w->is_cancelled) return;
        }
        w->cancel_entry.emit(asio::cancellation_type::terminal);
    }
    // The queue has told which of them it has taken.
    void is_in(std::shared_ptr<awaited_send> const& w) {
        std::lock_guard const lock(mutex_);
        w->is_in = true;
        for (std::size_t i = 0; i < w->entered.size(); ++i) {
            if (!w->entered[i].error && !w->kept[i]) continue;
            forget(*w, i);
            w->end(i, w->entered[i].error, acceptance::local);
        }
        for (std::size_t i = 0; w->given_up && i < w->ids.size(); ++i) {
            forget(*w, i);
            w->end(i, errc::outcome_unknown, acceptance::local);
        }
        if (w->open == 0) finish(w);
    }
    void set_alarm(std::shared_ptr<awaited_send> const& w) {
        {
            std::lock_guard const lock(mutex_);
            if (w->finished || gone_) return;
        }
        w->alarm = clock_.make_alarm(executor_);
        w->alarm->set(w->deadline, [self = weak_from_this(), weak = std::weak_ptr(w)] {
            auto const all = self.lock();
            auto const late = weak.lock();
            if (all && late) all->give_up(late, errc::not_connected);
        });
    }
    // What is in the queue may still arrive; what waits for room there is the queue's to give up, at the same time.
    void give_up(std::shared_ptr<awaited_send> const& w, errc why) {
        {
            std::lock_guard const lock(mutex_);
            if (w->finished) return;
            if (!w->has_entered || w->is_in) return give_up_now(w, why);
            w->given_up = true;
            if (why == errc::not_connected || std::exchange(w->is_cancelled, true) || !w->may_be_cancelled) return;
        }
        w->cancel_entry.emit(asio::cancellation_type::terminal);
    }
    void give_up_now(std::shared_ptr<awaited_send> const& w, errc why) {
        waiting_.remove(w);
        for (std::size_t i = 0; i < w->ids.size(); ++i) {
            if (w->has_entered) forget(*w, i);
            w->end(i, w->has_entered ? errc::outcome_unknown : why, acceptance::local);
        }
        finish(w);
    }

    asio::any_io_executor executor_;
    env::clock& clock_;
    entry enter_;
    mutable std::mutex mutex_;
    std::list<std::shared_ptr<awaited_send>> all_;
    std::list<std::shared_ptr<awaited_send>> waiting_; // for a consumer; the first one may be about to enter
    bool entering_ = false;
    places expected_;
    std::atomic<std::size_t> awaited_{0};
    bool claimed_ = false;
    bool closed_ = false;
    bool gone_ = false;
};

} // namespace fairway::tcp_detail

#endif
