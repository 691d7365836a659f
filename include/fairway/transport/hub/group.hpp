// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_HUB_GROUP_HPP
#define FAIRWAY_TRANSPORT_HUB_GROUP_HPP

#include <fairway/transport/hub/member.hpp>
#include <fairway/transport/hub/shard_set.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

namespace fairway::hub_detail {

// One group of a channel (or all consumers of a point-to-point channel): how far it has read, what came back to it, and
// the members that compete for its messages. Guarded by the channel's lock; who its members are, whose a shard is and
// whether it is held changes with the inbox's lock held as well, so that either of them is enough to look.
class group {
public:
    // Reads the logs, one for each shard, from here on.
    group(std::string name, bool sharded, bool agreed, std::vector<log>& logs)
        : name_(std::move(name)),
          sharded_(sharded),
          agreed_(agreed),
          logs_(logs),
          shards_(logs.size()),
          ready_(logs.size()) {
        for (std::size_t n = 0; n < logs.size(); ++n) shards_[n].next = logs[n].end();
    }
    group(group const&) = delete;
    group& operator=(group const&) = delete;

    std::string const& name() const noexcept { return name_; }
    // What it has to take yet.
    std::size_t backlog() const noexcept { return backlog_; }
    std::size_t backlog_bytes() const noexcept { return bytes_; }
    // A message has come to the log of a shard of a sharded channel.
    void note(std::uint32_t shard) noexcept { ready_.insert(shard); }
    // So many have come to the logs.
    void grow(std::size_t messages, std::size_t bytes) noexcept {
        backlog_ += messages;
        bytes_ += bytes;
    }
    // How many were let in beyond the bounds; each message that is accepted makes up for one.
    std::size_t beyond() const noexcept { return beyond_; }
    void let_in_beyond() noexcept { ++beyond_; }
    // How many deliveries its members hold.
    std::size_t held() const noexcept {
        std::size_t n = 0;
        for (auto const* m : members_) n += m->held();
        return n;
    }
    bool competes() const noexcept { return !sharded_ && members_.size() > 1; }
    bool has_some() const noexcept { return !members_.empty(); }
    // Its first member, or the next one, is waited for, however long it takes.
    void await_member() noexcept { awaits_member_ = members_.empty(); }
    bool is_absent() const noexcept { return members_.empty() && !awaits_member_; }
    // Somebody takes messages.
    bool has_takers() const noexcept {
        return std::any_of(members_.begin(), members_.end(), [](member const* m) { return !m->paused; });
    }
    bool has_several() const noexcept { return members_.size() > 1; }

    // Hands messages to a member, as many as there are for it up to `most`.
    std::size_t take(member& m, std::vector<delivery>& out, std::size_t most) {
        if (backlog_ == 0) return 0;
        if (!sharded_) return take_from(0, m, out, most);
        // Each shard in turn, with an equal part of what is asked for, so that none waits for another one's backlog.
        std::size_t n = 0;
        std::size_t const part = std::max<std::size_t>(most / std::max<std::size_t>(ready_.size(), 1), 1);
        for (std::size_t in_vain = 0; in_vain < ready_.size() && n < most;) {
            auto const shard = ready_.next(m.next_shard);
            m.next_shard = shard + 1;
            bool const is_its = taker(shards_[shard]) == &m;
            std::size_t const taken = is_its ? take_from(shard, m, out, std::min(part, most - n)) : 0;
            if (taken > 0 && !has_some(shards_[shard])) ready_.erase(shard);
            in_vain = taken > 0 ? 0 : in_vain + 1;
            n += taken;
        }
        return n;
    }

    // It takes nothing any more: what it has to take goes to `ended` where it was the last group to.
    void drop_all(std::vector<envelope>& ended) {
        struct {
            std::vector<envelope>& all;
            void add(envelope&& e) { all.push_back(std::move(e)); }
        } to{ended};
        for (std::size_t n = 0; n < shards_.size(); ++n) {
            auto& s = shards_[n];
            for (auto const& [place, one] : std::exchange(s.returned, {})) logs_[n].end(one.what, to);
            while (log::has_next(s.next)) logs_[n].end(logs_[n].take(s.next, ~std::size_t{0}), to);
            logs_[n].drop(s.next);
        }
    }
    // Whether all before these places of its shards is with its members, or has ended.
    bool has_taken(std::vector<std::uint64_t> const& marks) const noexcept {
        for (std::size_t n = 0; n < shards_.size(); ++n) {
            auto const& s = shards_[n];
            if (log::sequence(s.next) < marks[n]) return false;
            for (auto const& [place, one] : s.returned)
                if (one.what.sequence() < marks[n]) return false;
        }
        return true;
    }

    // Deliveries have ended.
    template <class Ended>
    void accept(taken_messages const& m, Ended& ended) noexcept {
        shards_[m.shard].out -= m.what.size();
        beyond_ -= std::min<std::size_t>(beyond_, m.what.size());
        logs_[m.shard].end(m.what, ended);
    }
    // Deliveries have not ended: they come again, before all that came later, and count as attempts where they had
    // begun.
    void put_back(taken_messages const& m, bool had_begun = true) {
        for (std::uint32_t n = 0; n < m.what.size(); ++n) put_back_before(m.what.sequence() + n, m, n, had_begun);
    }
    // The same for some that their member gives back and may get again: where no order is promised, the member first
    // gets what it has had room for, so that one which always fails holds up no other.
    void give_back(taken_messages const& m, std::size_t had_room_for) {
        auto const next = log::sequence(shards_[m.shard].next);
        auto const place = std::min(next + had_room_for, logs_[m.shard].next_sequence());
        if (sharded_ || place == next) return put_back(m);
        for (std::uint32_t n = 0; n < m.what.size(); ++n) put_back_before(place, m, n);
    }
    bool is_to_move(std::uint32_t shard) const noexcept { return shards_[shard].owner != shards_[shard].heir; }

    // From here on both locks are held.
    void join(member& m) {
        members_.push_back(&m);
        awaits_member_ = false;
        rebalance();
    }
    void pause(member& m) {
        m.paused = true;
        rebalance();
    }
    // It must have settled, or put back, all that it held.
    void leave(member& m) {
        std::erase(members_, &m);
        for (auto& s : shards_)
            if (s.owner == &m) s.owner = nullptr, s.held = false;
        next_ = 0;
        rebalance();
    }
    // Stops, or resumes, the intake of one shard by a member, which may be to become its owner.
    void hold(member& m, std::uint32_t shard, bool on) {
        if (!sharded_ || shard >= shards_.size()) return;
        std::erase(m.on_hold, shard);
        if (on) m.on_hold.push_back(shard);
        if (shards_[shard].owner == &m) shards_[shard].held = on;
    }
    // A shard moves when its owner has settled all that it received: then nothing is handled twice or out of order.
    void hand_over() {
        for (std::uint32_t n = 0; n < shards_.size(); ++n) {
            auto& s = shards_[n];
            if (s.owner == s.heir || (s.owner && s.out > 0)) continue;
            s.owner = s.heir;
            s.held = s.owner && std::count(s.owner->on_hold.begin(), s.owner->on_hold.end(), n) > 0;
        }
    }

    // A message of `shard` has come: who is to be told of it? The inbox's lock is held. Null where all know already.
    member* to_be_told(std::uint32_t shard) noexcept {
        if (sharded_) {
            member* const m = taker(shards_[shard]);
            return m && m->hungry ? m : nullptr;
        }
        for (std::size_t tried = 0; tried < members_.size(); ++tried) {
            member* const m = members_[next_];
            next_ = next_ + 1 == members_.size() ? 0 : next_ + 1;
            if (m->hungry) return m;
        }
        return nullptr;
    }
    // Calls `tell` for the hungry members that can take some of what there is.
    template <class Tell>
    void tell_hungry(Tell&& tell) {
        std::size_t left = backlog_;
        for (member* const m : members_) {
            if (left == 0) return;
            if (!m->hungry || (sharded_ && !has_some_for(*m))) continue;
            if (!sharded_) --left;
            tell(*m);
        }
    }
    // How many members were told and have not asked yet.
    std::size_t woken() const noexcept {
        return static_cast<std::size_t>(
            std::count_if(members_.begin(), members_.end(), [](member const* m) { return m->woken && !m->paused; }));
    }

private:
    struct shard_state {
        log::cursor next;
        // What came back, one by one, and before which message of the log each is to be taken; the last one first.
        // Mostly it comes back in its order, or in the opposite one.
        std::deque<std::pair<std::uint64_t, taken_messages>> returned;
        // Of a sharded channel: whose it is, and whose it becomes once the owner has settled what it received.
        member* owner = nullptr;
        member* heir = nullptr;
        // Its owner wants no more of it for now.
        bool held = false;
        // How many were received and are not settled.
        std::uint32_t out = 0;
    };

    void put_back_before(std::uint64_t place, taken_messages const& m, std::uint32_t n, bool had_begun = true) {
        auto& s = shards_[m.shard];
        --s.out;
        std::pair<std::uint64_t, taken_messages> one{place, m};
        one.second.what = m.what.part(n, 1);
        if (had_begun) ++one.second.attempt;
        auto const later = [](auto const& a, auto const& b) {
            return a.first != b.first ? a.first > b.first : a.second.what.sequence() > b.second.what.sequence();
        };
        s.returned.insert(std::upper_bound(s.returned.begin(), s.returned.end(), one, later), one);
        grow(1, one.second.what.message(0).footprint());
        if (sharded_) note(m.shard);
    }

    static member* taker(shard_state const& s) noexcept { return s.owner == s.heir && !s.held ? s.owner : nullptr; }
    static bool has_some(shard_state const& s) noexcept { return !s.returned.empty() || log::has_next(s.next); }
    bool has_some_for(member const& m) const noexcept {
        std::uint32_t shard = 0;
        for (std::size_t left = ready_.size(); left > 0; --left, ++shard) {
            shard = ready_.next(shard);
            if (taker(shards_[shard]) == &m) return true;
        }
        return false;
    }

    std::size_t take_from(std::uint32_t shard, member& m, std::vector<delivery>& out, std::size_t most) {
        auto& s = shards_[shard];
        std::size_t n = 0;
        while (n < most) {
            taken_messages next;
            bool const fresh = log::has_next(s.next);
            if (!s.returned.empty() && (!fresh || s.returned.back().first <= log::sequence(s.next))) {
                next = s.returned.back().second;
                s.returned.pop_back();
            } else if (fresh) {
                std::size_t wanted = most - n;
                if (!s.returned.empty())
                    wanted = std::min<std::size_t>(wanted, s.returned.back().first - log::sequence(s.next));
                next.what = logs_[shard].take(s.next, wanted);
                next.shard = shard;
            } else {
                break;
            }
            bytes_ -= m.deliver(next, out);
            n += next.what.size();
        }
        backlog_ -= n;
        s.out += static_cast<std::uint32_t>(n);
        return n;
    }

    void rebalance() {
        if (!sharded_) return;
        std::vector<member_id> ids;
        for (member const* m : members_)
            if (!m->paused) ids.push_back(m->id());
        if (agreed_) { // a consumer that is reached by two ways is one
            std::sort(ids.begin(), ids.end());
            ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
        }
        std::vector<member_id> owners;
        for (auto const& s : shards_) owners.push_back(s.heir ? s.heir->id() : 0);
        auto const wanted = agreed_ ? agree(shards_.size(), ids) : balance(owners, ids);
        for (std::size_t n = 0; n < shards_.size(); ++n) {
            auto const found = std::find_if(
                members_.begin(), members_.end(), [&](member const* m) { return m->id() == wanted[n] && !m->paused; });
            shards_[n].heir = found == members_.end() ? nullptr : *found;
        }
        hand_over();
    }

    std::string name_;
    bool sharded_;
    // Whose a shard is follows from who the members are alone.
    bool agreed_;
    std::vector<log>& logs_;
    std::vector<shard_state> shards_;
    // The shards that have something to take.
    shard_set ready_;
    std::vector<member*> members_;
    bool awaits_member_ = false;
    std::size_t next_ = 0;
    std::size_t backlog_ = 0;
    std::size_t bytes_ = 0;
    std::size_t beyond_ = 0;
};

} // namespace fairway::hub_detail

#endif
