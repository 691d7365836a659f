// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_AMQP_QUEUE_HPP
#define FAIRWAY_TESTING_AMQP_QUEUE_HPP

#include <fairway/envelope/time.hpp>
#include <fairway/testing/amqp/message.hpp>
#include <fairway/testing/amqp/queue_shape.hpp>
#include <fairway/testing/sim/draw.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::testing::amqp_detail {

class queue;
class subscriber;

// Who takes messages of a queue.
struct consumer {
    subscriber* channel = nullptr;
    std::string tag;
    std::uint64_t prefetch = 0; // 0 for no limit
    bool no_ack = false;
    bool exclusive = false;
    std::uint64_t held = 0; // that it was given and has not settled
};

// A channel, as queues see it. None of its functions calls a queue.
class subscriber {
public:
    subscriber() = default;
    subscriber(subscriber const&) = delete;
    subscriber& operator=(subscriber const&) = delete;
    virtual bool has_room() = 0;
    virtual void deliver(std::shared_ptr<consumer> const& to, std::shared_ptr<queue> const& from, entry one) = 0;
    // The queue is no more.
    virtual void on_cancelled(consumer const& c) = 0;

protected:
    ~subscriber() = default;
};

// Where a queue's messages go that it has lost, and what time it is.
class queue_host {
public:
    queue_host() = default;
    queue_host(queue_host const&) = delete;
    queue_host& operator=(queue_host const&) = delete;
    virtual time_point now() const = 0;
    virtual void bury(queue_shape const& of, message const& what, std::string_view reason) = 0;

protected:
    ~queue_host() = default;
};

// A queue: what is ready in its order, and its consumers. What was delivered is with the channel that it went to, which
// gives it back or says that it is settled.
class queue final : public std::enable_shared_from_this<queue> {
public:
    queue(queue_shape shape, queue_host& host) : shape_(std::move(shape)), host_(host), used_(host.now()) {}

    queue_shape const& shape() const noexcept { return shape_; }
    std::size_t ready() const noexcept { return ready_.size(); }
    std::size_t unsettled() const noexcept { return unsettled_; }
    std::size_t consumers() const noexcept { return consumers_.size(); }
    // Somebody has to do with it: it does not expire for a while.
    void use() { used_ = host_.now(); }

    // False where it takes no more (x-overflow reject-publish).
    bool push(std::shared_ptr<message> what) {
        if (is_closed()) return false;
        entry one;
        one.place = ++last_place_;
        auto life = what->life;
        if (shape_.message_life) life = std::min(life.value_or(*shape_.message_life), *shape_.message_life);
        if (life) one.expires = fairway::detail::saturating_add(host_.now(), *life);
        one.what = std::move(what);
        fresh_ = insert({lane::arrived, one.place}, std::move(one));
        serve();
        fresh_.reset();
        drop_expired();
        trim();
        return true;
    }
    // Gives out what it can.
    void serve() {
        if (serving_) return; // further up it goes on
        struct turn {
            bool& on;
            explicit turn(bool& flag) : on(flag) { on = true; }
            turn(turn const&) = delete;
            turn& operator=(turn const&) = delete;
            ~turn() { on = false; }
        } const mine(serving_);
        while (!ready_.empty()) {
            if (ready_.begin()->first != fresh_ && is_expired(ready_.begin()->second)) {
                lose("expired");
                continue;
            }
            auto const to = next_consumer();
            if (!to) break;
            auto one = pop();
            if (!to->no_ack) {
                ++to->held;
                ++unsettled_;
            }
            to->channel->deliver(to, shared_from_this(), std::move(one));
        }
    }
    // For basic.get; `settled` where it is not going to be acknowledged.
    std::optional<entry> take(bool settled) {
        use();
        drop_expired();
        if (ready_.empty()) return std::nullopt;
        if (!settled) ++unsettled_;
        return pop();
    }
    std::size_t purge() {
        auto const n = ready_.size();
        ready_.clear();
        bytes_ = 0;
        return n;
    }
    // Drops what expired at the head.
    void drop_expired() {
        while (!ready_.empty() && is_expired(ready_.begin()->second)) lose("expired");
    }

    // ---- what was delivered
    // A consumer is done with so many (none for basic.get), and may get others.
    void settle(std::shared_ptr<consumer> const& by, std::uint64_t n = 1) {
        unsettled_ -= n;
        if (by) by->held -= n;
    }
    void reject(std::shared_ptr<consumer> const& by, entry const& one) {
        settle(by);
        if (shape_.dead_letter_exchange) host_.bury(shape_, *one.what, "rejected");
    }
    // Why something comes back. To a classic queue it comes where it was. To a quorum queue (of RabbitMQ 3.10) it comes
    // behind all others where its client sent it back, and before all that were not delivered yet where its channel
    // has ended; and it counts.
    enum class comes_back { sent, left };
    void put_back(std::shared_ptr<consumer> const& by, entry one, comes_back why) {
        settle(by);
        one.redelivered = true;
        if (shape_.quorum) {
            ++one.returns;
            if (shape_.delivery_limit && one.returns > *shape_.delivery_limit) {
                if (shape_.dead_letter_exchange) host_.bury(shape_, *one.what, "delivery_limit");
                return;
            }
            one.place = ++last_place_;
        }
        bool const first = shape_.quorum && why == comes_back::left;
        insert({first ? lane::returned : lane::arrived, one.place}, std::move(one));
        trim();
    }
    // It was settled, but comes again: the broker has forgotten that.
    void repeat(entry one) {
        one.redelivered = true;
        if (shape_.quorum) ++one.returns;
        auto const place = ++last_place_;
        insert({lane::returned, place}, std::move(one));
    }

    // ---- consumers
    // Throws `refusal` where one of them wants to be alone.
    void add(std::shared_ptr<consumer> const& c, std::string_view host) {
        bool const alone =
            std::any_of(consumers_.begin(), consumers_.end(), [](auto const& o) { return o->exclusive; });
        if (alone || (c->exclusive && (!consumers_.empty() || (shape_.single_active_consumer && !shape_.quorum))))
            refuse(reply_code::access_refused, "queue " + named(shape_.name, host) + " in exclusive use");
        consumers_.push_back(c);
        if (shape_.single_active_consumer && !active_) active_ = c;
    }
    // What it holds stays with its channel; the next one of a single active consumer begins at once.
    void remove(consumer const& c) {
        std::erase_if(consumers_, [&](auto const& one) { return one.get() == &c; });
        if (active_.get() == &c) active_ = consumers_.empty() ? nullptr : consumers_.front();
        use();
    }
    // It is deleted.
    void end() {
        for (auto const& c : std::exchange(consumers_, {})) c->channel->on_cancelled(*c);
        active_.reset();
        purge();
    }

    // ---- time
    bool is_unused() const { return shape_.expires && consumers_.empty() && host_.now() >= used_ + *shape_.expires; }
    std::optional<time_point> wake() const {
        std::optional<time_point> next;
        if (shape_.expires && consumers_.empty()) next = used_ + *shape_.expires;
        if (!ready_.empty() && ready_.begin()->second.expires)
            next = std::min(next.value_or(time_point::max()), *ready_.begin()->second.expires);
        return next;
    }

    // The broker was stopped: keeps what is persistent, in a quorum queue everything.
    void restart() {
        if (!shape_.quorum) std::erase_if(ready_, [](auto const& one) { return !one.second.what->persistent; });
        count_bytes();
        closed_ = false;
        if (!shape_.quorum) use();
    }
    // A node, or without one all of them, has crashed: what came there and was not confirmed is lost by chance, in a
    // classic queue each by itself, in a quorum queue the end of it.
    void lose_unconfirmed(sim_detail::dice& by, std::optional<unsigned> node) {
        if (shape_.quorum)
            lose_end(by, node);
        else
            std::erase_if(ready_, [&](auto const& one) { return may_be_lost(one.second, node) && by.one_in(2); });
        count_bytes();
    }

private:
    // What has come back goes first.
    enum class lane { returned, arrived };
    using position = std::pair<lane, std::uint64_t>;

    position insert(position at, entry one) {
        bytes_ += one.what->body.size();
        ready_.emplace(at, std::move(one));
        return at;
    }
    entry pop() {
        auto one = std::move(ready_.begin()->second);
        ready_.erase(ready_.begin());
        bytes_ -= one.what->body.size();
        return one;
    }
    static bool may_be_lost(entry const& one, std::optional<unsigned> node) {
        auto const& s = *one.what->safe;
        return !s.confirmed && (!node || s.node == *node);
    }
    // What was delivered once is in the log, as is all before it.
    void lose_end(sim_detail::dice& by, std::optional<unsigned> node) {
        std::vector<position> last; // from the end
        for (auto i = ready_.rbegin(); i != ready_.rend() && !i->second.redelivered; ++i) {
            if (may_be_lost(i->second, node))
                last.push_back(i->first);
            else if (!node || i->second.what->safe->node == *node)
                break;
        }
        last.resize(static_cast<std::size_t>(by.below(last.size() + 1)));
        for (auto const& at : last) ready_.erase(at);
    }
    void count_bytes() {
        bytes_ = 0;
        for (auto const& [at, one] : ready_) bytes_ += one.what->body.size();
    }
    void lose(std::string_view reason) {
        auto const one = pop();
        if (shape_.dead_letter_exchange) host_.bury(shape_, *one.what, reason);
    }
    bool is_expired(entry const& one) const { return one.expires && *one.expires <= host_.now(); }

    static bool can_take(consumer const& c) {
        return (c.no_ack || c.prefetch == 0 || c.held < c.prefetch) && c.channel->has_room();
    }
    // In turns, or the active one.
    std::shared_ptr<consumer> next_consumer() {
        if (shape_.single_active_consumer) return active_ && can_take(*active_) ? active_ : nullptr;
        auto const found =
            std::find_if(consumers_.begin(), consumers_.end(), [](auto const& c) { return can_take(*c); });
        if (found == consumers_.end()) return nullptr;
        auto next = *found;
        consumers_.erase(found);
        consumers_.push_back(next);
        return next;
    }

    // Only what is ready counts. A quorum queue takes one more than it may have, and then none until a fifth is gone.
    bool is_closed() {
        if (!shape_.reject_publish) return false;
        if (!shape_.quorum)
            return (shape_.max_length && ready_.size() >= *shape_.max_length) ||
                   (shape_.max_bytes && bytes_ >= *shape_.max_bytes);
        auto const low = [](std::optional<std::uint64_t> const& most, std::uint64_t n) {
            return !most || n <= *most * 8 / 10;
        };
        if (closed_ && low(shape_.max_length, ready_.size()) && low(shape_.max_bytes, bytes_)) closed_ = false;
        return closed_;
    }
    bool is_over() const {
        return (shape_.max_length && ready_.size() > *shape_.max_length) ||
               (shape_.max_bytes && bytes_ > *shape_.max_bytes);
    }
    void trim() {
        if (shape_.reject_publish) {
            closed_ = closed_ || is_over();
            return;
        }
        while (!ready_.empty() && is_over()) lose("maxlen");
    }

    queue_shape shape_;
    queue_host& host_;
    std::map<position, entry> ready_;
    std::uint64_t bytes_ = 0; // of the bodies that are ready
    std::uint64_t last_place_ = 0;
    std::optional<position> fresh_; // has just come: it may be delivered, however short its life is
    std::size_t unsettled_ = 0;
    std::deque<std::shared_ptr<consumer>> consumers_;
    std::shared_ptr<consumer> active_;
    time_point used_;
    bool serving_ = false;
    bool closed_ = false;
};

} // namespace fairway::testing::amqp_detail

#endif
