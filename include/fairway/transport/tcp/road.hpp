// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_ROAD_HPP
#define FAIRWAY_TRANSPORT_TCP_ROAD_HPP

#include <fairway/env/execute.hpp>
#include <fairway/env/suspend.hpp>
#include <fairway/transport/hub/ends.hpp>
#include <fairway/transport/tcp/receipts.hpp>
#include <fairway/transport/tcp/session.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace fairway::tcp_detail {

// Who takes messages of a channel out of the queue, for other nodes.
class taker {
public:
    taker() = default;
    taker(taker const&) = delete;
    taker& operator=(taker const&) = delete;
    virtual ~taker() = default;
    // The offset in its session behind all that it took, and up to which the other node has processed it.
    virtual std::uint64_t taken_offset() const = 0;
    virtual std::uint64_t arrived_offset() const = 0;
    // It takes nothing more: what had not arrived is in the queue again.
    virtual bool gone() const = 0;
};

// What this node sends into one channel: who waits for it to be received. `flush` waits until all that
// was in the queue has arrived somewhere. What is not thread-safe is used on the node's executor.
class road : public std::enable_shared_from_this<road> {
public:
    // `awaits`: to be accepted means that a consumer has the message.
    road(std::shared_ptr<hub_detail::attachment> through, std::shared_ptr<hub_detail::channel_state> to, bool awaits)
        : through_(through),
          awaits_(awaits),
          queue_(std::move(to)),
          in_(std::make_shared<hub_detail::hub_sink>(through, queue_)),
          executor_(through->executor()),
          waits_(std::make_shared<receipts>(executor_, [in = in_, executor = executor_](auto const& w, auto told) {
              auto done = asio::bind_cancellation_slot(
                  w->cancel_entry.slot(), asio::bind_executor(executor, [told = std::move(told)] { told(); }));
              in->send(std::move(w->envelopes), w->deadline, w->entered, std::move(done));
          })) {}

    // ---- thread-safe
    bool awaits() const noexcept { return awaits_; }
    address const& shape() const noexcept { return queue_->shape(); }
    // The transport refuses what is sent.
    bool is_closed() const noexcept { return through_->closed(); }
    sink& in() const noexcept { return *in_; }
    receipts& waits() const noexcept { return *waits_; }
    void flush(error_code& into, env::continuation done) {
        env::dispatch(executor_, [self = shared_from_this(), &into, done = std::move(done)]() mutable {
            if (self->gone_) return; // with its context, `done` is dropped
            if (self->closed_) {
                into = errc::closed;
                return env::post(self->executor_, [done = std::move(done)]() mutable { env::resume(std::move(done)); });
            }
            self->flushing_.push_back({self->queue_->marks(), false, {}, &into, std::optional(std::move(done))});
            self->flushes_ = true;
            self->look();
        });
    }
    // Messages were taken out of the queue by a consumer of this node.
    void taken_here() {
        if (!flushes_.load(std::memory_order_relaxed)) return;
        env::post(executor_, [weak = weak_from_this()] {
            if (auto const self = weak.lock()) self->look();
        });
    }

    // ---- on the executor
    void add(std::shared_ptr<taker> const& t) { takers_.push_back(t); }
    // A taker has gone.
    void left() {
        std::erase_if(takers_, [](auto const& t) { return t->gone(); });
        look();
    }
    // Something was taken out, or has arrived, or somebody has gone.
    void look() {
        if (flushing_.empty()) return;
        for (auto f = flushing_.begin(); f != flushing_.end();) {
            if (!is_over(*f)) {
                ++f;
                continue;
            }
            *f->into = f->all_taken ? error_code() : make_error_code(errc::not_connected);
            env::post(executor_, [done = std::move(*f->done)]() mutable { env::resume(std::move(done)); });
            f = flushing_.erase(f);
        }
        flushes_ = !flushing_.empty();
    }
    // Consumers have come, or gone; `may_come`: nobody knows yet whether there are some.
    void look_for_consumers(bool may_come) {
        may_come_ = may_come;
        waits_->claim(queue_->has_takers());
        look();
    }
    // Nothing arrives any more.
    void close() {
        waits_->close();
        closed_ = true;
        for (auto& f : std::exchange(flushing_, {})) {
            *f.into = errc::outcome_unknown;
            env::post(executor_, [done = std::move(*f.done)]() mutable { env::resume(std::move(done)); });
        }
    }
    void abandon() noexcept {
        waits_->abandon();
        closed_ = gone_ = true;
        flushing_.clear();
        takers_.clear();
    }

private:
    struct flush_waiter {
        std::vector<std::uint64_t> marks; // behind what was in the queue
        bool all_taken = false;
        std::vector<std::pair<std::shared_ptr<taker>, std::uint64_t>> until;
        error_code* into;
        std::optional<env::continuation> done;
    };

    bool is_over(flush_waiter& f) const {
        auto const lost = [](auto const& u) { return u.first->gone() && u.first->arrived_offset() < u.second; };
        if (f.all_taken && std::any_of(f.until.begin(), f.until.end(), lost)) f.all_taken = false, f.until.clear();
        if (!f.all_taken) {
            if (!queue_->all_taken(f.marks)) return !may_come_ && !queue_->has_takers(); // it stays in the queue
            f.all_taken = true;
            for (auto const& t : takers_) f.until.emplace_back(t, t->taken_offset());
        }
        auto const arrived = [](auto const& u) { return u.first->arrived_offset() >= u.second; };
        if (!std::all_of(f.until.begin(), f.until.end(), arrived)) return false;
        if (queue_->all_taken(f.marks)) return true;
        f.all_taken = false; // something came back
        f.until.clear();
        return false;
    }

    std::shared_ptr<hub_detail::attachment> through_;
    bool awaits_;
    std::shared_ptr<hub_detail::channel_state> queue_;
    std::shared_ptr<sink> in_;
    asio::any_io_executor executor_;
    std::shared_ptr<receipts> waits_;
    std::atomic<bool> flushes_{false};
    std::list<flush_waiter> flushing_;
    std::vector<std::shared_ptr<taker>> takers_;
    bool may_come_ = true;
    bool closed_ = false;
    bool gone_ = false; // the execution context
};

// The way into it.
class road_sink final : public sink {
public:
    // `at_once`: a message is accepted once it is in this node's queue.
    road_sink(std::shared_ptr<road> to, bool at_once) : to_(std::move(to)), awaits_(to_->awaits()), at_once_(at_once) {}

    std::size_t try_send(std::span<envelope> envelopes, error_code& why) override {
        if (!awaits_ || to_->is_closed() || !to_->waits().unclaimed()) return to_->in().try_send(envelopes, why);
        why = errc::queue_full; // others wait before it
        return 0;
    }
    void send(std::vector<envelope> envelopes, env::steady_point deadline, std::vector<outcome>& into,
        env::continuation done) override {
        if (awaits_ && !to_->is_closed())
            to_->waits().send(std::move(envelopes), deadline, into, std::move(done));
        else
            to_->in().send(std::move(envelopes), deadline, into, std::move(done));
    }
    bool accepts_at_once() const noexcept override { return at_once_; }
    void flush(error_code& into, env::continuation done) override { to_->flush(into, std::move(done)); }

private:
    std::shared_ptr<road> to_;
    bool awaits_;
    bool at_once_;
};

} // namespace fairway::tcp_detail

#endif
