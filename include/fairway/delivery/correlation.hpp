// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_DELIVERY_CORRELATION_HPP
#define FAIRWAY_DELIVERY_CORRELATION_HPP

#include <fairway/delivery/deadline_queue.hpp>
#include <fairway/envelope/message_id.hpp>
#include <fairway/error.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace fairway {

/// Pending requests by message id, with a deadline each: finds by id in constant time, expires in the order of the
/// deadlines, and of insertion among equal ones. Not thread-safe.
///
/// `Deadline` is an integer or a time point that counts in one; `Waiter` is moved in and out, which must not throw. Up
/// to 2^30 may be pending. Grows by about a thousand at a time and moves nothing that is pending, so that no insertion
/// takes long. Whenever the last one is gone, it gives back what memory was not needed since the time before.
///
/// Ids are made by this process, so that nobody chooses them to collide. One that a peer makes up, to have it looked
/// up, meets as few others as any other does.
template <class Deadline, class Waiter>
class correlation {
    static_assert(std::is_nothrow_move_constructible_v<Waiter>);

public:
    correlation() = default;
    correlation(correlation const&) = delete;
    correlation& operator=(correlation const&) = delete;
    ~correlation() {
        drain([](Waiter&&) {});
    }

    /// How many are pending.
    std::size_t size() const noexcept { return size_; }
    /// The earliest deadline; nothing where nothing is pending.
    std::optional<Deadline> next_deadline() noexcept {
        auto const* const first = deadlines_.first();
        if (!first) return std::nullopt;
        return deadline_of(first->deadline);
    }

    /// Adds a waiter; false (and `waiter` is untouched) where the id is pending already. Throws `std::bad_alloc`, or
    /// `errc::too_many_requests` where 2^30 are.
    bool insert(message_id id, Deadline deadline, Waiter&& waiter) {
        if (free_ == none) extend();
        auto* const bucket = &bucket_of(id);
        // Ids rise. What is above all before is not pending: to look for it would take longer than all the rest.
        if (newest_ < id)
            newest_ = id;
        else if (*search(bucket, id) != none)
            return false;
        auto const index = free_;
        auto& s = slot_at(index);
        free_ = s.next;
        s.id = id;
        s.next = *bucket;
        *bucket = index;
        ::new (static_cast<void*>(s.storage)) Waiter(std::move(waiter));
        deadlines_.push(&s, ticks(deadline));
        ++size_;
        return true;
    }

    /// The waiter of an id, or null; valid until the id is not pending any more.
    Waiter* find(message_id id) noexcept {
        auto const index = *link_to(id);
        return index == none ? nullptr : slot_at(index).waiter();
    }

    /// Changes the deadline of a pending id.
    void reschedule(message_id id, Deadline deadline) noexcept {
        auto const index = *link_to(id);
        if (index != none) reschedule_at(slot_at(index), deadline);
    }

    /// Removes and returns the waiter of an id.
    std::optional<Waiter> take(message_id id) noexcept {
        std::optional<Waiter> taken;
        visit(id, [&taken](Waiter& w) {
            taken.emplace(std::move(w));
            return true;
        });
        return taken;
    }

    /// Calls `use(waiter)` if the id is pending, and removes it where that returns true. `use` must not use this table;
    /// where it throws nothing changes. Returns whether the id was pending.
    template <class Use>
    bool visit(message_id id, Use&& use) {
        auto* const link = link_to(id);
        if (*link == none) return false;
        if (use(*slot_at(*link).waiter())) remove(*link);
        return true;
    }

    /// The id with the earliest deadline where that has come at `now`.
    std::optional<message_id> due(Deadline now) noexcept {
        auto const* const first = first_due(now);
        if (!first) return std::nullopt;
        return first->id;
    }

    /// Calls `use(waiter)` for the one with the earliest deadline where that has come at `now`, and removes it where
    /// that returns true; else it stays with the latest possible deadline. `use` must not use this table; where it
    /// throws nothing changes. Returns whether one was due.
    template <class Use>
    bool visit_due(Deadline now, Use&& use) {
        auto* const first = first_due(now);
        if (!first) return false;
        if (use(*first->waiter()))
            remove(*link_to(first->id));
        else
            reschedule_at(*first, latest());
        return true;
    }

    /// The memory that it takes, in bytes.
    std::size_t footprint() const noexcept {
        return chunks_.size() * sizeof(chunk) + chunks_.capacity() * sizeof(void*);
    }

    /// Removes and returns all waiters, in the order of their deadlines.
    std::vector<Waiter> take_all() {
        std::vector<Waiter> all;
        all.reserve(size_);
        drain([&all](Waiter&& w) { all.push_back(std::move(w)); });
        return all;
    }

private:
    static constexpr std::uint32_t none = 0;
    static constexpr std::uint32_t chunk_size = 1024;
    static constexpr std::uint32_t buckets_per_slot = 2;
    static constexpr std::uint32_t most_slots = std::uint32_t{1} << 30;

    // Of a waiter of two words, it is a cache line.
    struct slot : detail::deadline_node {
        message_id id;
        // In the chain of its bucket, or among the free ones.
        std::uint32_t next;
        alignas(Waiter) std::byte storage[sizeof(Waiter)];

        slot() noexcept {} // NOLINT: nothing is touched before it is used
        Waiter* waiter() noexcept { return std::launder(reinterpret_cast<Waiter*>(storage)); }
    };
    // The first slot of all is none.
    struct alignas(64) chunk {
        slot slots[chunk_size];
        std::uint32_t buckets[buckets_per_slot * chunk_size];
    };

    slot& slot_at(std::uint32_t index) noexcept { return chunks_[index / chunk_size]->slots[index % chunk_size]; }
    std::uint32_t& bucket_at(std::uint32_t bucket) noexcept {
        constexpr auto each = buckets_per_slot * chunk_size;
        return chunks_[bucket / each]->buckets[bucket % each];
    }

    // Linear hashing (Litwin 1980): with each slot more, the chains of a few buckets are split in two.
    //
    // Ids that were made within the same 16 microseconds get buckets of one cache line, one after the other: who adds
    // them finds it in the cache, and so does who takes them in their order (35 ns instead of 43 of 10,000, 230 instead
    // of 310 of a million). A chain has 1.3 of them to look at, and 3 where they were made as fast as can be.
    static std::uint32_t hash(message_id id) noexcept {
        constexpr std::uint32_t line = 64 / sizeof(std::uint32_t);
        auto const spread = (id.high >> 6) * 0x9e3779b97f4a7c15ULL;
        auto const h = static_cast<std::uint32_t>(spread >> 32 ^ spread >> 48);
        return h / line * line + (h + static_cast<std::uint32_t>(id.high >> 2)) % line;
    }
    std::uint32_t& bucket_of(message_id id) noexcept {
        auto bucket = hash(id) & mask_;
        if (bucket >= buckets_) bucket &= mask_ >> 1;
        return bucket_at(bucket);
    }
    void resize_buckets(std::uint32_t size) noexcept {
        buckets_ = size;
        mask_ = std::bit_ceil(size) - 1;
    }
    void split() noexcept {
        auto const added = buckets_;
        resize_buckets(added + 1);
        auto* to = &bucket_at(added);
        if (added > 0) {
            for (auto* from = &bucket_at(added & mask_ >> 1); *from != none;) {
                auto const index = *from;
                auto& s = slot_at(index);
                if ((hash(s.id) & mask_) == added) {
                    *from = s.next;
                    *to = index;
                    to = &s.next;
                } else {
                    from = &s.next;
                }
            }
        }
        *to = none;
    }
    // What has the index of an id's slot: its bucket or the one before it in the chain; or `none`, at the chain's end.
    std::uint32_t* search(std::uint32_t* link, message_id id) noexcept {
        while (*link != none) {
            auto& s = slot_at(*link);
            if (s.id == id) break;
            link = &s.next;
        }
        return link;
    }
    std::uint32_t* link_to(message_id id) noexcept { return size_ == 0 ? &nowhere_ : search(&bucket_of(id), id); }

    // One free slot more.
    void extend() {
        if (used_ == chunks_.size() * chunk_size) {
            if (used_ == most_slots) detail::fail(errc::too_many_requests, "2^30 are pending");
            chunks_.push_back(std::unique_ptr<chunk>(new chunk));
        }
        if (used_ == none) ++used_;
        while (buckets_ < buckets_per_slot * used_) split();
        free_ = used_++;
        slot_at(free_).next = none;
    }
    void remove(std::uint32_t& link) noexcept {
        auto const index = link;
        auto& s = slot_at(index);
        link = s.next;
        s.waiter()->~Waiter();
        deadlines_.erase(&s);
        s.next = free_;
        free_ = index;
        if (--size_ == 0) trim();
    }
    // Nothing is pending: begins with the first slot again.
    void trim() noexcept {
        auto const needed = (used_ + chunk_size - 1) / chunk_size;
        if (needed < chunks_.size()) {
            chunks_.resize(needed);
            resize_buckets(std::min(buckets_, needed * buckets_per_slot * chunk_size));
        }
        free_ = 1;
        used_ = 2;
        slot_at(free_).next = none;
    }
    template <class Use>
    void drain(Use&& use) {
        while (auto* const first = deadlines_.first()) {
            deadlines_.erase(first);
            auto* const w = static_cast<slot*>(first)->waiter();
            use(std::move(*w));
            w->~Waiter();
        }
        chunks_.clear();
        resize_buckets(0);
        size_ = 0;
        used_ = 0;
        free_ = none;
    }

    slot* first_due(Deadline now) noexcept {
        auto* const first = deadlines_.first();
        return first && first->deadline <= ticks(now) ? static_cast<slot*>(first) : nullptr;
    }
    void reschedule_at(slot& s, Deadline deadline) noexcept {
        deadlines_.erase(&s);
        deadlines_.push(&s, ticks(deadline));
    }
    // In the order of the deadlines.
    static std::uint64_t ticks(Deadline deadline) noexcept {
        if constexpr (std::is_integral_v<Deadline>)
            return static_cast<std::uint64_t>(static_cast<std::int64_t>(deadline)) ^ sign;
        else
            return static_cast<std::uint64_t>(static_cast<std::int64_t>(deadline.time_since_epoch().count())) ^ sign;
    }
    static constexpr Deadline latest() noexcept {
        if constexpr (std::is_integral_v<Deadline>)
            return std::numeric_limits<Deadline>::max();
        else
            return Deadline::max();
    }
    static Deadline deadline_of(std::uint64_t ticks) noexcept {
        auto const count = static_cast<std::int64_t>(ticks ^ sign);
        if constexpr (std::is_integral_v<Deadline>)
            return static_cast<Deadline>(count);
        else
            return Deadline(typename Deadline::duration(static_cast<typename Deadline::rep>(count)));
    }
    static constexpr std::uint64_t sign = std::uint64_t{1} << 63;

    std::vector<std::unique_ptr<chunk>> chunks_;
    detail::deadline_queue<> deadlines_;
    std::size_t size_ = 0;
    message_id newest_;
    // The bits of a hash that tell buckets apart.
    std::uint32_t mask_ = 0;
    std::uint32_t buckets_ = 0;
    // The end of the slots that were in use since nothing was pending.
    std::uint32_t used_ = 0;
    std::uint32_t free_ = none;
    std::uint32_t nowhere_ = none;
};

} // namespace fairway

#endif
