// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_PARKING_HPP
#define FAIRWAY_PORT_PARKING_HPP

#include <fairway/delivery/lanes.hpp>
#include <fairway/env/clock.hpp>
#include <fairway/port/observer.hpp>
#include <fairway/transport/seam.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace fairway::detail {

// The jobs of a consumer that wait for their next attempt, by time; one alarm for all. Used on its executor only.
template <class Job>
class parking {
public:
    using started = typename lanes<Job>::started;

    parking(env::clock& clock, asio::any_io_executor executor) : clock_(clock), executor_(std::move(executor)) {}

    // `ring` is called when the first one may be due; it is kept.
    void on_due(std::function<void()> ring) { ring_ = std::move(ring); }

    // Until the end of time: until it is extracted.
    void put(env::steady_point until, started job) {
        waiting_.push_back({until, std::move(job)});
        set_alarm();
    }

    // What is due, in the order of its time; sets the alarm for what is next.
    std::vector<started> take_due() {
        std::vector<started> due;
        auto const now = clock_.steady_now();
        for (auto i = first(); i < waiting_.size() && waiting_[i].until <= now; i = first()) take(i, due);
        set_alarm();
        return due;
    }

    template <class Which>
    std::vector<started> extract(Which which) {
        std::vector<started> out;
        for (std::size_t i = 0; i < waiting_.size();) {
            if (which(std::as_const(waiting_[i].job.job)))
                take(i, out);
            else
                ++i;
        }
        return out;
    }

    void clear() {
        waiting_.clear();
        alarm_.reset();
    }

private:
    void set_alarm() {
        if (waiting_.empty() || waiting_[first()].until == env::steady_point::max()) return;
        if (!alarm_) alarm_ = clock_.make_alarm(executor_);
        alarm_->set(waiting_[first()].until, ring_);
    }

    struct parked {
        env::steady_point until;
        started job;
    };
    // The one that is due first; of equals the one that came first.
    std::size_t first() const noexcept {
        std::size_t at = 0;
        for (std::size_t i = 1; i < waiting_.size(); ++i)
            if (waiting_[i].until < waiting_[at].until) at = i;
        return at;
    }
    void take(std::size_t i, std::vector<started>& into) {
        into.push_back(std::move(waiting_[i].job));
        waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(i));
    }

    env::clock& clock_;
    asio::any_io_executor executor_;
    std::function<void()> ring_;
    // No more than deliveries that the instance holds, and few of them fail.
    std::vector<parked> waiting_;
    std::unique_ptr<env::alarm> alarm_;
};

// How many deliveries of each shard are stuck behind failing ones. At half the prefetch the shard's intake pauses, so
// that one failing key does not take all places from the others.
class stuck_shards {
public:
    stuck_shards(subscription const& what, std::shared_ptr<telemetry> counts)
        : what_(what),
          most_(std::max<std::size_t>(what.prefetch / 2, 1)),
          counts_(std::move(counts)),
          shards_(what.from.shards) {}

    void open(source* from) noexcept { source_ = from; }

    void add(delivery const& d, std::size_t n) {
        auto const shard = d.message().shard();
        if (shard >= shards_.size()) return;
        auto& s = shards_[shard];
        s.stuck += n;
        if (!s.held && s.stuck >= most_) hold(shard, true);
    }
    void remove(delivery const& d, std::size_t n) {
        auto const shard = d.message().shard();
        if (shard >= shards_.size()) return;
        auto& s = shards_[shard];
        s.stuck -= std::min(n, s.stuck);
        if (s.held && s.stuck < most_) hold(shard, false);
    }
    // What was received comes again, from all shards.
    void disconnected() {
        for (auto& s : shards_) s.held = false;
    }
    // The shard has gone to another instance.
    void forget(std::uint32_t shard) {
        if (shard >= shards_.size()) return;
        shards_[shard].stuck = 0;
        if (shards_[shard].held) hold(shard, false);
    }

private:
    struct state {
        std::size_t stuck = 0;
        bool held = false;
    };
    void hold(std::uint32_t shard, bool on) {
        shards_[shard].held = on;
        counts_->tell({on ? occurrence::intake_paused : occurrence::intake_resumed, {}, what_.from.channel, {}, {}, {},
            "shard " + std::to_string(shard)});
        source_->hold(shard, on);
    }

    subscription const& what_;
    std::size_t most_;
    std::shared_ptr<telemetry> counts_;
    source* source_ = nullptr;
    std::vector<state> shards_;
};

} // namespace fairway::detail

#endif
