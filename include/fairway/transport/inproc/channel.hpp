// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_INPROC_CHANNEL_HPP
#define FAIRWAY_TRANSPORT_INPROC_CHANNEL_HPP

#include <fairway/env/execute.hpp>
#include <fairway/env/handled.hpp>
#include <fairway/transport/inproc/queue.hpp>
#include <fairway/transport/seam.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fairway::inproc_detail {

// How much may wait in one queue.
struct bounds {
    std::size_t messages = limits::queue_messages;
    std::size_t bytes = limits::queue_bytes;
};

// A send that waits for room: its envelopes go in one after another, in the order of the senders.
struct waiting_send {
    std::vector<envelope> envelopes;
    std::vector<outcome> outcomes;
    std::vector<outcome>* into = nullptr;
    std::optional<env::continuation> done;
    asio::any_io_executor executor;
    // Keeps alive what drops this when the executor's context ends.
    std::shared_ptr<void> through;
    std::unique_ptr<env::alarm> alarm;
    // Sent by a handler of this very channel.
    bool inner = false;
    bool finished = false;
};

// A channel of the hub: one queue for a point-to-point channel or a reply channel, one for each group otherwise.
// Thread-safe.
class channel_state : public std::enable_shared_from_this<channel_state> {
public:
    channel_state(address shape, bounds most) : shape_(std::move(shape)), bounds_(most) {
        if (shape_.kind == channel_kind::point_to_point) groups_.emplace_back("", shape_.shards);
    }

    address const& shape() const noexcept { return shape_; }

    // Makes a group known: from now on its messages are kept.
    void declare(std::string const& group) {
        std::lock_guard const lock(mutex_);
        group_of(group);
    }

    // The member's queue; the member must leave before it is destroyed.
    queue& join(member& m, std::string const& group) {
        std::lock_guard const lock(mutex_);
        auto& q = group_of(group);
        q.join(m);
        resume();
        return q;
    }

    // No more sends: those that wait fail, later ones too.
    void close() {
        finished_sends ended;
        std::lock_guard const lock(mutex_);
        closed_ = true;
        for (auto const& w : waiting_) finish(ended, w, errc::unroutable);
        waiting_.clear();
        inner_waiting_ = 0;
        complete(std::move(ended));
    }

    // Drops the sends of a context that ends; their coroutines end with it.
    void abandon(asio::execution_context const& context) {
        std::list<std::shared_ptr<waiting_send>> dropped;
        std::lock_guard const lock(mutex_);
        for (auto i = waiting_.begin(); i != waiting_.end();) {
            auto const next = std::next(i);
            if (&asio::query((*i)->executor, asio::execution::context) == &context) {
                if ((*i)->inner) --inner_waiting_;
                dropped.splice(dropped.end(), waiting_, i);
            }
            i = next;
        }
        resume();
    }

    std::size_t try_send(std::span<envelope const> envelopes, error_code& why) {
        bool const inner = is_inner();
        std::lock_guard const lock(mutex_);
        for (std::size_t i = 0; i < envelopes.size(); ++i) {
            bool const full = (!waiting_.empty() && !inner) || !has_room(inner);
            why = closed_ ? errc::unroutable : full ? errc::queue_full : error_code();
            if (why) return i;
            publish(envelopes[i]);
        }
        return envelopes.size();
    }

    void send(asio::any_io_executor const& executor, std::shared_ptr<void> through, std::vector<envelope> envelopes,
        env::steady_point deadline, std::vector<outcome>& into, env::continuation done) {
        auto const w = std::make_shared<waiting_send>();
        w->executor = executor;
        w->through = std::move(through);
        w->envelopes = std::move(envelopes);
        w->into = &into;
        w->inner = is_inner();
        listen_for_cancellation(w, done);
        w->done.emplace(std::move(done));
        finished_sends ended;
        std::lock_guard const lock(mutex_);
        if (closed_) {
            finish(ended, w, errc::unroutable);
        } else if ((waiting_.empty() || w->inner) && feed(*w)) {
            finish(ended, w, {});
        } else {
            waiting_.push_back(w);
            if (w->inner) ++inner_waiting_;
            if (deadline != env::steady_point::max()) set_alarm(w, deadline);
        }
        complete(std::move(ended));
    }

    std::size_t receive(member& m, std::vector<delivery>& out, std::size_t most) {
        std::lock_guard const lock(mutex_);
        return m.receive(out, most);
    }
    void settle(queue& q, member& m, std::span<settlement const> settlements) {
        std::lock_guard const lock(mutex_);
        q.settle(m, settlements);
        resume();
    }
    void hold(queue& q, member& m, std::uint32_t shard, bool on) {
        std::lock_guard const lock(mutex_);
        q.hold(m, shard, on);
        resume();
    }
    void pause(queue& q, member& m) {
        std::lock_guard const lock(mutex_);
        q.pause(m);
        resume();
    }
    void leave(queue& q, member& m) {
        std::lock_guard const lock(mutex_);
        q.leave(m);
        resume();
    }

private:
    struct group_queue {
        group_queue(std::string n, unsigned shards) : name(std::move(n)), messages(shards) {}
        std::string name;
        queue messages;
    };
    using finished_sends = std::vector<std::shared_ptr<waiting_send>>;

    queue& group_of(std::string const& name) {
        if (shape_.kind == channel_kind::point_to_point) return groups_.front().messages;
        for (auto& g : groups_)
            if (g.name == name) return g.messages;
        return groups_.emplace_back(name, shape_.shards).messages;
    }

    // A message goes to all groups or to none: the slowest group slows the senders, it does not lose messages. What a
    // handler of the channel sends may take the place of what is being handled: it is that which has to end before
    // there is room, so that waiting for room would be waiting for itself. One for each held delivery, and one more for
    // each that is accepted.
    bool has_room(bool inner) const noexcept {
        return std::all_of(groups_.begin(), groups_.end(), [this, inner](group_queue const& g) {
            return is_within_bounds(g.messages) || (inner && g.messages.beyond() < g.messages.held());
        });
    }
    bool is_within_bounds(queue const& q) const noexcept {
        return q.backlog() < bounds_.messages && q.backlog_bytes() < bounds_.bytes;
    }
    bool is_inner() const noexcept { return env::handling_scope::channel() == shape_.channel; }
    void publish(envelope const& e) {
        for (auto& g : groups_) {
            if (!is_within_bounds(g.messages)) g.messages.let_in_beyond();
            g.messages.push(e);
        }
    }

    // Puts in what fits; true when all of it is in.
    bool feed(waiting_send& w) {
        while (w.outcomes.size() < w.envelopes.size()) {
            if (!has_room(w.inner)) return false;
            publish(w.envelopes[w.outcomes.size()]);
            w.outcomes.push_back({});
        }
        return true;
    }

    void resume() {
        finished_sends ended;
        bool full = false;
        for (auto i = waiting_.begin(); i != waiting_.end();) {
            auto const at = i++;
            // In their order, but that handlers of this channel need not wait for others.
            if (full && inner_waiting_ == 0) break;
            if ((full && !(*at)->inner) || !feed(**at)) {
                full = true;
                continue;
            }
            finish(ended, *at, {});
            if ((*at)->inner) --inner_waiting_;
            waiting_.erase(at);
        }
        complete(std::move(ended));
    }

    void give_up(std::shared_ptr<waiting_send> const& w, errc why) {
        finished_sends ended;
        std::lock_guard const lock(mutex_);
        if (w->finished) return;
        waiting_.remove(w);
        if (w->inner) --inner_waiting_;
        finish(ended, w, why);
        resume();
        complete(std::move(ended));
    }

    static void finish(finished_sends& ended, std::shared_ptr<waiting_send> const& w, error_code why) {
        w->finished = true;
        w->outcomes.resize(w->envelopes.size(), outcome{why, acceptance::local});
        ended.push_back(w);
    }
    // Posted, never called under the lock: what runs then may send again.
    static void complete(finished_sends ended) {
        for (auto& w : ended) {
            env::post(w->executor, [w] {
                w->alarm.reset();
                w->through.reset();
                env::continuation done(std::move(*w->done));
                w->done.reset();
                *w->into = std::move(w->outcomes);
                asio::dispatch(std::move(done));
            });
        }
    }

    void set_alarm(std::shared_ptr<waiting_send> const& w, env::steady_point deadline) {
        env::post(w->executor, [self = shared_from_this(), w, deadline] {
            if (!w->done) return;
            w->alarm = env::clock::of(w->executor).make_alarm(w->executor);
            w->alarm->set(deadline, [weak = std::weak_ptr(w), channel = std::weak_ptr(self)] {
                auto const c = channel.lock();
                auto const late = weak.lock();
                if (c && late) c->give_up(late, errc::queue_full);
            });
        });
    }
    void listen_for_cancellation(std::shared_ptr<waiting_send> const& w, env::continuation const& done) {
        auto slot = asio::get_associated_cancellation_slot(done);
        if (!slot.is_connected()) return;
        slot.assign([weak = std::weak_ptr(w), self = weak_from_this()](asio::cancellation_type) {
            auto const channel = self.lock();
            auto const cancelled = weak.lock();
            if (channel && cancelled) channel->give_up(cancelled, errc::cancelled);
        });
    }

    address shape_;
    bounds bounds_;
    std::mutex mutex_;
    std::list<group_queue> groups_;
    std::list<std::shared_ptr<waiting_send>> waiting_;
    std::size_t inner_waiting_ = 0;
    bool closed_ = false;
};

} // namespace fairway::inproc_detail

#endif
