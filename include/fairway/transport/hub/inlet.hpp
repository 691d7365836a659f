// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_HUB_INLET_HPP
#define FAIRWAY_TRANSPORT_HUB_INLET_HPP

#include <fairway/env/brief_mutex.hpp>
#include <fairway/env/handled.hpp>
#include <fairway/transport/hub/group.hpp>
#include <fairway/transport/hub/inbox.hpp>
#include <fairway/transport/hub/waiting_send.hpp>
#include <fairway/transport/seam.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace fairway::hub_detail {

// The senders' side of a channel: how messages come in, through an inbox to the logs, as far as there is room, and who
// waits for some.
//
// Two locks, so that senders and receivers seldom meet: the inbox's, held for a moment; and the channel's, for the logs
// and groups. Who needs both takes the channel's first. Members and waiting senders are told under a lock that they
// take to go: so nothing is posted to an execution context that has ended.
class inlet : public std::enable_shared_from_this<inlet> {
public:
    inlet(address shape, bounds most, bool agreed = false)
        : shape_(std::move(shape)), bounds_(most), agreed_(agreed), logs_(std::max(shape_.shards, 1U)) {
        if (shape_.kind == channel_kind::point_to_point) add_group("");
        inbox_.allow(bounds_);
    }

    address const& shape() const noexcept { return shape_; }

    // No more sends: those that wait fail, later ones too.
    void close() {
        finished_sends ended;
        all_of_it const locks(*this);
        inbox_.close();
        for (auto const& w : waiting_) ended.add(w, errc::unroutable);
        waiting_.clear();
        inner_waiting_ = 0;
        ended.tell();
    }

    // Drops the sends of a context that ends; their coroutines end with it.
    void abandon(asio::execution_context const& context) {
        std::list<std::shared_ptr<waiting_send>> dropped;
        all_of_it const locks(*this);
        for (auto i = waiting_.begin(); i != waiting_.end();) {
            auto const next = std::next(i);
            if (&asio::query((*i)->executor, asio::execution::context) == &context) {
                if ((*i)->inner) --inner_waiting_;
                dropped.splice(dropped.end(), waiting_, i);
            }
            i = next;
        }
        feed_waiting();
    }

    // Ends the sends that wait and came through this: it was closed.
    void end_sends(void const* through) {
        finished_sends ended;
        all_of_it const locks(*this);
        for (auto i = waiting_.begin(); i != waiting_.end();) {
            auto const at = i++;
            if ((*at)->through.get() != through) continue;
            ended.add(*at, errc::closed);
            if ((*at)->inner) --inner_waiting_;
            waiting_.erase(at);
        }
        feed_waiting();
        ended.tell();
    }

    // Takes as many as there is room for, from the front; what it took is left empty.
    std::size_t try_send(std::span<envelope> envelopes, error_code& why) {
        std::size_t n = 0;
        {
            std::lock_guard const lock(inbox_mutex_);
            for (; n < envelopes.size() && inbox_.is_open(); ++n) put(std::move(envelopes[n]));
        }
        return n == envelopes.size() ? n : n + try_send_slowly(envelopes.subspan(n), why);
    }

    // Waits for room.
    void send(asio::any_io_executor const& executor, std::shared_ptr<void> through, std::vector<envelope> envelopes,
        env::steady_point deadline, std::vector<outcome>& into, env::continuation done) {
        auto const w = std::make_shared<waiting_send>();
        w->executor = executor;
        w->through = std::move(through);
        w->envelopes = std::move(envelopes);
        w->into = &into;
        w->inner = is_inner();
        auto const give_up = [self = weak_from_this()](std::shared_ptr<waiting_send> const& late, errc why) {
            if (auto const channel = self.lock()) channel->give_up(late, why);
        };
        on_cancellation(w, done, give_up);
        w->done.emplace(std::move(done));
        finished_sends ended;
        all_of_it const locks(*this);
        bool const waits = !inbox_.closed() && ((!waiting_.empty() && !w->inner) || !feed(*w));
        if (waits) {
            waiting_.push_back(w);
            if (w->inner) ++inner_waiting_;
            on_deadline(w, deadline, give_up);
        } else {
            ended.add(w, inbox_.closed() ? errc::unroutable : error_code());
        }
        empty_inbox();
        open_inbox();
        ended.tell();
    }

protected:
    // Both locks, with the inbox empty.
    class all_of_it {
    public:
        explicit all_of_it(inlet& of) : channel_(of.mutex_), inbox_(of.inbox_mutex_) { of.empty_inbox(); }

    private:
        std::lock_guard<env::brief_mutex> channel_;
        std::lock_guard<env::brief_mutex> inbox_;
    };

    // A group stays, whoever has made it.
    static constexpr std::size_t most_groups = 1'024;
    void add_group(std::string name) { groups_.emplace_back(std::move(name), shape_.shards > 0, agreed_, logs_); }
    group& group_of(std::string const& name) {
        if (shape_.kind == channel_kind::point_to_point) return groups_.front();
        for (auto& g : groups_)
            if (g.name() == name) return g;
        if (groups_.size() >= most_groups) detail::fail(errc::queue_full, shape_.channel + " has too many groups");
        add_group(name);
        return groups_.back();
    }
    std::uint32_t shard_of(envelope const& e) const noexcept {
        return shape_.shards > 0 ? e.shard() % shape_.shards : 0;
    }

    // ---- with the inbox's lock held ----
    void put(envelope&& e) {
        if (groups_.empty()) return; // nobody wants it
        auto const shard = hungry_ > 0 ? shard_of(e) : 0;
        inbox_.put(std::move(e));
        for (auto g = groups_.begin(); g != groups_.end() && hungry_ > 0; ++g)
            if (member* const m = g->to_be_told(shard)) tell(*m);
    }
    void tell(member& m) {
        lose_appetite(m);
        m.woken = true;
        m.tell();
    }
    void lose_appetite(member& m) noexcept {
        if (std::exchange(m.hungry, false)) --hungry_;
    }

    // ---- with the channel's lock held ----
    void append(std::size_t bytes) {
        if (arrived_.empty()) return; // mostly, of thousands of groups that look one after the other
        auto const groups = static_cast<std::uint32_t>(groups_.size());
        for (auto& e : arrived_) {
            auto const shard = shard_of(e);
            logs_[shard].append(std::move(e), groups);
            if (shape_.shards == 0) continue;
            for (auto& g : groups_) g.note(shard);
        }
        for (auto& g : groups_) g.grow(arrived_.size(), bytes);
        arrived_.clear();
    }

    // ---- with both locks held ----
    void empty_inbox() { append(inbox_.take(arrived_)); }

    // A message goes to all groups or to none: the slowest group slows the senders, it does not lose messages. What a
    // handler of the channel sends may take the place of what is being handled: it is that which has to end before
    // there is room, so that waiting for room would be waiting for itself. One for each held delivery, and one more for
    // each that is accepted.
    bool has_room(bool inner) const noexcept {
        return std::all_of(groups_.begin(), groups_.end(),
            [this, inner](group const& g) { return is_within_bounds(g) || (inner && g.beyond() < g.held()); });
    }
    bool is_within_bounds(group const& g) const noexcept {
        return g.backlog() + inbox_.count() < bounds_.messages && g.backlog_bytes() + inbox_.bytes() < bounds_.bytes;
    }
    bool is_inner() const noexcept { return env::handling_scope::channel() == shape_.channel; }

    // With no more than `put` looks at.
    void open_inbox() noexcept {
        bounds room = bounds_;
        for (auto const& g : groups_) {
            room.messages = std::min(room.messages, bounds_.messages - std::min(g.backlog(), bounds_.messages));
            room.bytes = std::min(room.bytes, bounds_.bytes - std::min(g.backlog_bytes(), bounds_.bytes));
        }
        inbox_.allow(waiting_.empty() ? room : bounds{0, 0});
    }

    // Lets a message in for which there is room; true where there was.
    bool let_in(envelope& e, bool inner) {
        if (!has_room(inner)) return false;
        for (auto& g : groups_)
            if (!is_within_bounds(g)) g.let_in_beyond();
        put(std::move(e));
        return true;
    }
    // What the inbox alone could not decide.
    std::size_t try_send_slowly(std::span<envelope> envelopes, error_code& why) {
        bool const inner = is_inner();
        all_of_it const locks(*this);
        std::size_t n = 0;
        for (; n < envelopes.size(); ++n) {
            bool const waits = !waiting_.empty() && !inner;
            why = inbox_.closed()                         ? errc::unroutable
                  : waits || !let_in(envelopes[n], inner) ? errc::queue_full
                                                          : error_code();
            if (why) break;
        }
        empty_inbox();
        open_inbox();
        return n;
    }

    // Puts in what fits; true when all of it is in.
    bool feed(waiting_send& w) {
        while (w.outcomes.size() < w.envelopes.size()) {
            if (!let_in(w.envelopes[w.outcomes.size()], w.inner)) return false;
            w.outcomes.push_back({});
        }
        return true;
    }
    void feed_waiting() {
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
            ended.add(*at, {});
            if ((*at)->inner) --inner_waiting_;
            waiting_.erase(at);
        }
        empty_inbox();
        open_inbox();
        ended.tell();
    }

    void give_up(std::shared_ptr<waiting_send> const& w, errc why) {
        finished_sends ended;
        all_of_it const locks(*this);
        if (w->finished) return;
        waiting_.remove(w);
        if (w->inner) --inner_waiting_;
        ended.add(w, why);
        feed_waiting();
        ended.tell();
    }

    address const shape_;
    bounds const bounds_;
    bool const agreed_;
    env::brief_mutex mutex_;
    std::vector<log> logs_;
    // Changed with both locks held.
    std::list<group> groups_;
    // Changed with both locks held.
    std::list<std::shared_ptr<waiting_send>> waiting_;
    std::size_t inner_waiting_ = 0;
    // What was taken out of the inbox, for a moment.
    std::vector<envelope> arrived_;

    // A line of its own: what receivers use at each batch does not take it away from senders.
    alignas(64) env::brief_mutex inbox_mutex_;
    inbox inbox_;
    // How many members are hungry.
    std::size_t hungry_ = 0;
};

} // namespace fairway::hub_detail

#endif
