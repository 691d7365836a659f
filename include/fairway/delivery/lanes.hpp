// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_DELIVERY_LANES_HPP
#define FAIRWAY_DELIVERY_LANES_HPP

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>

namespace fairway {

/// Decides which deliveries of one instance run now: those of one key one after another, in the order in which they
/// came; those of different keys concurrently, up to a limit.
template <class Job>
class lanes {
public:
    /// At most `concurrency` at a time.
    explicit lanes(std::size_t concurrency) : limit_(concurrency) {}

    /// The most that run at a time.
    std::size_t limit() const noexcept { return limit_; }
    /// How many run.
    std::size_t running() const noexcept { return running_; }
    /// How many wait.
    std::size_t waiting() const noexcept { return waiting_; }

    /// Adds a job; `key` says after which others it has to run, nothing for after none.
    void add(std::optional<std::uint64_t> key, Job job) {
        ++waiting_;
        if (!key) {
            ready_.push_back({std::nullopt, std::move(job)});
            return;
        }
        auto& mine = lanes_[*key];
        if (mine.busy) {
            mine.behind.push_back(std::move(job));
        } else {
            mine.busy = true;
            ready_.push_back({key, std::move(job)});
        }
    }

    /// A job that runs from now on, with the key to `finish` it by.
    struct started {
        /// The key that it was added with.
        std::optional<std::uint64_t> key;
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
    void finish(std::optional<std::uint64_t> key) {
        --running_;
        if (!key) return;
        auto const found = lanes_.find(*key);
        if (found == lanes_.end()) return;
        auto& behind = found->second.behind;
        if (behind.empty()) {
            lanes_.erase(found);
            return;
        }
        ready_.push_back({key, std::move(behind.front())});
        behind.pop_front();
    }

    /// Forgets what waits.
    void clear() {
        ready_.clear();
        lanes_.clear();
        waiting_ = 0;
    }

private:
    struct lane {
        bool busy = false;
        std::deque<Job> behind;
    };

    std::size_t limit_;
    std::size_t running_ = 0;
    std::size_t waiting_ = 0;
    std::deque<started> ready_;
    // No more entries than deliveries that the instance holds.
    std::unordered_map<std::uint64_t, lane> lanes_;
};

} // namespace fairway

#endif
