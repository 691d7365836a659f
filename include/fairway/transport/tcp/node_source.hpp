// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_NODE_SOURCE_HPP
#define FAIRWAY_TRANSPORT_TCP_NODE_SOURCE_HPP

#include <fairway/delivery/membership.hpp>
#include <fairway/env/run_loop.hpp>
#include <fairway/transport/hub/ends.hpp>
#include <fairway/transport/seam.hpp>
#include <fairway/transport/tcp/feed.hpp>
#include <fairway/transport/tcp/road.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace fairway::tcp_detail {

// A consumer's source: the messages that services of this node send, out of its own hub, and those that other nodes
// deliver, a feed each. Thread-safe; what other nodes are to be told of is told by the node, on its executor, which is
// woken for it.
class node_source final : public source, public env::runnable, public std::enable_shared_from_this<node_source> {
public:
    // Carries out what a feed's other node is to be told of.
    using carrier = std::function<void(feed&, std::vector<feed::order> const&)>;

    node_source(subscription what, receiver& told) : what_(std::move(what)), told_(&told) {}
    ~node_source() override { close(); }

    // Once, at the beginning: the node's own share, and what does the rest, on the loop.
    // `left` is called when it is closed, on any thread, without a lock.
    void start(std::shared_ptr<env::run_loop> const& loop, std::shared_ptr<hub_detail::hub_source> local, carrier carry,
        std::function<void()> left) {
        member_ = local->id();
        waker_.emplace(loop, weak_from_this());
        local_ = std::move(local);
        carry_ = std::move(carry);
        left_ = std::move(left);
    }
    subscription const& what() const noexcept { return what_; }
    // Who it is, for all who deliver to it.
    member_id member() const noexcept { return member_; }
    bool closed() const {
        std::lock_guard const lock(mutex_);
        return closed_;
    }
    bool wants_more() const {
        std::lock_guard const lock(mutex_);
        return !closed_ && !paused_;
    }

    // Who waits for what this node sends into the channel; at the beginning.
    void tell_received(std::shared_ptr<road> way, bool when_handled) {
        road_ = std::move(way);
        when_handled_ = when_handled;
    }

    // ---- for the node, on its executor
    std::shared_ptr<feed> add_feed(session& at, std::uint32_t number) {
        std::lock_guard const lock(mutex_);
        auto const f = std::make_shared<feed>(next_index(), what_.from.shards);
        f->at = &at;
        f->node = at.peer().node;
        f->number = number;
        for (auto const shard : on_hold_) f->hold(shard, true);
        feeds_.push_back(f);
        return f;
    }
    void deliver(feed& from, std::span<letter> letters) {
        std::lock_guard const lock(mutex_);
        bool fresh = false;
        for (auto& l : letters) fresh = from.deliver(std::move(l)) || fresh;
        if (fresh) wake();
        tell_node(from);
    }
    void begun(feed& from) {
        std::lock_guard const lock(mutex_);
        if (std::exchange(from.begun, true)) return;
        from.begun_at = from.at->heard();
        tell(notice_kind::connected);
        from.has_replaced = std::erase(lost_, from.node) > 0;
        if (from.has_replaced || lost_.empty()) return;
        lost_.erase(lost_.begin());
        replaced_by(from);
    }
    void held(feed& from, std::uint32_t shard) {
        std::lock_guard const lock(mutex_);
        from.held(shard);
        tell_node(from);
    }
    // Nothing of it is on its way any more.
    void stopped(feed& from) {
        std::lock_guard const lock(mutex_);
        from.stopped();
        tell_node(from);
    }
    void recall(feed& from, std::size_t most) {
        std::lock_guard const lock(mutex_);
        from.recall(most);
        tell_node(from);
    }
    // Messages were dropped while it was away.
    void lost() {
        std::lock_guard const lock(mutex_);
        tell(notice_kind::gap);
    }
    bool is_leaving(feed const& from) const {
        std::lock_guard const lock(mutex_);
        return from.leaves();
    }
    // Nothing of this channel is to come from there any more.
    void stop_feed(feed& from) {
        std::lock_guard const lock(mutex_);
        from.stop(true);
        tell_node(from);
    }
    // Its session is over, or it was refused; `outlives`: what has arrived is handled nevertheless.
    void end_feed(std::shared_ptr<feed> const& gone, bool outlives = false) {
        std::lock_guard const lock(mutex_);
        if (gone->begun && what_.from.kind == channel_kind::publish_subscribe) note_loss(*gone);
        if (outlives && !closed_ && !paused_) {
            gone->outlive();
            if (!gone->done()) return wake();
        }
        drop(gone);
    }
    // Carries out the orders.
    bool run() override {
        std::vector<std::pair<std::shared_ptr<feed>, std::vector<feed::order>>> all;
        {
            std::lock_guard const lock(mutex_);
            for (auto const& f : feeds_)
                if (f->has_orders()) all.emplace_back(f, f->take_orders());
        }
        for (auto const& [f, orders] : all) carry_(*f, orders);
        return false;
    }

    // ---- source
    std::size_t receive(std::vector<delivery>& out, std::size_t most) override {
        std::lock_guard const lock(mutex_);
        if (closed_) return 0;
        std::size_t const free = what_.prefetch - std::min(what_.prefetch, in_hands_);
        std::size_t const wanted = std::min(most, free);
        std::size_t n = 0;
        // Each gets the first look in turn.
        auto const parts = feeds_.size() + 1;
        bool local = false;
        for (std::size_t i = 0; i < parts && n < wanted; ++i) {
            auto const which = (turn_ + i) % parts;
            local = local || which == 0;
            n += which == 0 ? take_local(out, wanted - n) : take(*feeds_[which - 1], out, wanted - n);
        }
        if (!local) local_->pass_on();
        turn_ = (turn_ + 1) % parts;
        in_hands_ += n;
        if (n == most) return n;
        hungry_ = true;
        starved_ = n == wanted && wanted < most;
        return n;
    }
    void notices(std::vector<notice>& out) override {
        std::lock_guard const lock(mutex_);
        out.insert(out.end(), notices_.begin(), notices_.end());
        bool const ended = std::any_of(
            notices_.begin(), notices_.end(), [](notice const& n) { return n.what == notice_kind::disconnected; });
        notices_.clear();
        hungry_ = true;
        // Whoever hears of it holds nothing any more.
        if (ended && !closed_)
            for (auto const shard : std::exchange(on_hold_, {})) hold_everywhere(shard, false);
    }
    void hold(std::uint32_t shard, bool on) override {
        std::lock_guard const lock(mutex_);
        if (closed_) return;
        std::erase(on_hold_, shard);
        if (on) on_hold_.push_back(shard);
        hold_everywhere(shard, on);
    }
    void settle(std::span<settlement const> settlements) override {
        std::lock_guard const lock(mutex_);
        if (closed_) return;
        feed* last = nullptr;
        for (auto const& s : settlements) {
            auto const index = static_cast<std::uint32_t>(s.tag >> tag_bits);
            if (index == 0) {
                local_->settle({&s, 1});
                if (!awaited_.empty()) note_handled(s);
                in_hands_ -= std::min<std::size_t>(in_hands_, s.count);
                continue;
            }
            if (!last || last->index() != index) last = find(index);
            if (last) in_hands_ -= last->settle(s.tag & tag_mask, s.count, s.accept);
        }
        for (std::size_t i = feeds_.size(); i > 0; --i)
            if (feeds_[i - 1]->done()) drop(feeds_[i - 1]);
        for (auto const& f : feeds_) tell_node(*f);
        if (std::exchange(starved_, false)) wake();
    }
    void pause() override {
        std::lock_guard const lock(mutex_);
        if (closed_ || std::exchange(paused_, true)) return;
        local_->pause();
        for (auto const& f : feeds_) {
            f->stop(false);
            tell_node(*f);
        }
    }
    void close() override {
        std::function<void()> left;
        {
            std::lock_guard const lock(mutex_);
            if (std::exchange(closed_, true)) return;
            if (local_) local_->close();
            for (auto const& f : feeds_) f->close();
            in_hands_ = 0;
            if (waker_) waker_->wake();
            left.swap(left_);
        }
        if (left) left(); // now: nobody may hold it when the loop runs
    }

private:
    // A delivery's tag is the number of its feed, 0 for the node's own share, and the tag there.
    static constexpr unsigned tag_bits = feed::tag_bits;
    static constexpr std::uint64_t tag_mask = (std::uint64_t{1} << tag_bits) - 1;
    static constexpr std::uint32_t index_mask = (1U << (64 - tag_bits)) - 1;

    // ---- with the lock held
    // Unless it delivers by another feed already.
    void note_loss(feed const& gone) {
        auto const goes_on = [&](auto const& f) { return f.get() != &gone && f->begun && f->node == gone.node; };
        if (std::any_of(feeds_.begin(), feeds_.end(), goes_on)) return;
        // Who comes instead may have come since this one was last heard of.
        auto const last = gone.at->heard();
        auto const next = std::find_if(feeds_.begin(), feeds_.end(),
            [&](auto const& f) { return f->begun && !f->has_replaced && f->begun_at > last; });
        if (next == feeds_.end())
            lost_.push_back(gone.node);
        else
            replaced_by(**next);
    }
    void replaced_by(feed& other) {
        other.has_replaced = true;
        tell(notice_kind::gap);
    }
    void drop(std::shared_ptr<feed> gone) {
        in_hands_ -= gone->in_hands();
        bool const had_begun = gone->begun;
        gone->end();
        std::erase(feeds_, gone);
        if (had_begun) tell(notice_kind::disconnected);
    }
    std::size_t take_local(std::vector<delivery>& out, std::size_t most) {
        std::size_t const n = local_->receive(out, most);
        if (!road_ || n == 0) return n;
        for (std::size_t i = out.size() - n; i < out.size() && road_->waits().awaited(); ++i) {
            if (when_handled_)
                awaited_.emplace(out[i].tag(), out[i].id());
            else
                road_->waits().received(out[i].id());
        }
        road_->taken_here();
        return n;
    }
    void note_handled(settlement const& s) {
        for (auto at = awaited_.lower_bound(s.tag); at != awaited_.end() && at->first - s.tag < s.count;) {
            if (s.accept) road_->waits().received(at->second);
            at = awaited_.erase(at);
        }
    }
    std::size_t take(feed& from, std::vector<delivery>& out, std::size_t most) {
        std::size_t n = 0;
        for (; n < most && from.has_some(); ++n) {
            letter l = from.take();
            out.emplace_back(std::move(l.message), std::uint64_t{from.index()} << tag_bits | l.tag, l.attempt);
        }
        return n;
    }
    // 0 is the node's own share.
    std::uint32_t next_index() noexcept {
        do last_index_ = (last_index_ + 1) & index_mask;
        while (last_index_ == 0 || find(last_index_));
        return last_index_;
    }
    feed* find(std::uint32_t index) const noexcept {
        for (auto const& f : feeds_)
            if (f->index() == index) return f.get();
        return nullptr;
    }
    void hold_everywhere(std::uint32_t shard, bool on) {
        local_->hold(shard, on);
        for (auto const& f : feeds_) {
            f->hold(shard, on);
            tell_node(*f);
            if (!on && f->has_some()) wake(); // of a node that is gone
        }
    }
    void tell_node(feed const& f) {
        if (f.has_orders()) waker_->wake();
    }
    // The receiver is told once, until it has looked.
    void wake() {
        if (!closed_ && std::exchange(hungry_, false)) told_->ready();
    }
    void tell(notice_kind what) {
        notices_.push_back({what, no_shard});
        wake();
    }

    subscription what_;
    member_id member_ = 0;
    receiver* told_;
    std::optional<env::waker> waker_;
    carrier carry_;
    std::function<void()> left_;
    std::shared_ptr<hub_detail::hub_source> local_;
    std::shared_ptr<road> road_;
    bool when_handled_ = false;

    mutable std::mutex mutex_;
    std::vector<std::shared_ptr<feed>> feeds_;
    std::uint32_t last_index_ = 0;
    std::vector<std::uint32_t> on_hold_;
    std::vector<notice> notices_;
    // Publishers that deliver no more. One that comes instead, maybe the same after a restart, may have published
    // before it knew this group.
    std::vector<identity> lost_;
    std::map<std::uint64_t, message_id> awaited_; // of this node, until it was handled
    std::size_t in_hands_ = 0;
    std::size_t turn_ = 0;
    bool hungry_ = true;
    bool starved_ = false;
    bool paused_ = false;
    bool closed_ = false;
};

} // namespace fairway::tcp_detail

#endif
