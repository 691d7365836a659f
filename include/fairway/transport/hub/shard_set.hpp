// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_HUB_SHARD_SET_HPP
#define FAIRWAY_TRANSPORT_HUB_SHARD_SET_HPP

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace fairway::hub_detail {

// Some of the shards of a channel, a bit each: of a thousand shards those few are found that have messages.
class shard_set {
public:
    // Empty; of the shards 0 to `shards` - 1.
    explicit shard_set(std::size_t shards) : words_((shards + 63) / 64) {}

    std::size_t size() const noexcept { return size_; }
    void insert(std::uint32_t shard) noexcept {
        auto& word = words_[shard / 64];
        size_ += (word & bit(shard)) == 0;
        word |= bit(shard);
    }
    void erase(std::uint32_t shard) noexcept {
        auto& word = words_[shard / 64];
        size_ -= (word & bit(shard)) != 0;
        word &= ~bit(shard);
    }
    // The first one from `shard` on, and from 0 on behind the last one. There must be one.
    std::uint32_t next(std::uint32_t shard) const noexcept {
        std::size_t at = shard / 64;
        if (at >= words_.size()) at = shard = 0;
        std::uint64_t word = words_[at] & (~std::uint64_t(0) << (shard % 64));
        while (word == 0) {
            at = at + 1 == words_.size() ? 0 : at + 1;
            word = words_[at];
        }
        return static_cast<std::uint32_t>(at * 64 + static_cast<std::size_t>(std::countr_zero(word)));
    }

private:
    static std::uint64_t bit(std::uint32_t shard) noexcept { return std::uint64_t(1) << (shard % 64); }

    std::vector<std::uint64_t> words_;
    std::size_t size_ = 0;
};

} // namespace fairway::hub_detail

#endif
