// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_DELIVERY_KEYED_FIFO_HPP
#define FAIRWAY_DELIVERY_KEYED_FIFO_HPP

#include <fairway/delivery/siphash.hpp>
#include <fairway/envelope/message_id.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace fairway::detail {

// Entries found by (scope, id) and dropped in the order in which they came. A ring of entries, and beside it a table
// of places in that ring: open addressing, linear probing, at most a quarter full, so that most searches end where they
// begin (half full, an insertion took 45 % longer). The table's slots hold 32 bits of the hash too: a search reads the
// ring only where it has found the entry, and nothing is hashed twice.
//
// Both grow geometrically up to `most` entries and one more (the new one comes before the oldest goes, so that one
// search does for both), then nothing is allocated any more. Peers choose the ids: the hash is keyed. Not thread-safe.
template <class TimePoint, class Value>
class keyed_fifo {
public:
    // More would not fit into the 32 bits of a slot.
    static constexpr std::size_t largest = std::size_t{1} << 30;

    struct entry {
        message_id id;
        TimePoint time{};
        std::uint32_t scope = 0;
        std::uint32_t hash = 0;
        [[no_unique_address]] Value value{};
    };

    keyed_fifo(siphash_key key, std::size_t most) noexcept : key_(key), most_(std::min(most, largest)) {}

    // How many entries can be found.
    std::size_t size() const noexcept { return found_; }
    // True without entries in the ring.
    bool empty() const noexcept { return used_ == 0; }
    // True where the oldest has to go.
    bool overfull() const noexcept { return used_ > most_; }

    // The hash by which the other functions find.
    std::uint32_t hash(std::uint32_t scope, message_id id) const noexcept {
        return static_cast<std::uint32_t>(siphash<1, 3>(key_, id, scope));
    }
    // Has the memory that a search for this hash looks at fetched. The table is much larger than a processor's caches:
    // without it each search waits for memory. Always inline: g++ leaves out calls of what does nothing else.
    [[gnu::always_inline]] void prefetch(std::uint32_t hash) const noexcept {
        if (!table_.empty()) __builtin_prefetch(&table_[hash & mask()], 1);
    }
    entry const* find(std::uint32_t hash, std::uint32_t scope, message_id id) const noexcept {
        if (used_ == 0) return nullptr;
        auto const place = table_[locate(hash, scope, id)].place;
        return place == none ? nullptr : &ring_[place];
    }

    // Where an entry is or would go, until the next change; there must be a place for one more.
    std::size_t locate(std::uint32_t hash, std::uint32_t scope, message_id id) const noexcept {
        for (std::size_t at = hash & mask();; at = (at + 1) & mask()) {
            auto const [place, its_hash] = table_[at];
            if (place == none) return at;
            if (its_hash == hash && ring_[place].id == id && ring_[place].scope == scope) return at;
        }
    }
    // The entry there, or null.
    entry* at(std::size_t located) noexcept {
        auto const place = table_[located].place;
        return place == none ? nullptr : &ring_[place];
    }
    // Makes a place for one more.
    void reserve() {
        if (used_ == ring_.size()) grow();
    }
    // Adds an entry where it was located. One that is there already stays in the ring, but is not found any more.
    void put(std::size_t located, entry&& e) noexcept {
        auto const place = static_cast<std::uint32_t>(ahead(used_));
        auto& at = table_[located];
        if (at.place == none) ++found_;
        at = {place, e.hash};
        ring_[place] = std::move(e);
        ++used_;
    }

    // The entry that came first, also one that is not found any more; must not be empty.
    entry& oldest() noexcept { return ring_[head_]; }
    // Drops it; must not be empty.
    void drop_oldest() noexcept {
        auto& gone = ring_[head_];
        std::size_t at = gone.hash & mask();
        while (table_[at].place != head_ && table_[at].place != none) at = (at + 1) & mask();
        if (table_[at].place == head_) erase(at);
        gone.value = Value();
        head_ = ahead(1);
        --used_;
        // Where one of those is that go soon.
        constexpr std::size_t soon = 16;
        if (used_ > soon) prefetch(ring_[ahead(soon)].hash);
    }

    // Drops all; keeps the memory.
    void clear() noexcept {
        while (!empty()) drop_oldest();
    }

    // How many slots the longest search looks at.
    std::size_t longest_probe() const noexcept {
        std::size_t longest = 0;
        for (std::size_t at = 0; at < table_.size(); ++at)
            if (table_[at].place != none) longest = std::max(longest, ((at - table_[at].hash) & mask()) + 1);
        return longest;
    }
    // The memory of ring and table in bytes.
    std::size_t footprint() const noexcept {
        return ring_.capacity() * sizeof(entry) + table_.capacity() * sizeof(slot);
    }

private:
    static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

    struct slot {
        std::uint32_t place = none;
        std::uint32_t hash = 0;
    };

    std::size_t mask() const noexcept { return table_.size() - 1; }
    // The place `n` behind the oldest.
    std::size_t ahead(std::size_t n) const noexcept {
        std::size_t const at = head_ + n;
        return at < ring_.size() ? at : at - ring_.size();
    }
    // Moves later slots of the run back (Knuth, TAOCP 6.4, algorithm R), so that no tombstones are needed.
    void erase(std::size_t hole) noexcept {
        for (std::size_t at = (hole + 1) & mask(); table_[at].place != none; at = (at + 1) & mask()) {
            if (((at - table_[at].hash) & mask()) < ((at - hole) & mask())) continue;
            table_[hole] = table_[at];
            hole = at;
        }
        table_[hole].place = none;
        --found_;
    }

    void grow() {
        std::size_t const places = std::min(most_ + 1, std::max(std::size_t{16}, 2 * ring_.size()));
        std::vector<entry> ring(places);
        std::vector<slot> table(std::bit_ceil(4 * places));
        std::size_t const new_mask = table.size() - 1;
        for (auto const& s : table_) {
            if (s.place == none) continue;
            std::size_t at = s.hash & new_mask;
            while (table[at].place != none) at = (at + 1) & new_mask;
            std::size_t const place = s.place >= head_ ? s.place - head_ : s.place + ring_.size() - head_;
            table[at] = {static_cast<std::uint32_t>(place), s.hash};
        }
        for (std::size_t i = 0; i < used_; ++i) ring[i] = std::move(ring_[ahead(i)]);
        ring_.swap(ring);
        table_.swap(table);
        head_ = 0;
    }

    siphash_key key_;
    std::size_t most_;
    std::vector<entry> ring_;
    std::vector<slot> table_;
    std::size_t head_ = 0;
    std::size_t used_ = 0;
    std::size_t found_ = 0;
};

} // namespace fairway::detail

#endif
