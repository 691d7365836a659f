// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_SIM_INBOX_HPP
#define FAIRWAY_TESTING_SIM_INBOX_HPP

#include <fairway/env/clock.hpp>
#include <fairway/testing/sim/frame.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace fairway::testing::sim_detail {

// A host's end of a subscription: what came and was not received yet, what was received and is not settled. Pure but
// for `transmit`, which puts a frame on the connection, if there is one. Used on the host's executor, or between steps.
class inbox {
public:
    // `number` tells it from the host's others. Where `prefix` settlements end all that came before.
    inbox(std::uint64_t number, subscription const& what, bool prefix, receiver& told, env::clock& clock,
        std::function<void(frame)> transmit)
        : number_(number),
          what_(std::make_shared<subscription const>(what)),
          reply_(is_reply_address(what.from.channel)),
          prefix_(prefix && !reply_),
          owned_(!reply_ && (prefix || what.from.shards > 0)),
          told_(&told),
          clock_(clock),
          transmit_(std::move(transmit)),
          shards_(std::max(what.from.shards, 1U)) {}

    std::uint64_t number() const noexcept { return number_; }

    // ---- from the connection
    // Its tags belong to it alone.
    void connected(std::uint64_t generation) {
        generation_ = generation;
        // What was recalled while there was no connection the broker knows nothing of.
        for (auto& s : shards_) s = shard_view{};
        if (paused_) return; // it wants no more, and what it had is the broker's again
        frame f = about(frame_kind::subscribe);
        f.from = what_;
        transmit_(std::move(f));
    }
    void disconnected() {
        mailbox_.clear();
        unsettled_.clear();
        for (auto& s : shards_) s = shard_view{};
        seen_ = 0;
        if (std::exchange(subscribed_, false)) tell(notice_kind::disconnected, no_shard);
    }
    void take(frame f) {
        if (closed_) return;
        switch (f.kind) {
        case frame_kind::subscribed: subscribed_ = true; return tell(notice_kind::connected, no_shard);
        case frame_kind::deliver: return deliver(std::move(f));
        case frame_kind::gained: {
            auto& s = shard_of(f.shard);
            s.epoch = f.number;
            s.revoking = false;
            return tell(notice_kind::shard_gained, f.shard);
        }
        case frame_kind::revoking:
            shard_of(f.shard).revoking = true;
            recall(f.shard); // so that it does not take places from other shards meanwhile
            tell(notice_kind::shard_revoking, f.shard);
            return yield(index_of(f.shard));
        case frame_kind::lost: {
            auto& s = shard_of(f.shard);
            s.revoking = false;
            drop(f.shard);
            std::erase_if(unsettled_, [&](auto const& u) { return u.second == index_of(f.shard); });
            return tell(notice_kind::shard_lost, f.shard);
        }
        default: return;
        }
    }

    // ---- from above
    std::size_t receive(std::vector<delivery>& out, std::size_t most) {
        std::size_t const n = std::min(most, mailbox_.size());
        for (std::size_t i = 0; i < n; ++i) {
            auto& first = mailbox_.front();
            if (!reply_) unsettled_.emplace(first.tag, first.shard);
            out.emplace_back(std::move(first.message), marked(first.tag), first.attempt);
            mailbox_.pop_front();
        }
        if (n < most) hungry_ = true;
        return n;
    }
    void notices(std::vector<notice>& out) {
        out.insert(out.end(), notices_.begin(), notices_.end());
        notices_.clear();
        hungry_ = true;
    }
    void settle(std::span<settlement const> settlements) {
        if (closed_ || reply_) return;
        frame f = about(frame_kind::settle);
        std::vector<std::uint32_t> released;
        for (auto const& one : one_by_one(settlements)) {
            if (one.tag >> tag_bits != generation_) continue; // of a connection that is no more
            std::uint64_t const tag = one.tag & tag_mask;
            auto const found = unsettled_.find(tag);
            if (found == unsettled_.end()) continue;
            auto const shard = found->second;
            unsettled_.erase(found);
            if (prefix_)
                std::erase_if(unsettled_,
                    [&](auto const& u) { return u.second == shard && (one.accept ? u.first < tag : u.first > tag); });
            f.settled.push_back({tag, one.accept});
            if (!one.accept && owned_ && std::find(released.begin(), released.end(), shard) == released.end())
                released.push_back(shard);
        }
        if (f.settled.empty()) return;
        transmit_(std::move(f));
        // What follows a released message in its shard must not overtake it.
        for (auto const shard : released) recall(shown(shard));
        for (std::uint32_t n = 0; n < shards_.size(); ++n) yield(n);
    }
    void hold(std::uint32_t shard, bool on) {
        if (closed_ || what_->from.shards == 0 || shard >= shards_.size()) return;
        frame f = about(frame_kind::hold);
        f.shard = shard;
        f.on = on;
        transmit_(std::move(f));
        if (on) recall(shard);
    }
    void pause() {
        if (closed_ || reply_ || std::exchange(paused_, true)) return;
        transmit_(about(frame_kind::pause));
        recall(no_shard);
    }
    void close() {
        if (std::exchange(closed_, true)) return;
        frame f = about(frame_kind::unsubscribe);
        f.number = seen_;
        for (auto const& m : mailbox_) f.dropped.push_back(m.tag);
        mailbox_.clear();
        transmit_(std::move(f));
    }
    bool closed() const noexcept { return closed_; }

private:
    static constexpr unsigned tag_bits = 40;
    static constexpr std::uint64_t tag_mask = (std::uint64_t{1} << tag_bits) - 1;

    struct letter {
        envelope message;
        std::uint64_t tag;
        std::uint32_t attempt;
        std::uint32_t shard;
    };
    struct shard_view {
        std::uint64_t epoch = 0;
        std::uint32_t run = 0;
        bool revoking = false;
    };

    std::uint64_t marked(std::uint64_t tag) const noexcept { return generation_ << tag_bits | tag; }
    std::uint32_t index_of(std::uint32_t shard) const noexcept { return shard < shards_.size() ? shard : 0; }
    std::uint32_t shown(std::uint32_t n) const noexcept { return what_->from.shards > 0 ? n : no_shard; }
    shard_view& shard_of(std::uint32_t shard) { return shards_[index_of(shard)]; }
    frame about(frame_kind kind) const {
        frame f;
        f.kind = kind;
        f.consumer = number_;
        return f;
    }
    // The receiver is told once, until it has looked.
    void wake() {
        if (std::exchange(hungry_, false)) told_->ready();
    }
    void tell(notice_kind what, std::uint32_t shard) {
        notices_.push_back({what, shard});
        wake();
    }

    void deliver(frame f) {
        seen_ = std::max(seen_, f.number);
        auto const n = index_of(f.shard);
        // Sent before the broker knew that it was not wanted: it comes again.
        if (paused_ || f.run != shards_[n].run) return;
        envelope message = std::move(f.message);
        if (f.life != duration::max()) {
            envelope_head head = message.head();
            head.expires = fairway::detail::saturating_add(clock_.now(), f.life);
            message = envelope::of_bytes(head, message.headers(), message.body());
        }
        mailbox_.push_back({std::move(message), f.number, f.attempt, n});
        wake();
    }
    // Forgets what was not received of a shard, or of all; returns the tags.
    std::vector<std::uint64_t> drop(std::uint32_t shard) {
        std::vector<std::uint64_t> dropped;
        std::erase_if(mailbox_, [&](letter const& m) {
            if (shard != no_shard && m.shard != shard) return false;
            dropped.push_back(m.tag);
            return true;
        });
        return dropped;
    }
    // Gives back what was not received, and what is on its way.
    void recall(std::uint32_t shard) {
        frame f = about(frame_kind::recall);
        f.shard = shard;
        f.number = seen_;
        f.dropped = drop(shard);
        for (std::uint32_t n = 0; n < shards_.size(); ++n)
            if (shard == no_shard || shard == n) ++shards_[n].run;
        transmit_(std::move(f));
    }
    void yield(std::uint32_t n) {
        auto& s = shards_[n];
        if (!s.revoking) return;
        for (auto const& [tag, shard] : unsettled_)
            if (shard == n) return;
        s.revoking = false;
        frame f = about(frame_kind::yield);
        f.shard = shown(n);
        f.number = s.epoch;
        transmit_(std::move(f));
    }

    std::uint64_t number_;
    std::shared_ptr<subscription const> what_;
    bool reply_;
    bool prefix_;
    bool owned_;
    receiver* told_;
    env::clock& clock_;
    std::function<void(frame)> transmit_;
    std::vector<shard_view> shards_;
    std::uint64_t generation_ = 0;
    std::uint64_t seen_ = 0;
    std::deque<letter> mailbox_;
    std::vector<notice> notices_;
    std::map<std::uint64_t, std::uint32_t> unsettled_;
    bool subscribed_ = false;
    bool hungry_ = true;
    bool paused_ = false;
    bool closed_ = false;
};

} // namespace fairway::testing::sim_detail

#endif
