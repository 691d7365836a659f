// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_MANUAL_CLOCK_HPP
#define FAIRWAY_TESTING_MANUAL_CLOCK_HPP

#include <fairway/env/clock.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace fairway::testing {

namespace detail {

// The alarms of a manual clock. Shared with them, because an alarm may outlive the context that the clock belongs to.
class schedule {
public:
    using key = std::pair<env::steady_point, std::uint64_t>;
    static constexpr env::steady_point never = env::steady_point::max();

    // What the clock and one alarm know of each other: a ring that is on its way counts only if nothing changed.
    struct slot {
        std::optional<key> place;
        std::uint64_t generation = 0;
    };

    env::steady_point now() const {
        std::lock_guard const lock(mutex_);
        return now_;
    }

    void set(std::shared_ptr<slot> const& s, asio::any_io_executor const& executor, env::steady_point when,
        std::function<void()> ring) {
        std::function<void()> forgotten;
        std::lock_guard const lock(mutex_);
        if (closed_) return;
        forgotten = remove(*s);
        s->place = key(when, ++sequence_);
        waiting_.emplace(*s->place, entry{s, executor, std::move(ring)});
    }
    void cancel(slot& s) {
        // Destroyed after the lock: what a ring holds may own further alarms.
        std::function<void()> forgotten;
        std::lock_guard const lock(mutex_);
        forgotten = remove(s);
    }

    std::optional<env::steady_point> next() const {
        std::lock_guard const lock(mutex_);
        if (waiting_.empty() || waiting_.begin()->first.first == never) return std::nullopt;
        return waiting_.begin()->first.first;
    }
    std::size_t size() const {
        std::lock_guard const lock(mutex_);
        return waiting_.size();
    }

    // Sets the time, which never goes back, and sends off what is due. Returns how many alarms that were.
    std::size_t advance_to(env::steady_point to) {
        std::size_t rang = 0;
        std::unique_lock lock(mutex_);
        now_ = std::max(now_, to);
        while (!waiting_.empty() && waiting_.begin()->first.first <= now_ && waiting_.begin()->first.first != never) {
            auto node = waiting_.extract(waiting_.begin());
            entry& due = node.mapped();
            due.to->place.reset();
            auto const generation = ++due.to->generation;
            auto const executor = due.executor;
            // The handler owns the ring, so that it ends with the context if it is never run.
            auto deliver = [to = std::weak_ptr(due.to), generation, ring = std::move(due.ring)] {
                auto const s = to.lock();
                if (s && s->generation == generation) ring();
            };
            lock.unlock();
            asio::post(executor, std::move(deliver));
            ++rang;
            lock.lock();
        }
        return rang;
    }

    // The context goes: drops what the alarms hold without ringing.
    void close() {
        std::map<key, entry> dropped;
        std::lock_guard const lock(mutex_);
        closed_ = true;
        for (auto& [place, one] : waiting_) one.to->place.reset();
        dropped.swap(waiting_);
    }

private:
    struct entry {
        std::shared_ptr<slot> to;
        asio::any_io_executor executor;
        std::function<void()> ring;
    };

    // Called with the lock held.
    std::function<void()> remove(slot& s) {
        ++s.generation;
        if (!s.place) return {};
        auto node = waiting_.extract(*std::exchange(s.place, std::nullopt));
        return std::move(node.mapped().ring);
    }

    mutable std::mutex mutex_;
    env::steady_point now_{std::chrono::hours(1)};
    std::uint64_t sequence_ = 0;
    bool closed_ = false;
    std::map<key, entry> waiting_;
};

class manual_alarm final : public env::alarm {
public:
    manual_alarm(std::shared_ptr<schedule> of, asio::any_io_executor executor)
        : schedule_(std::move(of)), slot_(std::make_shared<schedule::slot>()), executor_(std::move(executor)) {}
    ~manual_alarm() override { schedule_->cancel(*slot_); }
    void set(env::steady_point when, std::function<void()> ring) override {
        schedule_->set(slot_, executor_, when, std::move(ring));
    }
    void cancel() override { schedule_->cancel(*slot_); }

private:
    std::shared_ptr<schedule> schedule_;
    std::shared_ptr<schedule::slot> slot_;
    asio::any_io_executor executor_;
};

} // namespace detail

/// A clock that stands still until it is advanced; it starts at 2026-01-01 00:00:00 UTC.
///
/// `boost::asio::make_service<testing::manual_clock>(context)` puts it into a context, before anything asks the time
/// there. Alarms ring on their executors, in the order of their times and among equals in the order in which they were
/// set; an alarm that was destroyed, cancelled or set again before its ring was run does not ring. Thread-safe, as far
/// as the alarms of one executor are used there.
class manual_clock final : public env::clock {
public:
    /// Where it starts: 2026-01-01 00:00:00 UTC.
    static constexpr time_point start = time_point(std::chrono::seconds(1'767'225'600));

    /// Made by Asio.
    explicit manual_clock(asio::execution_context& context)
        : clock(context), schedule_(std::make_shared<detail::schedule>()), origin_(schedule_->now()) {}

    bool is_virtual() const noexcept override { return true; }
    time_point now() const override { return start + elapsed(); }
    env::steady_point steady_now() const override { return schedule_->now(); }
    std::unique_ptr<env::alarm> make_alarm(asio::any_io_executor executor) override {
        return std::make_unique<detail::manual_alarm>(schedule_, std::move(executor));
    }

    /// How far it was advanced since it was made.
    duration elapsed() const { return schedule_->now() - origin_; }
    /// When the first alarm rings; nothing where none is set.
    std::optional<env::steady_point> next_alarm() const { return schedule_->next(); }
    /// How many alarms are set.
    std::size_t alarms() const { return schedule_->size(); }

    /// Sets the time and posts what is due to its executor, without running it; the time never goes back. Returns how
    /// many alarms that were. What a ring sets is not seen before the executor has run it: go from alarm to alarm
    /// (`next_alarm`) where that matters, as `bench::advance` does.
    std::size_t advance_to(env::steady_point to) { return schedule_->advance_to(to); }
    /// The same, by a span of time.
    std::size_t advance(duration by) {
        return schedule_->advance_to(fairway::detail::saturating_add(steady_now(), by));
    }

private:
    void shutdown() override { schedule_->close(); }

    std::shared_ptr<detail::schedule> schedule_;
    env::steady_point origin_;
};

} // namespace fairway::testing

#endif
