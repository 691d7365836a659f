// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_IN_HAND_HPP
#define FAIRWAY_TRANSPORT_TCP_IN_HAND_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace fairway::tcp_detail {

// What is known of a delivery from when its consumer received it until it settles it.
struct in_hand_entry {
    std::uint64_t tag = 0;
    std::uint32_t bytes = 0;
    std::uint32_t shard = 0;
};

// The deliveries that a consumer holds, by their tags. Mostly the oldest one ends first, so they stand in a row, and
// what is ended in between is left there as a gap; a delivery that has become much older than the others is put aside,
// so that the row is never much longer than what it holds.
class in_hand {
public:
    // Of a greater tag than all before.
    void add(in_hand_entry const& e) {
        row_.push_back({e, true});
        ++count_;
        if (row_.size() <= row_most + 2 * count_) return;
        while (row_.size() > row_most / 2 + count_) {
            if (row_.front().open) aside_.push_back(row_.front().what);
            row_.pop_front();
        }
    }
    // It is settled. Nothing where it is not (or no longer) held.
    std::optional<in_hand_entry> end(std::uint64_t tag) {
        if (row_.empty() || tag < row_.front().what.tag) return end_aside(tag);
        auto at = row_.begin();
        if (at->what.tag != tag)
            at = std::partition_point(at, row_.end(), [tag](place const& p) { return p.what.tag < tag; });
        if (at == row_.end() || at->what.tag != tag || !at->open) return std::nullopt;
        auto const found = at->what;
        at->open = false;
        --count_;
        while (!row_.empty() && !row_.front().open) row_.pop_front();
        return found;
    }
    std::size_t size() const noexcept { return count_; }
    void clear() noexcept {
        row_.clear();
        aside_.clear();
        count_ = 0;
    }

private:
    static constexpr std::size_t row_most = 1'024;
    struct place {
        in_hand_entry what;
        bool open;
    };

    std::optional<in_hand_entry> end_aside(std::uint64_t tag) {
        auto const at =
            std::partition_point(aside_.begin(), aside_.end(), [tag](in_hand_entry const& e) { return e.tag < tag; });
        if (at == aside_.end() || at->tag != tag) return std::nullopt;
        auto const found = *at;
        aside_.erase(at);
        --count_;
        return found;
    }

    std::deque<place> row_;
    std::vector<in_hand_entry> aside_;
    std::size_t count_ = 0;
};

} // namespace fairway::tcp_detail

#endif
