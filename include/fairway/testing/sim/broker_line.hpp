// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_SIM_BROKER_LINE_HPP
#define FAIRWAY_TESTING_SIM_BROKER_LINE_HPP

#include <fairway/envelope/envelope.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

namespace fairway::testing::sim_detail {

// A message at the broker. Its sequence is its place in its shard: in a log the offset.
struct item {
    envelope message;
    std::uint64_t sequence = 0;
    std::uint32_t attempt = 1;
    duration expires = duration::max();
    bool repeated = false; // by a duplicate, at most once
};

using log = std::vector<item>;

// What waits in one shard for one group: a queue of its own, or the rest of a log that the groups share.
class line {
public:
    line() = default;
    // Reads `of` from `start` on.
    line(log const& of, std::size_t start) : log_(&of), next_(start), committed_(start) {}

    bool empty() const noexcept { return size() == 0; }
    std::size_t size() const noexcept { return log_ ? log_->size() - next_ : waiting_.size(); }
    // In a queue, what waits takes memory that is bounded.
    std::size_t bounded_size() const noexcept { return waiting_.size(); }
    std::size_t bounded_bytes() const noexcept { return bytes_; }

    item const& front() const { return log_ ? (*log_)[next_] : waiting_.front(); }
    item take() {
        if (log_) return (*log_)[next_++];
        item first = std::move(waiting_.front());
        waiting_.pop_front();
        bytes_ -= first.message.footprint();
        return first;
    }
    // To its old place.
    void put(item one) {
        if (log_) {
            next_ = std::min(next_, static_cast<std::size_t>(one.sequence));
            return;
        }
        bytes_ += one.message.footprint();
        if (waiting_.empty() || waiting_.back().sequence < one.sequence) return waiting_.push_back(std::move(one));
        auto const at = std::find_if(
            waiting_.begin(), waiting_.end(), [&](item const& other) { return other.sequence > one.sequence; });
        waiting_.insert(at, std::move(one));
    }
    // In queues: drops what has expired.
    template <class Told>
    void purge(duration now, Told&& expired) {
        std::erase_if(waiting_, [&](item const& one) {
            if (one.expires > now) return false;
            bytes_ -= one.message.footprint();
            expired(one);
            return true;
        });
    }

    // In a log: all up to this is done.
    void commit(std::uint64_t sequence) noexcept {
        committed_ = std::max(committed_, static_cast<std::size_t>(sequence) + 1);
    }
    // In a log: the next owner begins behind what is done.
    void rewind() noexcept {
        if (log_) next_ = committed_;
    }
    std::size_t committed() const noexcept { return committed_; }
    bool is_log() const noexcept { return log_ != nullptr; }

private:
    std::deque<item> waiting_;
    std::size_t bytes_ = 0;
    log const* log_ = nullptr;
    std::size_t next_ = 0;
    std::size_t committed_ = 0;
};

} // namespace fairway::testing::sim_detail

#endif
