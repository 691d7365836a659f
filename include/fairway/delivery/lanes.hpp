// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_DELIVERY_LANES_HPP
#define FAIRWAY_DELIVERY_LANES_HPP

#include <fairway/delivery/ordering.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace fairway {

/// The lane of a delivery, of shard `shard` and with the shard key `key`, on a channel of `shards` shards (0 for an
/// unsharded one); nothing where it need not wait for others. An instance that handles one at a time keeps the order of
/// an unsharded channel.
inline std::optional<std::uint64_t> lane_of(
    ordering order, std::size_t concurrency, unsigned shards, std::uint32_t shard, std::string_view key) noexcept {
    if (order == ordering::none) return std::nullopt;
    if (shards == 0)
        return order == ordering::shard || concurrency == 1 ? std::optional<std::uint64_t>(0) : std::nullopt;
    if (order == ordering::shard) return shard;
    if (key.empty()) return std::nullopt;
    // Keys that collide wait for each other; of no more than `prefetch` keys at a time.
    return std::hash<std::string_view>()(key);
}

/// Decides which deliveries of one instance run now: those of one key one after another, in the order in which they
/// came; those of different keys concurrently, up to a limit.
///
/// A job that has to be tried again is parked: it gives up its place among the running, and keeps its key's lane shut.
template <class Job>
class lanes {
public:
    /// The lane of a job; nothing for one that need not wait for others.
    using key = std::optional<std::uint64_t>;

    /// At most `concurrency` at a time.
    explicit lanes(std::size_t concurrency) : limit_(concurrency) {}

    /// The most that run at a time.
    std::size_t limit() const noexcept { return limit_; }
    /// How many run.
    std::size_t running() const noexcept { return running_; }
    /// How many wait for their turn.
    std::size_t waiting() const noexcept { return waiting_; }
    /// True where no job is known.
    bool idle() const noexcept { return waiting_ + running_ + parked_ == 0; }
    /// How many are parked.
    std::size_t parked() const noexcept { return parked_; }
    /// True where a job of this key may not run at once: others of its key are before it.
    bool shut(key k) const { return k && !lanes_.empty() && lanes_.contains(*k); }
    /// How many jobs wait behind the one that runs, is ready or is parked in a lane.
    std::size_t behind(key k) const {
        if (!k) return 0;
        auto const found = lanes_.find(*k);
        return found == lanes_.end() ? 0 : found->second.behind.size();
    }
    /// True where the job before all others of this key is parked.
    bool stuck(key k) const {
        if (!k || parked_ == 0) return false;
        auto const found = lanes_.find(*k);
        return found != lanes_.end() && found->second.parked;
    }

    /// Adds a job; `k` says after which others it has to run, nothing for after none.
    void add(key k, Job job) {
        ++waiting_;
        if (k) {
            auto const [at, first] = lanes_.try_emplace(*k);
            if (!first) return at->second.behind.push_back(std::move(job));
        }
        ready_.push_back({k, std::move(job)});
    }

    /// A job that runs from now on, with the key to `finish` or `park` it by.
    struct started {
        /// The key that it was added with.
        key lane;
        /// The job.
        Job job;
    };

    /// The next job that may run; nothing where none may.
    std::optional<started> next() {
        if (ready_.empty() || running_ >= limit_) return std::nullopt;
        std::optional<started> s(std::move(ready_.front()));
        ready_.pop_front();
        ++running_;
        --waiting_;
        return s;
    }

    /// A job has ended: the next one of its key may run.
    void finish(key k) {
        --running_;
        open(k);
    }

    /// A job that runs will be tried again later: it stops running, and those behind it go on waiting.
    void park(key k) {
        --running_;
        ++parked_;
        if (k) lanes_.find(*k)->second.parked = true;
    }
    /// The same for a job that ran without having been added, where its lane was not shut.
    void park_new(key k) {
        ++parked_;
        if (k) lanes_[*k].parked = true;
    }
    /// A parked job may run again, before those that wait behind it.
    void resume(key k, Job job) {
        --parked_;
        ++waiting_;
        if (k) lanes_.find(*k)->second.parked = false;
        ready_.push_back({k, std::move(job)});
    }
    /// A parked job has ended without being tried again.
    void drop_parked(key k) {
        --parked_;
        if (k) lanes_.find(*k)->second.parked = false;
        open(k);
    }

    /// Takes out the jobs that wait and that `which(job)` chooses, in their order. Parked ones have to be dropped
    /// before.
    template <class Which>
    std::vector<Job> extract(Which which) {
        std::vector<Job> out;
        std::deque<started> kept;
        for (auto& s : ready_) {
            if (!which(std::as_const(s.job))) {
                kept.push_back(std::move(s));
                continue;
            }
            --waiting_;
            out.push_back(std::move(s.job));
            // What is behind it comes after it: it goes in the same order, or becomes ready.
            if (s.lane) extract_behind(*s.lane, which, out, &kept);
        }
        ready_ = std::move(kept);
        for (auto& [k, l] : lanes_) extract_from(l.behind, which, out);
        return out;
    }

    /// Forgets what waits and what is parked.
    void clear() {
        ready_.clear();
        lanes_.clear();
        waiting_ = 0;
        parked_ = 0;
    }

private:
    struct lane {
        std::deque<Job> behind;
        bool parked = false;
    };

    void open(key k) {
        if (!k) return;
        auto const found = lanes_.find(*k);
        if (found == lanes_.end()) return;
        auto& behind = found->second.behind;
        if (behind.empty()) {
            lanes_.erase(found);
            return;
        }
        ready_.push_back({k, std::move(behind.front())});
        behind.pop_front();
    }

    template <class Which>
    void extract_from(std::deque<Job>& behind, Which& which, std::vector<Job>& out) {
        std::deque<Job> kept;
        for (auto& j : behind) {
            if (which(std::as_const(j))) {
                --waiting_;
                out.push_back(std::move(j));
            } else {
                kept.push_back(std::move(j));
            }
        }
        behind = std::move(kept);
    }
    template <class Which>
    void extract_behind(std::uint64_t k, Which& which, std::vector<Job>& out, std::deque<started>* ready) {
        auto const found = lanes_.find(k);
        auto& behind = found->second.behind;
        extract_from(behind, which, out);
        if (behind.empty()) {
            lanes_.erase(found);
            return;
        }
        ready->push_back({k, std::move(behind.front())});
        behind.pop_front();
    }

    std::size_t limit_;
    std::size_t running_ = 0;
    std::size_t waiting_ = 0;
    std::size_t parked_ = 0;
    std::deque<started> ready_;
    // A lane for each key of which a job runs, is ready or is parked: no more than deliveries that the instance holds.
    std::unordered_map<std::uint64_t, lane> lanes_;
};

} // namespace fairway

#endif
