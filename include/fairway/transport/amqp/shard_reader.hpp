// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_AMQP_SHARD_READER_HPP
#define FAIRWAY_TRANSPORT_AMQP_SHARD_READER_HPP

#include <fairway/env/clock.hpp>
#include <fairway/transport/amqp/declare.hpp>
#include <fairway/transport/amqp/part.hpp>
#include <fairway/transport/amqp/session.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::amqp_detail {

class shard_reader;

// Who reads: the consumer, which is told on the executor.
class reader_owner {
public:
    reader_owner() = default;
    reader_owner(reader_owner const&) = delete;
    reader_owner& operator=(reader_owner const&) = delete;
    virtual void on_reading(shard_reader& r) = 0;
    virtual void on_message(shard_reader& r, basic_deliver const& how, content const& what) = 0;
    // A message is larger than allowed.
    virtual void on_too_large(shard_reader& r, basic_deliver const& how) = 0;
    // It reads no more: it was refused, its queue has gone, or the session. `leave` is not told.
    virtual void on_stopped(shard_reader& r, error_code why, std::string_view text) = 0;

protected:
    ~reader_owner() = default;
};

// Consumes one queue over a channel of its own. Used on the executor; `state` is guarded by the owner's lock.
class shard_reader final : public channel_user, public std::enable_shared_from_this<shard_reader> {
public:
    struct wish {
        std::string queue;
        std::uint32_t shard = 0;
        bool in_order = false;
        std::uint16_t prefetch = 1;
        topology needs;
        topology_mode mode = topology_mode::declare;
    };
    // `owner` outlives it, or calls `leave`.
    shard_reader(reader_owner& owner, wish w) : state(w.in_order, w.prefetch), owner_(&owner), what_(std::move(w)) {}

    part state;
    env::steady_point told_at = env::steady_point::min(); // the broker was, the last time

    std::uint32_t shard() const noexcept { return what_.shard; }
    bool attached() const noexcept { return channel_ != nullptr; }

    void attach(std::shared_ptr<session> const& to) { channel_ = to->open(weak_from_this()); }
    // Its session is no more.
    void detach() noexcept {
        channel_.reset();
        reading_ = false;
    }
    void tell(std::vector<part::answer> const& all) {
        if (!channel_) return;
        using kind = part::answer::kind;
        for (auto const& a : all) {
            if (a.what == kind::ack || a.what == kind::ack_up_to) {
                basic_ack m;
                m.delivery_tag = a.tag;
                m.multiple = a.what == kind::ack_up_to;
                channel_->put(m);
            } else {
                basic_nack m;
                m.delivery_tag = a.tag;
                m.requeue = a.what != kind::refuse;
                channel_->put(m);
            }
        }
    }
    // Calls `done`, or drops it, once the broker has taken what it was told: it answers in order.
    void sync(std::function<void()> const& done) {
        if (auto const left = left_.lock()) left->keep_until_closed(done);
        if (!channel_) return;
        basic_qos q;
        q.prefetch_count = what_.prefetch;
        channel_->call<basic_qos_ok>(q, [done](auto const&) { done(); });
    }
    // No more deliveries; those that were made can still be settled.
    void cancel() {
        if (!channel_ || !std::exchange(reading_, false)) return;
        basic_cancel m;
        m.consumer_tag = consumer_tag;
        channel_->call<basic_cancel_ok>(m, [](auto const&) {});
    }
    // What is not settled goes back, in its order.
    void leave() {
        reading_ = false;
        auto const closing = std::exchange(channel_, nullptr);
        if (!closing) return;
        left_ = closing;
        closing->close();
    }

    // ---- of its channel ----
    void on_open() override {
        if (!std::exchange(declares_, false)) return consume();
        declare(*channel_, what_.needs, what_.mode, [weak = weak_from_this(), now = channel_] {
            auto const self = weak.lock();
            if (self && self->channel_ == now) self->consume();
        });
    }
    void on_closed(error_code why, std::string_view text) override {
        detach();
        declares_ = why == errc::unroutable; // its queue is not there
        owner_->on_stopped(*this, why, text);
    }
    void on_deliver(basic_deliver const& how, content const& what) override { owner_->on_message(*this, how, what); }
    void on_oversized(basic_deliver const& how, oversized const&) override { owner_->on_too_large(*this, how); }
    void on_cancel(std::string_view) override {
        leave();
        declares_ = true;
        owner_->on_stopped(*this, errc::unroutable, "the queue was deleted");
    }

private:
    // One for each channel: any name will do.
    static constexpr std::string_view consumer_tag = "fairway";

    void consume() {
        basic_qos q;
        q.prefetch_count = what_.prefetch;
        channel_->call<basic_qos_ok>(q, [](auto const&) {});
        basic_consume c;
        c.queue = what_.queue;
        c.consumer_tag = consumer_tag;
        // Before the answer: deliveries may come with it.
        reading_ = true;
        channel_->call<basic_consume_ok>(c, [weak = weak_from_this(), now = channel_](auto const&) {
            auto const self = weak.lock();
            if (self && self->channel_ == now) self->owner_->on_reading(*self);
        });
    }

    reader_owner* owner_;
    wish what_;
    std::shared_ptr<channel> channel_;
    std::weak_ptr<channel> left_; // the last one, as long as the broker has not answered
    bool reading_ = false;
    bool declares_ = false; // what it needs, again
};

} // namespace fairway::amqp_detail

#endif
