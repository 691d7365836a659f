// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_DELIVERY_WINDOW_HPP
#define FAIRWAY_DELIVERY_WINDOW_HPP

#include <fairway/delivery/keyed_fifo.hpp>
#include <fairway/delivery/siphash.hpp>
#include <fairway/envelope/limits.hpp>
#include <fairway/envelope/message_id.hpp>
#include <fairway/envelope/time.hpp>
#include <fairway/error.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace fairway {

/// Which messages were handled of late, so that their duplicates are not handled again: one for all subscriptions of a
/// service, which a number, `scope`, tells apart.
///
/// Bounded by count and by age, and the oldest are forgotten first; once it is full it allocates nothing. The ids may
/// be chosen by an enemy: the table is hashed with a secret key. `now` must not go back. Not thread-safe.
template <class TimePoint = std::chrono::time_point<std::chrono::steady_clock, duration>>
class window {
public:
    /// Remembers up to `ids` ids (at least 1, at most 2^30) for `age` (above zero) each, hashed with the secret `key`;
    /// else throws `errc::invalid_argument`.
    explicit window(siphash_key key, std::size_t ids = limits::window_ids, duration age = std::chrono::minutes(10))
        : fifo_(key, ids), age_(age) {
        if (ids == 0 || ids > fifo::largest)
            detail::fail(errc::invalid_argument, "a window holds at least one id, and at most 2^30");
        if (age <= duration::zero()) detail::fail(errc::invalid_argument, "the age of a window is above zero");
    }

    /// Of an id that will be looked for or inserted soon: has its place in memory fetched meanwhile. A look at once
    /// takes several times as long.
    void expect(std::uint32_t scope, message_id id) noexcept { fifo_.prefetch(hash(scope, id)); }

    /// True where `id` was inserted for `scope` less than the age ago, and is not forgotten for want of room.
    bool contains(std::uint32_t scope, message_id id, TimePoint now) noexcept {
        auto const* const e = fifo_.find(hash(scope, id), scope, id);
        return e && is_fresh(e->time, now);
    }

    /// Remembers an id; one that is remembered already keeps its time. Throws `std::bad_alloc` at most, and not once
    /// the window is full.
    void insert(std::uint32_t scope, message_id id, TimePoint now) {
        // More go than come, so that no call takes long even when all have become too old.
        for (int i = 0; i < 4 && !fifo_.empty() && !is_fresh(fifo_.oldest().time, now); ++i) fifo_.drop_oldest();
        fifo_.reserve();
        auto const hash = this->hash(scope, id);
        auto const located = fifo_.locate(hash, scope, id);
        auto const* const e = fifo_.at(located);
        if (e && is_fresh(e->time, now)) return;
        fifo_.put(located, {id, now, scope, hash});
        if (fifo_.overfull()) fifo_.drop_oldest();
    }

    /// How many ids are held, those that are too old and not dropped yet among them.
    std::size_t size() const noexcept { return fifo_.size(); }
    /// Forgets all ids; keeps the memory.
    void clear() noexcept { fifo_.clear(); }
    /// The memory that it takes, in bytes.
    std::size_t footprint() const noexcept { return fifo_.footprint(); }
    /// How many places the longest search looks at; takes time in proportion to the memory.
    std::size_t longest_probe() const noexcept { return fifo_.longest_probe(); }

private:
    struct nothing {};
    using fifo = detail::keyed_fifo<TimePoint, nothing>;

    bool is_fresh(TimePoint time, TimePoint now) const noexcept { return now - time < age_; }

    // Of the ids that are handled at the moment each is hashed once.
    struct hashed {
        message_id id;
        std::uint32_t scope = 0;
        std::uint32_t hash = 0;
    };
    std::uint32_t hash(std::uint32_t scope, message_id id) noexcept {
        auto& known = lately_[id.low % lately_.size()];
        if (known.id == id && known.scope == scope && id) return known.hash;
        return (known = {id, scope, fifo_.hash(scope, id)}).hash;
    }

    fifo fifo_;
    duration age_;
    std::array<hashed, 256> lately_{};
};

} // namespace fairway

#endif
