// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_FEED_HPP
#define FAIRWAY_TRANSPORT_TCP_FEED_HPP

#include <fairway/env/clock.hpp>
#include <fairway/envelope/envelope.hpp>
#include <fairway/transport/tcp/identity.hpp>
#include <fairway/transport/tcp/in_hand.hpp>
#include <fairway/transport/tcp/stream_records.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <utility>
#include <vector>

namespace fairway::tcp_detail {

class session;

// A delivery that has come and was not received yet.
struct letter {
    envelope message;
    std::uint64_t tag = 0;
    std::uint32_t attempt = 1;
    std::uint32_t bytes = 0;
};

// What one node delivers to a consumer of this one: what came and was not received, what was received and is not
// settled, and what the other node is to be told. Pure; guarded by the consumer's lock.
//
// What is not to be handled now goes back, and does not count as an attempt. Some of it may be on its way: so a shard
// that is held takes nothing in before the other node has answered (HELD) that nothing more comes of it, and is not
// released before that; then nothing overtakes what went back.
class feed {
public:
    // A delivery's tag in so many bits; above them the consumer has the feed's index.
    static constexpr unsigned tag_bits = 40;

    // What the other node is to be told, in this order.
    struct order {
        record_type what = record_type::settle;
        std::uint32_t shard = 0;
        bool on = false;
        std::uint64_t bytes = 0;
        std::vector<settled> ended{};
    };

    // For a channel with so many shards, 0 for an unsharded one. `index` tells it from others of the consumer.
    feed(std::uint32_t index, std::uint32_t shards)
        : index_(index), sharded_(shards > 0), shards_(std::max(shards, 1U)) {}

    std::uint32_t index() const noexcept { return index_; }
    // The other node has said that deliveries come; when, and whether it is known already for whom it comes instead.
    bool begun = false;
    env::steady_point begun_at;
    bool has_replaced = false;
    // Where from: a session, the node at its other end, and the consumer's number there.
    session* at = nullptr;
    identity node;
    std::uint32_t number = 0;
    // How much it has room for, as the other node was told: it may exceed the bytes by its last message.
    std::size_t window = std::numeric_limits<std::size_t>::max();
    std::uint64_t window_bytes = std::numeric_limits<std::uint64_t>::max();

    // ---- from the other node
    // True where there is something new to receive. Throws `violation` where it is more than there is room for.
    bool deliver(letter l) {
        if (over_) return false;
        if (l.tag <= last_tag_ || l.tag >> tag_bits != 0) violate("the tags of deliveries rise, and have 40 bits");
        last_tag_ = l.tag;
        if (waiting_.size() + held_.size() >= window || bytes_ >= window_bytes)
            violate("there are more deliveries than the consumer has room for");
        bytes_ += l.bytes;
        auto const shard = shard_of(l.message);
        if (stopping_ || shards_[shard].held) {
            end(l.tag, 1, settle_how::returned, l.bytes);
            return false;
        }
        waiting_.push_back(std::move(l));
        return true;
    }
    // Nothing of the shard is on its way.
    void held(std::uint32_t shard) {
        if (over_ || shard >= shards_.size() || !shards_[shard].held) return;
        auto& s = shards_[shard];
        if (s.wanted) {
            s.answered = true;
            return;
        }
        s = {};
        orders_.push_back({record_type::hold, shard, false});
    }
    // The other node wants back what was not received, but for what makes up `most` with what is held.
    void recall(std::size_t most) {
        if (over_) return;
        give_back_from(most - std::min(most, held_.size()));
        orders_.push_back({record_type::recalled});
    }
    // Nothing is on its way any more.
    void stopped() {
        if (over_) return;
        stopped_ = true;
        leave_when_done();
    }
    // It is to leave, or has.
    bool leaves() const noexcept { return leaves_; }
    // It has left: nothing comes any more, once its orders are carried out.
    bool left() const noexcept { return left_; }
    // The session is over: what is held comes again, here or elsewhere.
    void end() noexcept {
        over_ = true;
        waiting_.clear();
        held_.clear();
        orders_.clear();
    }

    // The session is over because the other node has ended in good order: it was told that all of this has arrived, and
    // nobody delivers it again.
    void outlive() noexcept {
        alone_ = true;
        at = nullptr;
        orders_.clear();
    }
    // All of that was handled.
    bool done() const noexcept { return alone_ && waiting_.empty() && held_.size() == 0; }

    // ---- from the consumer
    std::size_t waiting() const noexcept { return waiting_.size(); }
    std::size_t in_hands() const noexcept { return held_.size(); }
    bool has_some() const noexcept { return next() != waiting_.end(); }
    letter take() {
        auto const first = waiting_.begin() + (next() - waiting_.begin());
        letter l = std::move(*first);
        waiting_.erase(first);
        held_.add({l.tag, l.bytes, shard_of(l.message)});
        return l;
    }
    // Returns how many of them were held.
    std::size_t settle(std::uint64_t tag, std::uint32_t count, bool accept) {
        std::size_t ended = 0;
        for (auto const last = tag + count; tag < last; ++tag) {
            auto const one = held_.end(tag);
            if (!one) continue;
            ++ended;
            // What follows a released message in its shard must not overtake it.
            // So it comes first: a hold that ends as soon as it is answered.
            if (!accept && sharded_ && !alone_) begin_hold(one->shard);
            end(tag, 1, accept ? settle_how::accepted : settle_how::released, one->bytes);
        }
        leave_when_done();
        return ended;
    }
    void hold(std::uint32_t shard, bool on) {
        if (over_ || !sharded_ || shard >= shards_.size()) return;
        auto& s = shards_[shard];
        s.wanted = on;
        if (alone_) return;
        if (on) {
            begin_hold(shard);
        } else if (s.answered) {
            s = {};
            orders_.push_back({record_type::hold, shard, false});
        }
    }
    // No more deliveries: what was not received goes back. What was received can still be settled; where it `leaves`,
    // it does so once all of that is settled, and nothing is on its way any more.
    void stop(bool leaves) {
        if (over_ || alone_) return;
        leaves_ = leaves_ || leaves;
        if (!std::exchange(stopping_, true)) {
            orders_.push_back({record_type::pause});
            give_back_from(0);
        }
        leave_when_done();
    }
    // The consumer is gone: what it has not settled goes back, too.
    void close() {
        if (!alone_) held_.clear();
        stop(true);
    }

    std::vector<order> take_orders() noexcept { return std::exchange(orders_, {}); }
    bool has_orders() const noexcept { return !orders_.empty(); }

private:
    struct shard_view {
        bool held = false;     // the other node was told
        bool answered = false; // and has answered
        bool wanted = false;   // by the consumer, beyond that
    };

    // What was held is with its node again, unless there is none any more.
    std::deque<letter>::const_iterator next() const noexcept {
        if (!alone_) return waiting_.begin();
        return std::find_if(
            waiting_.begin(), waiting_.end(), [this](letter const& l) { return !shards_[shard_of(l.message)].wanted; });
    }
    std::uint32_t shard_of(envelope const& e) const noexcept {
        return sharded_ ? e.shard() % static_cast<std::uint32_t>(shards_.size()) : 0;
    }
    void begin_hold(std::uint32_t shard) {
        if (std::exchange(shards_[shard].held, true)) return;
        orders_.push_back({record_type::hold, shard, true});
        std::erase_if(waiting_, [&](letter const& l) {
            if (shard_of(l.message) != shard) return false;
            end(l.tag, 1, settle_how::returned, l.bytes);
            return true;
        });
    }
    // Before that its deliveries would be handled elsewhere at the same time.
    void leave_when_done() {
        if (!leaves_ || !stopped_ || over_ || alone_ || held_.size() > 0 || std::exchange(left_, true)) return;
        orders_.push_back({record_type::unsubscribe});
    }
    void give_back_from(std::size_t keep) {
        for (std::size_t n = keep; n < waiting_.size(); ++n)
            end(waiting_[n].tag, 1, settle_how::returned, waiting_[n].bytes);
        if (keep < waiting_.size()) waiting_.resize(keep);
    }
    void end(std::uint64_t tag, std::uint32_t count, settle_how how, std::uint64_t bytes) {
        if (alone_) return;
        if (orders_.empty() || orders_.back().what != record_type::settle) orders_.push_back({});
        auto& o = orders_.back();
        o.bytes += bytes;
        bytes_ -= bytes;
        if (!o.ended.empty()) {
            auto& last = o.ended.back();
            if (last.how == how && last.tag + last.count == tag) {
                last.count += count;
                return;
            }
        }
        o.ended.push_back({tag, count, how});
    }

    std::uint32_t index_;
    bool sharded_;
    bool stopping_ = false; // the other node was told to stop
    bool stopped_ = false;  // and has
    bool leaves_ = false;
    bool left_ = false;
    bool over_ = false;
    bool alone_ = false;
    std::vector<shard_view> shards_;
    std::deque<letter> waiting_;
    in_hand held_;
    std::uint64_t last_tag_ = 0;
    std::uint64_t bytes_ = 0; // of both
    std::vector<order> orders_;
};

} // namespace fairway::tcp_detail

#endif
