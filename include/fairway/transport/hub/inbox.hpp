// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_HUB_INBOX_HPP
#define FAIRWAY_TRANSPORT_HUB_INBOX_HPP

#include <fairway/envelope/envelope.hpp>
#include <fairway/envelope/limits.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace fairway::hub_detail {

// How much may wait for a group.
struct bounds {
    std::size_t messages = limits::queue_messages;
    std::size_t bytes = limits::queue_bytes;
};

// Messages on their way from senders to the logs of a channel, and how many more may come without a closer look.
// Guarded by a lock of its own.
class inbox {
public:
    // True where a message may be put in; false says nothing.
    bool is_open() const noexcept { return room_.messages > 0 && room_.bytes > 0; }
    // What else may come; never any more once it was closed.
    void allow(bounds room) noexcept { room_ = closed_ ? bounds{0, 0} : room; }
    void close() noexcept {
        closed_ = true;
        room_ = {0, 0};
    }
    bool closed() const noexcept { return closed_; }

    void put(envelope&& e) {
        auto const size = e.footprint();
        messages_.push_back(std::move(e));
        bytes_ += size;
        if (room_.messages > 0) --room_.messages;
        room_.bytes -= std::min(size, room_.bytes);
    }
    // Takes all out into `into`, which is empty; returns their bytes.
    std::size_t take(std::vector<envelope>& into) noexcept {
        messages_.swap(into);
        return std::exchange(bytes_, 0);
    }
    std::size_t count() const noexcept { return messages_.size(); }
    std::size_t bytes() const noexcept { return bytes_; }

private:
    std::vector<envelope> messages_;
    std::size_t bytes_ = 0;
    bounds room_{0, 0};
    bool closed_ = false;
};

// Messages that have ended, to be dropped once the locks are free.
class ended_messages {
public:
    static constexpr std::size_t most = 64;

    ended_messages() noexcept {} // NOLINT: leaves the memory as it is
    ended_messages(ended_messages const&) = delete;
    ended_messages& operator=(ended_messages const&) = delete;
    ~ended_messages() {
        for (std::size_t i = 0; i < count_; ++i) std::destroy_at(at(i));
    }
    void add(envelope&& e) noexcept {
        ::new (static_cast<void*>(memory_ + sizeof(envelope) * count_++)) envelope(std::move(e));
    }

private:
    envelope* at(std::size_t i) noexcept { return std::launder(reinterpret_cast<envelope*>(memory_) + i); }
    alignas(envelope) std::byte memory_[most * sizeof(envelope)];
    std::size_t count_ = 0;
};

} // namespace fairway::hub_detail

#endif
