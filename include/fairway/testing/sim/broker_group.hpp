// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_SIM_BROKER_GROUP_HPP
#define FAIRWAY_TESTING_SIM_BROKER_GROUP_HPP

#include <fairway/delivery/membership.hpp>
#include <fairway/testing/sim/broker_line.hpp>
#include <fairway/testing/sim/draw.hpp>
#include <fairway/testing/sim/frame.hpp>
#include <fairway/testing/sim/options.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::testing::sim_detail {

// A delivery that a consumer has not settled.
struct outstanding {
    std::uint64_t tag;
    item what;
    std::uint32_t shard;
    duration since;
};

class broker_group;

// A host's subscription, as long as its session.
struct broker_consumer {
    member_id id = 0;
    std::uint64_t session = 0;
    std::uint64_t number = 0;
    std::size_t prefetch = 1;
    bool paused = false;
    broker_group* group = nullptr;
    std::vector<outstanding> unsettled{}; // by rising tag
    // Of each shard: which deliveries belong together. A host that gives back what it has not received begins a new
    // run, and drops what still comes of the old one: so a shard's order stays.
    std::vector<std::uint32_t> runs{};
};

// What a group needs of its broker.
class desk {
public:
    desk() = default;
    desk(desk const&) = delete;
    desk& operator=(desk const&) = delete;
    virtual ~desk() = default;
    virtual broker_options const& options() const = 0;
    virtual duration now() const = 0;
    virtual void send(broker_consumer const& to, frame f) = 0;
    virtual std::uint64_t next_tag(broker_consumer const& to) = 0;
    // Is this accepted message to be delivered again?
    virtual bool repeats() = 0;
    virtual void wake_at(duration when) = 0;
    virtual void note(std::string_view what, std::string_view text, message_id id) = 0;
};

// The messages of one group, or of a whole point-to-point channel, and the consumers that compete for them. A sharded
// channel's shards, and those of a log, have one owner at a time.
class broker_group {
public:
    broker_group(desk& by, std::string channel, std::string name, unsigned shards, std::vector<line> lines)
        : desk_(by),
          name_(std::move(name)),
          label_(name_.empty() ? std::move(channel) : channel + " " + name_),
          sharded_(shards > 0),
          shards_(lines.size()) {
        for (std::size_t n = 0; n < lines.size(); ++n) shards_[n].waiting = std::move(lines[n]);
        owned_ = sharded_ || shards_.front().waiting.is_log();
    }

    std::string const& name() const noexcept { return name_; }
    std::size_t shards() const noexcept { return shards_.size(); }
    // What waits, and what is delivered and not settled.
    std::size_t backlog() const {
        std::size_t n = 0;
        for (auto const& s : shards_) n += s.waiting.size();
        for (auto const* c : members_) n += c->unsettled.size();
        return n;
    }
    bool has_room() const {
        std::size_t messages = 0;
        std::size_t bytes = 0;
        for (auto const& s : shards_) {
            messages += s.waiting.bounded_size();
            bytes += s.waiting.bounded_bytes();
        }
        return messages < desk_.options().queue_messages() && bytes < desk_.options().queue_bytes();
    }
    void purge() {
        for (auto& s : shards_) s.waiting.purge(desk_.now(), [this](item const& one) { expired(one); });
    }

    // A new message of a queue; in a log it is there already, and may be delivered.
    void push(item one, std::uint32_t shard) {
        if (!shards_[shard].waiting.is_log()) {
            one.sequence = ++sequence_;
            shards_[shard].waiting.put(std::move(one));
        }
        dispatch(shard);
    }
    void push(std::uint32_t shard) { dispatch(shard); }

    void join(broker_consumer& c) {
        c.group = this;
        c.runs.assign(shards_.size(), 0);
        members_.push_back(&c);
        rebalance();
        dispatch_all();
    }
    // With or without unsettled deliveries; what the host has not received counts no attempt.
    void leave(broker_consumer& c, frame const& last) {
        std::erase(members_, &c);
        next_ = 0;
        for (std::uint32_t n = 0; n < shards_.size(); ++n) {
            auto& s = shards_[n];
            if (s.owner == &c) disown(n);
            if (s.next == &c) s.next = nullptr;
        }
        take_back(
            c, [&](outstanding const& o) { return !received(o, last); }, 0);
        take_back(
            c, [](outstanding const&) { return true; }, 1);
        rebalance();
        dispatch_all();
    }
    void pause(broker_consumer& c) {
        c.paused = true;
        rebalance();
    }
    void hold(broker_consumer const& c, std::uint32_t shard, bool on) {
        if (!sharded_ || shard >= shards_.size() || shards_[shard].owner != &c) return;
        shards_[shard].held = on;
        if (!on) dispatch(shard);
    }
    // The host gives back what it has not received of a shard, or of all.
    void recall(broker_consumer& c, frame const& f) {
        take_back(
            c, [&](outstanding const& o) { return is_of(o.shard, f.shard) && !received(o, f); }, 0);
        for (std::uint32_t n = 0; n < shards_.size(); ++n)
            if (is_of(n, f.shard)) ++c.runs[n];
        dispatch_all();
    }
    void settle(broker_consumer& c, std::span<settlement const> settlements) {
        for (auto const& one : settlements) {
            auto const found = std::lower_bound(c.unsettled.begin(), c.unsettled.end(), one.tag,
                [](outstanding const& o, std::uint64_t tag) { return o.tag < tag; });
            // Of an old epoch, or held too long: it is delivered elsewhere.
            if (found == c.unsettled.end() || found->tag != one.tag) continue;
            outstanding ended = std::move(*found);
            c.unsettled.erase(found);
            if (one.accept)
                accept(c, std::move(ended));
            else
                release(c, std::move(ended));
        }
        dispatch_all();
    }
    // All that the owner has received of the shard is settled: the rest comes back, and the shard may move.
    void yield(broker_consumer& c, std::uint32_t shard, std::uint64_t epoch) {
        std::uint32_t const n = shard == no_shard ? 0 : shard;
        if (n >= shards_.size()) return;
        auto& s = shards_[n];
        if (s.owner != &c || !s.revoking || s.epoch != epoch) return;
        take_back(
            c, [n](outstanding const& o) { return o.shard == n; }, 0);
        fence(n);
    }

    // Ends what has a limit in time.
    void tick() {
        duration const now = desk_.now();
        for (std::uint32_t n = 0; n < shards_.size(); ++n) {
            auto& s = shards_[n];
            if (!s.owner || !s.revoking) continue;
            if (s.revoke_at > now) {
                desk_.wake_at(s.revoke_at);
                continue;
            }
            lose(n);
        }
        if (desk_.options().max_hold() != duration::max()) end_holds();
        dispatch_all();
    }

private:
    struct shard_state {
        line waiting{};
        broker_consumer* owner = nullptr;
        // Who gets it when its owner has given it away.
        broker_consumer* next = nullptr;
        bool revoking = false;
        bool held = false;
        duration revoke_at{};
        std::uint64_t epoch = 0;
    };

    std::uint32_t shown(std::uint32_t n) const noexcept { return sharded_ ? n : no_shard; }
    static bool is_of(std::uint32_t n, std::uint32_t asked) noexcept { return asked == no_shard || asked == n; }
    static bool received(outstanding const& o, frame const& f) {
        return o.tag <= f.number && std::find(f.dropped.begin(), f.dropped.end(), o.tag) == f.dropped.end();
    }
    void expired(item const& one) { desk_.note("expired", label_, one.message.id()); }

    void send(broker_consumer const& to, frame_kind kind, std::uint32_t n) {
        frame f;
        f.kind = kind;
        f.consumer = to.number;
        f.shard = shown(n);
        f.number = shards_[n].epoch;
        desk_.send(to, std::move(f));
    }

    void accept(broker_consumer& c, outstanding ended) {
        auto& waiting = shards_[ended.shard].waiting;
        desk_.note("done", label_, ended.what.message.id());
        if (waiting.is_log()) {
            waiting.commit(ended.what.sequence);
            std::erase_if(c.unsettled, [&](outstanding const& o) {
                if (o.shard != ended.shard || o.what.sequence > ended.what.sequence) return false;
                desk_.note("done", label_, o.what.message.id());
                return true;
            });
        } else if (!ended.what.repeated && desk_.repeats()) {
            desk_.note("duplicate", label_, ended.what.message.id());
            ended.what.repeated = true;
            ++ended.what.attempt;
            waiting.put(std::move(ended.what));
        }
    }
    void release(broker_consumer& c, outstanding ended) {
        auto& waiting = shards_[ended.shard].waiting;
        // A log is read again from there on.
        if (waiting.is_log())
            std::erase_if(c.unsettled,
                [&](outstanding const& o) { return o.shard == ended.shard && o.what.sequence > ended.what.sequence; });
        ++ended.what.attempt;
        waiting.put(std::move(ended.what));
    }
    // Unsettled deliveries go back to their old places.
    template <class Which>
    void take_back(broker_consumer& c, Which&& which, std::uint32_t attempts) {
        std::erase_if(c.unsettled, [&](outstanding& o) {
            if (!which(o)) return false;
            o.what.attempt += attempts;
            shards_[o.shard].waiting.put(std::move(o.what));
            return true;
        });
    }

    void rebalance() {
        if (!owned_) return;
        std::vector<member_id> ids;
        for (auto const* c : members_)
            if (!c->paused) ids.push_back(c->id);
        std::vector<member_id> owners;
        for (auto const& s : shards_) owners.push_back(s.next ? s.next->id : 0);
        auto const wanted = balance(owners, ids);
        for (std::uint32_t n = 0; n < shards_.size(); ++n) {
            auto& s = shards_[n];
            auto const found =
                std::find_if(members_.begin(), members_.end(), [&](auto const* c) { return c->id == wanted[n]; });
            s.next = found == members_.end() ? nullptr : *found;
            if (!s.owner)
                grant(n);
            else if (s.owner != s.next && !s.revoking)
                revoke(n);
        }
    }
    void revoke(std::uint32_t n) {
        auto& s = shards_[n];
        s.revoking = true;
        s.revoke_at = later(desk_.now(), desk_.options().revoke_within());
        desk_.wake_at(s.revoke_at);
        send(*s.owner, frame_kind::revoking, n);
    }
    void grant(std::uint32_t n) {
        auto& s = shards_[n];
        s.owner = s.next;
        if (!s.owner) return;
        ++s.epoch;
        send(*s.owner, frame_kind::gained, n);
        dispatch(n);
    }
    void disown(std::uint32_t n) {
        auto& s = shards_[n];
        s.owner = nullptr;
        s.revoking = s.held = false;
        s.waiting.rewind();
    }
    // The old owner's deliveries are void from here on.
    void fence(std::uint32_t n) {
        send(*shards_[n].owner, frame_kind::lost, n);
        disown(n);
        grant(n);
    }
    void lose(std::uint32_t n) {
        auto& c = *shards_[n].owner;
        desk_.note("fence", label_, {});
        take_back(
            c, [n](outstanding const& o) { return o.shard == n; }, 1);
        fence(n);
    }

    void end_holds() {
        duration const now = desk_.now();
        duration const limit = desk_.options().max_hold();
        for (auto* const c : members_) {
            for (std::size_t i = 0; i < c->unsettled.size();) {
                auto const& o = c->unsettled[i];
                if (o.since + limit > now) {
                    desk_.wake_at(o.since + limit);
                    ++i;
                } else if (owned_) {
                    lose(o.shard);
                    i = 0;
                } else {
                    desk_.note("held too long", label_, o.what.message.id());
                    take_back(
                        *c, [tag = o.tag](outstanding const& other) { return other.tag == tag; }, 1);
                }
            }
        }
    }

    broker_consumer* taker(shard_state const& s) {
        auto const can_take = [](broker_consumer const& c) { return !c.paused && c.unsettled.size() < c.prefetch; };
        if (owned_) return s.owner && !s.revoking && !s.held && can_take(*s.owner) ? s.owner : nullptr;
        for (std::size_t tried = 0; tried < members_.size(); ++tried) {
            auto* const c = members_[next_];
            next_ = next_ + 1 == members_.size() ? 0 : next_ + 1;
            if (can_take(*c)) return c;
        }
        return nullptr;
    }
    void dispatch_all() {
        for (std::uint32_t n = 0; n < shards_.size(); ++n) dispatch(n);
    }
    void dispatch(std::uint32_t n) {
        auto& s = shards_[n];
        while (!s.waiting.empty()) {
            if (s.waiting.front().expires <= desk_.now()) {
                expired(s.waiting.take());
                continue;
            }
            auto* const c = taker(s);
            if (!c) return;
            deliver(*c, s.waiting.take(), n);
        }
    }
    void deliver(broker_consumer& c, item one, std::uint32_t n) {
        duration const now = desk_.now();
        frame f;
        f.kind = frame_kind::deliver;
        f.consumer = c.number;
        f.number = desk_.next_tag(c);
        f.shard = shown(n);
        f.run = c.runs[n];
        if (desk_.options().counts_attempts()) f.attempt = one.attempt;
        f.message = one.message;
        if (one.expires != duration::max()) f.life = one.expires - now;
        if (desk_.options().max_hold() != duration::max()) desk_.wake_at(later(now, desk_.options().max_hold()));
        c.unsettled.push_back({f.number, std::move(one), n, now});
        desk_.send(c, std::move(f));
    }

    desk& desk_;
    std::string name_;
    std::string label_; // for the trace: the channel, and the group if it has any
    bool sharded_;
    bool owned_ = false;
    std::vector<shard_state> shards_;
    std::vector<broker_consumer*> members_;
    std::size_t next_ = 0;
    std::uint64_t sequence_ = 0;
};

} // namespace fairway::testing::sim_detail

#endif
