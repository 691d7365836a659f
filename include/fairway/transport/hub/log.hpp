// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_HUB_LOG_HPP
#define FAIRWAY_TRANSPORT_HUB_LOG_HPP

#include <fairway/envelope/envelope.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace fairway::hub_detail {

// Messages in the order in which they came, which each group of a channel reads at its own pace: a message is there
// once, however many groups there are, until all of them have ended it. Guarded by its channel.
class log {
    struct chunk;

public:
    // Some messages in a row, from the moment when a group takes them until it has ended them.
    class run {
    public:
        std::uint32_t size() const noexcept { return size_; }
        // Of the first one; greater than those of all earlier messages.
        std::uint64_t sequence() const noexcept { return in_->first + index_; }
        envelope const& message(std::uint32_t n) const noexcept { return in_->entries[index_ + n].message; }
        // A part of it.
        run part(std::uint32_t from, std::uint32_t size) const noexcept {
            run r = *this;
            r.index_ += from;
            r.size_ = size;
            return r;
        }

    private:
        friend log;
        chunk* in_ = nullptr;
        std::uint32_t index_ = 0;
        std::uint32_t size_ = 0;
    };
    // How far a group has read.
    class cursor {
        friend log;
        chunk* at_ = nullptr;
        std::uint32_t index_ = 0;
    };

    log() : last_(new chunk) { last_->held = 1; }
    log(log const&) = delete;
    log& operator=(log const&) = delete;
    ~log() {
        for (chunk* c = last_; c;) delete std::exchange(c, c->previous);
        delete spare_;
    }

    // Adds a message that so many groups, at least one, have to end.
    void append(envelope&& message, std::uint32_t groups) {
        if (last_->filled == chunk::size) add_chunk();
        auto& e = last_->entries[last_->filled++];
        ++last_->held;
        e.message = std::move(message);
        e.owed = groups;
    }

    // Behind the newest message; to be dropped.
    cursor end() noexcept {
        cursor c;
        c.at_ = last_;
        c.index_ = last_->filled;
        ++last_->held;
        return c;
    }
    void drop(cursor const& c) noexcept { release(c.at_); }

    // The sequence number of the next message, also where it has not come yet.
    static std::uint64_t sequence(cursor const& c) noexcept { return c.at_->first + c.index_; }
    std::uint64_t next_sequence() const noexcept { return last_->first + last_->filled; }
    static bool has_next(cursor const& c) noexcept { return c.index_ < c.at_->filled || c.at_->next; }
    // The next messages, at least one, which there must be, and at most so many.
    run take(cursor& c, std::size_t most) noexcept {
        if (c.index_ == chunk::size) {
            chunk* const next = c.at_->next;
            ++next->held;
            release(c.at_);
            c.at_ = next;
            c.index_ = 0;
        }
        run r;
        r.in_ = c.at_;
        r.index_ = c.index_;
        r.size_ = static_cast<std::uint32_t>(std::min<std::size_t>(most, c.at_->filled - c.index_));
        c.index_ += r.size_;
        return r;
    }

    // One of the groups has ended them. Those for which that was the last group go to `ended`: their objects may end
    // with them, and so run code of their users'.
    template <class Ended>
    void end(run const& r, Ended& ended) noexcept {
        std::uint32_t gone = 0;
        for (std::uint32_t n = 0; n < r.size_; ++n) {
            auto& e = r.in_->entries[r.index_ + n];
            if (--e.owed > 0) continue;
            ended.add(std::move(e.message));
            ++gone;
        }
        if (gone > 0) release(r.in_, gone);
    }

private:
    struct entry {
        envelope message;
        std::uint32_t owed = 0;
    };
    struct chunk {
        static constexpr std::uint32_t size = 32;
        std::uint64_t first = 0;
        chunk* previous = nullptr;
        chunk* next = nullptr;
        std::uint32_t filled = 0;
        // Messages that have not ended, cursors that stand here, and one more for the last chunk. Without any it goes,
        // so that one message that does not end keeps no more than the places of its neighbours.
        std::uint32_t held = 0;
        entry entries[size];
    };

    void add_chunk() {
        chunk* const fresh = spare_ ? std::exchange(spare_, nullptr) : new chunk;
        fresh->first = last_->first + chunk::size;
        fresh->filled = 0;
        fresh->held = 1;
        fresh->next = nullptr;
        fresh->previous = last_;
        last_->next = fresh;
        release(std::exchange(last_, fresh));
    }
    void release(chunk* c, std::uint32_t n = 1) noexcept {
        c->held -= n;
        if (c->held > 0) return;
        if (c->previous) c->previous->next = c->next;
        c->next->previous = c->previous; // the last chunk is always held
        if (spare_)
            delete c;
        else
            spare_ = c;
    }

    chunk* last_;
    chunk* spare_ = nullptr;
};

} // namespace fairway::hub_detail

#endif
