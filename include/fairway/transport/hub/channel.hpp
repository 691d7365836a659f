// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_HUB_CHANNEL_HPP
#define FAIRWAY_TRANSPORT_HUB_CHANNEL_HPP

#include <fairway/transport/hub/inlet.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace fairway::hub_detail {

// A channel of the hub: senders put messages into its inbox; its groups (a point-to-point channel has one) read them
// from its logs, one for each shard. Thread-safe.
class channel_state : public inlet {
public:
    using inlet::inlet;

    // Makes a group known: from now on its messages are kept; `awaited`: at least until it has a member. Whether it was
    // not known before.
    bool declare(std::string const& name, bool awaited = false) {
        all_of_it const locks(*this);
        auto const before = groups_.size();
        auto& g = group_of(name);
        if (awaited) g.await_member();
        return groups_.size() > before;
    }
    std::size_t groups() {
        std::lock_guard const lock(mutex_);
        return groups_.size();
    }
    bool has_group(std::string const& name) {
        std::lock_guard const lock(mutex_);
        return std::any_of(groups_.begin(), groups_.end(), [&](group const& g) { return g.name() == name; });
    }

    // The member's group; the member must leave before it is destroyed.
    group& join(member& m, std::string const& name) {
        all_of_it const locks(*this);
        auto& g = group_of(name);
        m.hungry = true;
        ++hungry_;
        g.join(m);
        look_around(g);
        return g;
    }

    std::size_t receive(group& g, member& m, std::vector<delivery>& out, std::size_t most) {
        std::lock_guard const lock(mutex_);
        if (m.paused) return 0;
        std::size_t const free = std::min(most, m.free());
        std::size_t const wanted = g.competes() ? std::min(free, share_of(g, m)) : free;
        std::size_t n = g.take(m, out, wanted);
        for (bool more = true; more && n < wanted; n += g.take(m, out, wanted - n)) more = fetch(m, wanted - n);
        if (n == wanted && wanted < most) {
            if (wanted == free)
                m.starved = true;
            else
                m.tell(); // others were to take the rest; who comes first
        }
        if (n > 0 && !waiting_.empty()) resume();
        return n;
    }

    void settle(group& g, member& m, std::span<settlement const> settlements) {
        std::uint64_t done = 0; // of the first settlement
        while (!settlements.empty()) {
            ended_messages ended; // their objects end when no lock is held
            std::lock_guard const lock(mutex_);
            bool changed = false;
            for (std::size_t left = ended_messages::most; left > 0 && !settlements.empty();) {
                auto const& one = settlements.front();
                auto const [tag, count] = m.within(one.tag + done, one.count - done);
                std::uint64_t const n = std::min<std::uint64_t>(count, left);
                m.settle(tag, n, [&](taken_messages const& ending) {
                    changed = changed || !one.accept || g.is_to_move(ending.shard);
                    if (one.accept)
                        g.accept(ending, ended);
                    else
                        g.give_back(ending, m.free() - std::min<std::size_t>(m.free(), ending.what.size()));
                });
                left -= n;
                done = tag + n - one.tag;
                if (n == count) settlements = settlements.subspan(1), done = 0;
            }
            if (std::exchange(m.starved, false)) m.tell();
            if (changed) settled_specially(g);
            if (!waiting_.empty()) resume();
        }
    }
    // Deliveries that had not begun go back.
    void give_back(group& g, member& m, std::uint64_t tag, std::uint64_t count) {
        all_of_it const locks(*this);
        m.settle(tag, count, [&g](taken_messages const& one) { g.put_back(one, false); });
        g.hand_over();
        if (std::exchange(m.starved, false)) m.tell();
        look_around(g);
    }
    // The member was told of messages and can't take them: others may.
    void pass_on(group& g, member& m) {
        {
            std::lock_guard const lock(inbox_mutex_);
            if (!std::exchange(m.woken, false)) return;
        }
        all_of_it const locks(*this);
        look_around(g);
    }
    // How many deliveries the member may hold from now on.
    void limit(group& g, member& m, std::size_t most) {
        all_of_it const locks(*this);
        m.limit(most);
        if (std::exchange(m.starved, false)) m.tell();
        look_around(g);
    }
    // True where there are other members in the group.
    bool shares(group const& g) {
        std::lock_guard const lock(mutex_);
        return g.has_several();
    }
    // Groups that have no members, and for which none is awaited.
    std::vector<std::string> absent_groups() {
        std::lock_guard const lock(mutex_);
        std::vector<std::string> all;
        for (auto const& g : groups_)
            if (g.is_absent()) all.push_back(g.name());
        return all;
    }
    // An absent group is not known any more; returns how many messages it had to take. Nothing where it is not absent.
    std::optional<std::size_t> forget(std::string const& name) {
        std::vector<envelope> ended; // their objects end when no lock is held
        all_of_it const locks(*this);
        for (auto g = groups_.begin(); g != groups_.end(); ++g) {
            if (g->name() != name || !g->is_absent()) continue;
            auto const n = g->backlog();
            g->drop_all(ended);
            groups_.erase(g);
            feed_waiting();
            return n;
        }
        return std::nullopt;
    }
    // Somebody takes messages.
    bool has_takers() {
        std::lock_guard const lock(mutex_);
        return std::any_of(groups_.begin(), groups_.end(), [](group const& g) { return g.has_takers(); });
    }
    // Behind what has come so far, for each shard.
    std::vector<std::uint64_t> marks() {
        all_of_it const locks(*this);
        std::vector<std::uint64_t> all;
        for (auto const& l : logs_) all.push_back(l.next_sequence());
        return all;
    }
    // True where all of that was taken by members of each group.
    bool all_taken(std::vector<std::uint64_t> const& marks) {
        std::lock_guard const lock(mutex_);
        return std::all_of(groups_.begin(), groups_.end(), [&](group const& g) { return g.has_taken(marks); });
    }
    void hold(group& g, member& m, std::uint32_t shard, bool on) {
        all_of_it const locks(*this);
        g.hold(m, shard, on);
        look_around(g);
    }
    void pause(group& g, member& m) {
        all_of_it const locks(*this);
        lose_appetite(m);
        g.pause(m);
        look_around(g);
    }
    void leave(group& g, member& m) {
        all_of_it const locks(*this);
        lose_appetite(m);
        m.paused = true;
        m.take_back_all([&g](taken_messages const& unsettled) { g.put_back(unsettled); });
        g.leave(m);
        look_around(g);
    }

private:
    // ---- with the channel's lock held ----
    // Takes in what has come meanwhile. False where the member has asked for more than that: it is told of the next
    // one.
    bool fetch(member& m, std::size_t wanted) {
        bool more = true;
        std::size_t bytes = 0;
        {
            std::lock_guard const lock(inbox_mutex_);
            m.woken = false;
            if (inbox_.count() < wanted) {
                more = false;
                if (!std::exchange(m.hungry, true)) ++hungry_;
            }
            bytes = inbox_.take(arrived_);
        }
        append(bytes);
        return more;
    }
    // Of competing members that were told of messages each gets as many.
    std::size_t share_of(group& g, member& m) {
        std::lock_guard const lock(inbox_mutex_);
        m.woken = true;
        std::size_t const takers = g.woken();
        m.woken = false;
        return std::max<std::size_t>((g.backlog() + inbox_.count() + takers - 1) / takers, 1);
    }
    void settled_specially(group& g) {
        std::lock_guard const lock(inbox_mutex_);
        empty_inbox();
        g.hand_over();
        look_around(g);
    }
    void resume() {
        std::lock_guard const lock(inbox_mutex_);
        empty_inbox();
        feed_waiting();
    }

    // ---- with both locks held ----
    // Something has changed: what room there is, and who can take what.
    void look_around(group& g) {
        g.tell_hungry([this](member& m) { tell(m); });
        feed_waiting();
    }
};

} // namespace fairway::hub_detail

#endif
