// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_SENT_SIZES_HPP
#define FAIRWAY_TRANSPORT_TCP_SENT_SIZES_HPP

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <utility>

namespace fairway::tcp_detail {

// The bytes of the deliveries that are out at a consumer of another node, by their tags, which are numbers in a row
// from 1 on: what it says that it has freed is not believed. Mostly the oldest ends first; what has become much older
// than the others is put aside, so that one that stays out does not keep the places of all behind it. Pure.
class sent_sizes {
public:
    std::uint64_t bytes() const noexcept { return bytes_; }
    // The delivery with the next tag; 0 bytes: it was not sent.
    void add(std::uint32_t size) {
        sizes_.push_back(size);
        bytes_ += size;
        if (size > 0) ++out_;
        if (sizes_.size() <= row_most + 2 * out_) return;
        for (; sizes_.size() > row_most / 2 + out_; ++first_, sizes_.pop_front())
            if (sizes_.front() > 0) aside_.emplace(first_, sizes_.front());
    }
    // These have ended. False where one of them is not out: whoever says so pays for each step with a delivery.
    bool end(std::uint64_t tag, std::uint32_t count) {
        for (; count > 0; --count, ++tag) {
            auto const size = take(tag);
            if (size == 0) return false;
            bytes_ -= size;
            --out_;
        }
        for (; !sizes_.empty() && sizes_.front() == 0; ++first_) sizes_.pop_front();
        return true;
    }

private:
    static constexpr std::size_t row_most = 1'024;

    std::uint32_t take(std::uint64_t tag) {
        if (tag >= first_)
            return tag - first_ < sizes_.size() ? std::exchange(sizes_[static_cast<std::size_t>(tag - first_)], 0) : 0;
        auto const old = aside_.extract(tag);
        return old ? old.mapped() : 0;
    }

    std::deque<std::uint32_t> sizes_; // 0: not out
    std::map<std::uint64_t, std::uint32_t> aside_;
    std::uint64_t first_ = 1;
    std::uint64_t bytes_ = 0;
    std::size_t out_ = 0;
};

} // namespace fairway::tcp_detail

#endif
