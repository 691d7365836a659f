// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_AMQP_LANE_HPP
#define FAIRWAY_TRANSPORT_AMQP_LANE_HPP

#include <fairway/env/clock.hpp>
#include <fairway/envelope/time.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>

namespace fairway::amqp_detail {

// Since when the broker takes nothing of what goes one way. Where a queue's leader was at a node that has gone,
// RabbitMQ (3.10) refuses all of a channel that was opened before there is another one, and nothing of those that are
// opened later; a queue that is full refuses what comes from all of them, so that opening others does not help.
class refusing {
public:
    // Another one, of a message that was refused at `since` for the first time; its senders may have given up those
    // that were before. True where the channel, which was opened then, is to be opened again.
    bool again(env::steady_point since, env::steady_point opened, env::steady_point now) {
        if (!since_ || now - last_ > longest_gap) since_ = since;
        last_ = now;
        if (now - std::max(std::min(*since_, since), opened) < patience_) return false;
        patience_ = std::min(2 * patience_, most_patience);
        return true;
    }
    void taken() noexcept { *this = {}; }
    // A channel that knows nothing of it.
    void reopened() noexcept { since_.reset(); }

private:
    static constexpr duration most_patience = std::chrono::minutes(1);
    static constexpr duration longest_gap = std::chrono::seconds(10);
    std::optional<env::steady_point> since_;
    env::steady_point last_{};
    duration patience_ = std::chrono::seconds(3); // twice as long each time in vain
};

// A shard's queue, as far as a channel knows it. With the first message RabbitMQ (3.10) makes the channel known to a
// quorum queue, and refuses that message where the queue has no leader yet, while it takes what is on its way behind
// it. So until one was taken, each goes alone, and what goes elsewhere does not wait for it.
struct lane {
    bool has_taken = false; // the last one
    bool is_known = false;  // it has taken one
    bool rests = false;     // it could not take something
    bool goes_on = false;   // is listed among those that may have something held back
    std::size_t open = 0;   // on their way
    refusing refuses{};

    // What was given up is on its way none the less, so that the outbox alone does not bound it.
    bool may_go(std::size_t most) const noexcept { return !rests && open < (has_taken ? most : 1); }
    // What was on its way has arrived, or has not.
    void ended(bool taken) noexcept {
        --open;
        has_taken = taken;
        if (taken) is_known = true, refuses.taken();
    }
    // There is another channel.
    void reopened() noexcept {
        auto const before = refuses;
        *this = {};
        refuses = before;
        refuses.reopened();
    }
};

} // namespace fairway::amqp_detail

#endif
