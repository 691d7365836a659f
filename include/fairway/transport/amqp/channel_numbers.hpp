// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_AMQP_CHANNEL_NUMBERS_HPP
#define FAIRWAY_TRANSPORT_AMQP_CHANNEL_NUMBERS_HPP

#include <cstdint>
#include <optional>
#include <vector>

namespace fairway::amqp_detail {

// The numbers of a connection's channels: from 1 to what was agreed upon, each of one channel at a time. Pure.
class channel_numbers {
public:
    // 0 for no limit but that of the protocol.
    void limit(std::uint16_t most) noexcept { most_ = most > 0 ? most : 0xffff; }
    // One that is free, if there is one.
    std::optional<std::uint16_t> take() {
        if (!free_.empty()) {
            auto const n = free_.back();
            free_.pop_back();
            return n;
        }
        if (used_ == most_) return std::nullopt;
        return ++used_;
    }
    // Its channel is no more, on both sides.
    void give_back(std::uint16_t number) { free_.push_back(number); }

private:
    std::uint16_t most_ = 0;
    std::uint16_t used_ = 0; // all from 1 to this one are used, or free again
    std::vector<std::uint16_t> free_;
};

} // namespace fairway::amqp_detail

#endif
