// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_INPROC_QUEUE_HPP
#define FAIRWAY_TRANSPORT_INPROC_QUEUE_HPP

#include <fairway/delivery/membership.hpp>
#include <fairway/transport/seam.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

namespace fairway::inproc_detail {

// A message in a queue: `sequence` restores its place when it comes back.
struct item {
    envelope message;
    std::uint64_t sequence = 0;
    std::uint32_t attempt = 1;
};

// A consumer's end of a queue: a mailbox of deliveries, and those that it received and has not settled yet. Both share
// `prefetch` places. Guarded by the lock of the channel that the queue belongs to.
class member {
public:
    member(member_id id, receiver& told, std::size_t prefetch) : id_(id), told_(&told), places_(prefetch) {
        mailbox_.reserve(prefetch);
        free_.reserve(prefetch);
        for (std::size_t i = prefetch; i-- > 0;) free_.push_back(static_cast<std::uint32_t>(i));
    }

    member_id id() const noexcept { return id_; }
    // How many deliveries it holds.
    std::size_t held() const noexcept { return places_.size() - free_.size(); }
    bool can_take() const noexcept { return !paused_ && !free_.empty(); }
    void pause() noexcept { paused_ = true; }
    bool is_paused() const noexcept { return paused_; }

    void put(item&& i, std::uint32_t shard) {
        auto const index = free_.back();
        free_.pop_back();
        auto& free_place = places_[index];
        free_place.content = std::move(i);
        free_place.shard = shard;
        free_place.received = false;
        mailbox_.push_back(index);
        if (hungry_) {
            hungry_ = false;
            told_->ready();
        }
    }

    std::size_t receive(std::vector<delivery>& out, std::size_t most) {
        std::size_t const n = std::min(most, mailbox_.size() - taken_);
        for (std::size_t k = 0; k < n; ++k) {
            auto const index = mailbox_[taken_ + k];
            auto& taken = places_[index];
            taken.received = true;
            out.emplace_back(taken.content.message, tag_of(index), taken.content.attempt);
        }
        taken_ += n;
        if (taken_ == mailbox_.size() || taken_ >= places_.size()) {
            mailbox_.erase(mailbox_.begin(), mailbox_.begin() + static_cast<std::ptrdiff_t>(taken_));
            taken_ = 0;
        }
        if (n < most) hungry_ = true;
        return n;
    }

    // Ends the delivery `tag`: hands its item and shard to `end`. False for a tag that is not (or no longer) out.
    template <class End>
    bool settle(std::uint64_t tag, End&& end) {
        auto const index = static_cast<std::uint32_t>(tag & 0xffffffffU);
        if (index >= places_.size() || !places_[index].received || tag_of(index) != tag) return false;
        give_back(index, std::forward<End>(end));
        return true;
    }

    // Takes out of the mailbox what `which(shard)` chooses and was not received yet.
    template <class Which, class End>
    void reclaim(Which&& which, End&& end) {
        std::vector<std::uint32_t> kept;
        for (std::size_t k = taken_; k < mailbox_.size(); ++k) {
            auto const index = mailbox_[k];
            if (which(places_[index].shard))
                give_back(index, end);
            else
                kept.push_back(index);
        }
        mailbox_ = std::move(kept);
        mailbox_.reserve(places_.size());
        taken_ = 0;
    }

    // Takes out everything; what was received counts as an attempt.
    template <class End>
    void reclaim_all(End&& end) {
        mailbox_.clear();
        taken_ = 0;
        for (std::uint32_t index = 0; index < places_.size(); ++index) {
            if (!places_[index].content.message) continue;
            if (places_[index].received) ++places_[index].content.attempt;
            give_back(index, end);
        }
    }

    // How many of a shard's messages were received and are not settled.
    std::size_t unsettled(std::uint32_t shard) const noexcept {
        return static_cast<std::size_t>(std::count_if(places_.begin(), places_.end(),
            [&](place const& p) { return p.received && p.content.message && p.shard == shard; }));
    }

private:
    struct place {
        item content;
        std::uint32_t shard = 0;
        std::uint32_t generation = 0;
        bool received = false;
    };

    std::uint64_t tag_of(std::uint32_t index) const noexcept {
        return std::uint64_t{places_[index].generation} << 32 | index;
    }
    template <class End>
    void give_back(std::uint32_t index, End&& end) {
        auto& p = places_[index];
        ++p.generation;
        p.received = false;
        auto const shard = p.shard;
        item taken = std::move(p.content);
        p.content = item{};
        free_.push_back(index);
        end(std::move(taken), shard);
    }

    member_id id_;
    receiver* told_;
    std::vector<place> places_;
    std::vector<std::uint32_t> free_;
    std::vector<std::uint32_t> mailbox_;
    std::size_t taken_ = 0;
    bool hungry_ = true;
    bool paused_ = false;
};

// The messages of one group (or of a whole point-to-point channel) and the members that compete for them. Guarded by
// the channel's lock.
class queue {
public:
    explicit queue(unsigned shards) : sharded_(shards > 0), shards_(sharded_ ? shards : 1) {}

    std::size_t backlog() const noexcept { return backlog_; }
    std::size_t backlog_bytes() const noexcept { return bytes_; }
    // How many were let in beyond the bounds; each message that is accepted makes up for one.
    std::size_t beyond() const noexcept { return beyond_; }
    void let_in_beyond() noexcept { ++beyond_; }
    // How many deliveries its members hold.
    std::size_t held() const noexcept {
        std::size_t n = 0;
        for (auto const* m : members_) n += m->held();
        return n;
    }

    void push(envelope message) {
        auto const shard = sharded_ ? message.head().shard % static_cast<std::uint32_t>(shards_.size()) : 0;
        item fresh{std::move(message), ++sequence_, 1};
        auto& s = shards_[shard];
        if (s.waiting.empty()) {
            if (member* const m = taker(s)) {
                m->put(std::move(fresh), shard);
                return;
            }
        }
        grow(fresh);
        s.waiting.push_back(std::move(fresh));
    }

    void join(member& m) {
        members_.push_back(&m);
        rebalance();
        dispatch();
    }

    // Stops, or resumes, the intake of one shard by its owner.
    void hold(member& m, std::uint32_t shard, bool on) {
        if (!sharded_ || shard >= shards_.size() || shards_[shard].owner != &m) return;
        shards_[shard].held = on;
        if (on)
            reclaim_shard(m, shard);
        else
            dispatch();
    }

    // Stops intake of a member: what it has not received goes to others.
    void pause(member& m) {
        m.pause();
        m.reclaim([](std::uint32_t) { return true; }, [this](item&& i, std::uint32_t s) { restore(std::move(i), s); });
        rebalance();
        dispatch();
    }

    // A member leaves, with or without unsettled deliveries.
    void leave(member& m) {
        std::erase(members_, &m);
        for (auto& s : shards_)
            if (s.owner == &m) s.owner = nullptr, s.held = false;
        m.reclaim_all([this](item&& i, std::uint32_t s) { restore(std::move(i), s); });
        next_ = 0;
        rebalance();
        dispatch();
    }

    void settle(member& m, std::span<settlement const> settlements) {
        bool moved = false;
        for (auto const& one : settlements) {
            m.settle(one.tag, [&](item&& i, std::uint32_t shard) {
                if (one.accept) {
                    if (beyond_ > 0) --beyond_;
                } else {
                    ++i.attempt;
                    // What follows it in its shard and was not received yet must not overtake it.
                    if (sharded_) reclaim_shard(m, shard);
                    restore(std::move(i), shard);
                }
                moved = moved || shards_[shard].next != shards_[shard].owner;
            });
        }
        if (moved) hand_over();
        if (backlog_ > 0) dispatch();
    }

private:
    struct shard_state {
        std::deque<item> waiting;
        // Sharded queues: who owns the shard, and who gets it once the owner has settled what it received.
        member* owner = nullptr;
        member* next = nullptr;
        // Its owner wants no more of it for now.
        bool held = false;
    };

    // Who can take the next message of a shard.
    member* taker(shard_state const& s) {
        if (sharded_) return s.owner && s.owner == s.next && !s.held && s.owner->can_take() ? s.owner : nullptr;
        for (std::size_t tried = 0; tried < members_.size(); ++tried) {
            member* const m = members_[next_];
            next_ = next_ + 1 == members_.size() ? 0 : next_ + 1;
            if (m->can_take()) return m;
        }
        return nullptr;
    }

    void dispatch() {
        for (std::uint32_t n = 0; n < shards_.size() && backlog_ > 0; ++n) {
            auto& s = shards_[n];
            while (!s.waiting.empty()) {
                member* const m = taker(s);
                if (!m) break;
                shrink(s.waiting.front());
                m->put(std::move(s.waiting.front()), n);
                s.waiting.pop_front();
            }
        }
    }

    // Puts a message back where it was in its shard's order.
    void restore(item&& i, std::uint32_t shard) {
        grow(i);
        auto& waiting = shards_[shard].waiting;
        auto const at = std::find_if(
            waiting.begin(), waiting.end(), [&](item const& other) { return other.sequence > i.sequence; });
        waiting.insert(at, std::move(i));
    }

    void reclaim_shard(member& m, std::uint32_t shard) {
        m.reclaim([shard](std::uint32_t s) { return s == shard; },
            [this](item&& i, std::uint32_t s) { restore(std::move(i), s); });
    }

    void rebalance() {
        if (!sharded_) return;
        std::vector<member_id> ids;
        for (member const* m : members_)
            if (!m->is_paused()) ids.push_back(m->id());
        std::vector<member_id> owners;
        for (auto const& s : shards_) owners.push_back(s.next ? s.next->id() : 0);
        auto const wanted = balance(owners, ids);
        for (std::uint32_t n = 0; n < shards_.size(); ++n) {
            auto& s = shards_[n];
            auto const found =
                std::find_if(members_.begin(), members_.end(), [&](member const* m) { return m->id() == wanted[n]; });
            s.next = found == members_.end() ? nullptr : *found;
            if (!s.owner || s.owner == s.next) continue;
            reclaim_shard(*s.owner, n);
        }
        hand_over();
    }

    // A shard moves when its owner has settled all that it received: then nothing is handled twice or out of order.
    void hand_over() {
        for (std::uint32_t n = 0; n < shards_.size(); ++n) {
            auto& s = shards_[n];
            if (s.owner != s.next && (!s.owner || s.owner->unsettled(n) == 0)) s.owner = s.next, s.held = false;
        }
    }

    void grow(item const& i) noexcept {
        ++backlog_;
        bytes_ += i.message.footprint();
    }
    void shrink(item const& i) noexcept {
        --backlog_;
        bytes_ -= i.message.footprint();
    }

    bool sharded_;
    std::vector<shard_state> shards_;
    std::vector<member*> members_;
    std::size_t next_ = 0;
    std::uint64_t sequence_ = 0;
    std::size_t backlog_ = 0;
    std::size_t bytes_ = 0;
    std::size_t beyond_ = 0;
};

} // namespace fairway::inproc_detail

#endif
