// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_REPLIES_HPP
#define FAIRWAY_PORT_REPLIES_HPP

#include <fairway/delivery/correlation.hpp>
#include <fairway/env/brief_mutex.hpp>
#include <fairway/env/run_loop.hpp>
#include <fairway/port/observer.hpp>
#include <fairway/port/reply_stream.hpp>
#include <fairway/transport/any_transport.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fairway::detail {

// A service's pending requests and its reply channel. Each request completes exactly once: by reply, deadline,
// cancellation or close. Thread-safe.
class replies final : public receiver, public env::runnable, public std::enable_shared_from_this<replies> {
public:
    replies(any_transport transport, std::shared_ptr<telemetry> counts)
        : transport_(std::move(transport)),
          executor_(transport_.get_executor()),
          counts_(std::move(counts)),
          clock_(env::clock::of(executor_)) {}
    ~replies() override { close(); }

    // Opens the reply channel, if it is not open yet; returns its address.
    std::string const& open() {
        if (opened_.load(std::memory_order_acquire)) return address_;
        std::lock_guard const lock(opening_);
        if (!source_) {
            waker_.emplace(env::run_loop::of(executor_), weak_from_this());
            auto channel = transport_.open_replies(*this);
            address_ = std::move(channel.address);
            source_ = std::move(channel.replies);
            opened_.store(true, std::memory_order_release);
        }
        return address_;
    }

    // Registers a request; `r` gets its reply, or with timed_out, cancelled or closed.
    void expect(message_id id, env::steady_point deadline, reader&& r) {
        auto slot = asio::get_associated_cancellation_slot(r.resume);
        if (slot.is_connected())
            slot.assign([weak = weak_from_this(), id](asio::cancellation_type) {
                if (auto const self = weak.lock()) self->end(id, errc::cancelled);
            });
        count(counts_->requested);
        waiter w(std::move(r));
        if (error_code const refused = add(id, deadline, w)) complete_later(executor_, w.take_reader(), {refused, {}});
    }

    // Registers a request with any number of replies.
    error_code expect(message_id id, std::shared_ptr<reply_stream> const& stream) {
        count(counts_->requested);
        waiter w(stream);
        return add(id, env::steady_point::max(), w);
    }

    // Lets a stream time out.
    void set_deadline(message_id id, env::steady_point deadline) {
        std::lock_guard const lock(mutex_);
        pending_.reschedule(id, deadline);
        wake_at(deadline);
    }

    // Ends a request from this side; nothing happens where it has ended already.
    void end(message_id id, error_code why) {
        auto w = take(id);
        if (w) w->end(why);
    }

    // Ends a stream that its reader has left; replies to come are late.
    void forget(message_id id) { take(id); }

    // Fails all pending requests, and those to come, with errc::closed.
    void close() {
        std::vector<waiter> left;
        std::shared_ptr<source> gone;
        {
            std::lock_guard const lock(mutex_);
            if (closed_) return;
            closed_ = true;
            left = pending_.take_all();
        }
        {
            std::lock_guard const lock(opening_);
            gone = source_;
        }
        if (gone) gone->close();
        for (auto& w : left) w.end(errc::closed);
        if (context_gone_.load()) return;
        env::dispatch(executor_, [weak = weak_from_this()] {
            if (auto const self = weak.lock()) self->alarm_.reset();
        });
    }

    // The execution context goes: drops all waiters without completing them.
    void abandon() {
        context_gone_ = true;
        std::vector<waiter> dropped;
        {
            std::lock_guard const lock(mutex_);
            closed_ = true;
            dropped = pending_.take_all();
        }
        for (auto& w : dropped)
            if (w.is_stream()) w.stream()->abandon();
        alarm_.reset();
        std::shared_ptr<source> gone;
        {
            std::lock_guard const lock(opening_);
            gone = source_;
        }
        // Replies may come from other contexts; nothing may be posted to this one any more.
        if (gone) gone->close();
    }

    std::size_t pending() const {
        std::lock_guard const lock(mutex_);
        return pending_.size();
    }
    env::clock& clock() const noexcept { return clock_; }
    asio::any_io_executor const& executor() const noexcept { return executor_; }

    void ready() noexcept override {
        if (!context_gone_) waker_->wake();
    }

    // Takes in what is there.
    bool run() override {
        std::vector<delivery> batch = std::move(batch_);
        constexpr std::size_t at_once = 64;
        if (!opened_.load(std::memory_order_acquire)) return false;
        std::size_t const n = source_->receive(batch, at_once);
        {
            // Settled last, for that ends the deliveries; also where the resumed throws.
            settling const later{*source_, settled_};
            for (auto const& d : batch) settle(d.tag());
            for (auto& d : batch) deliver(d);
        }
        batch.clear();
        batch_ = std::move(batch);
        if (n == at_once) ready();
        return n == at_once;
    }

private:
    // One of the two: a request with one reply, or one with a stream of them.
    class waiter {
    public:
        explicit waiter(reader&& r) noexcept : into_(r.into), resume_(std::move(r.resume)) {}
        explicit waiter(std::shared_ptr<reply_stream> s) noexcept : stream_(std::move(s)) {}
        waiter(waiter&& other) noexcept : into_(other.into_) {
            if (into_)
                ::new (&resume_) env::continuation(std::move(other.resume_));
            else
                ::new (&stream_) std::shared_ptr<reply_stream>(std::move(other.stream_));
        }
        waiter& operator=(waiter&&) = delete;
        ~waiter() {
            if (into_)
                resume_.~continuation();
            else
                stream_.~shared_ptr();
        }

        bool is_stream() const noexcept { return !into_; }
        std::shared_ptr<reply_stream> const& stream() const noexcept { return stream_; }
        reader take_reader() noexcept { return {std::move(resume_), into_}; }
        void end(error_code why) {
            if (is_stream())
                stream_->end(why);
            else
                complete(take_reader(), {why, {}});
        }

    private:
        // Null for a stream.
        answer* into_ = nullptr;
        union {
            env::continuation resume_;
            std::shared_ptr<reply_stream> stream_;
        };
    };

    // Takes `w` in, unless it returns an error.
    error_code add(message_id id, env::steady_point deadline, waiter& w) {
        std::lock_guard const lock(mutex_);
        if (closed_) return errc::closed;
        if (pending_.size() >= limits::pending_requests) return errc::too_many_requests;
        if (!pending_.insert(id, deadline, std::move(w))) return errc::invalid_argument;
        wake_at(deadline);
        return {};
    }
    std::optional<waiter> take(message_id id) {
        std::lock_guard const lock(mutex_);
        return pending_.take(id);
    }

    // In runs of tags.
    void settle(std::uint64_t tag) {
        if (!settled_.empty() && settled_.back().tag + settled_.back().count == tag)
            ++settled_.back().count;
        else
            settled_.push_back({tag, true});
    }
    struct settling {
        source& from;
        std::vector<settlement>& all;
        ~settling() {
            from.settle(all);
            all.clear();
        }
    };

    void deliver(delivery& d) {
        std::shared_ptr<reply_stream> stream;
        std::optional<reader> single;
        {
            std::lock_guard const lock(mutex_);
            if (closed_) return; // the source too: the delivery may have ended
            pending_.visit(d.correlation(), [&](waiter& w) {
                if (w.is_stream())
                    stream = w.stream();
                else
                    single.emplace(w.take_reader());
                return single.has_value();
            });
        }
        if (single) {
            complete_on(executor_, std::move(*single), {{}, std::move(d).message()});
        } else if (stream) {
            stream->put(std::move(d).message());
        } else {
            count(counts_->late_replies);
            counts_->tell({occurrence::late_reply, {}, {}, d.type(), d.correlation(), {}, {}});
        }
    }

    // Called with the lock held. One alarm for all deadlines; it is set only where the new one comes first.
    void wake_at(env::steady_point deadline) {
        if (deadline >= armed_ || closed_) return;
        armed_ = deadline;
        env::post(executor_, [weak = weak_from_this(), deadline] {
            if (auto const self = weak.lock()) self->set_alarm(deadline);
        });
    }
    void set_alarm(env::steady_point deadline) {
        {
            std::lock_guard const lock(mutex_);
            if (closed_) return;
        }
        if (!alarm_) alarm_ = clock_.make_alarm(executor_);
        alarm_->set(deadline, [weak = weak_from_this()] {
            if (auto const self = weak.lock()) self->expire();
        });
    }
    void expire() {
        std::vector<waiter> late;
        {
            std::lock_guard const lock(mutex_);
            armed_ = env::steady_point::max();
            auto const now = clock_.steady_now();
            auto const end = [&late](waiter& w) {
                // A stream stays until its reader ends it.
                bool const stays = w.is_stream();
                if (stays)
                    late.emplace_back(w.stream());
                else
                    late.push_back(std::move(w));
                return !stays;
            };
            while (pending_.visit_due(now, end)) {}
            if (auto const next = pending_.next_deadline()) wake_at(*next);
        }
        for (auto& w : late) w.end(errc::timed_out);
    }

    any_transport transport_;
    asio::any_io_executor executor_;
    std::optional<env::waker> waker_;
    std::shared_ptr<telemetry> counts_;
    env::clock& clock_;
    std::mutex opening_;
    // Both do not change any more once this is true.
    std::atomic<bool> opened_{false};
    std::string address_;
    std::shared_ptr<source> source_;
    mutable env::brief_mutex mutex_;
    correlation<env::steady_point, waiter> pending_;
    env::steady_point armed_ = env::steady_point::max();
    bool closed_ = false;
    std::atomic<bool> context_gone_{false};
    // Used on the executor only.
    std::unique_ptr<env::alarm> alarm_;
    std::vector<delivery> batch_;
    std::vector<settlement> settled_;
};

} // namespace fairway::detail

#endif
