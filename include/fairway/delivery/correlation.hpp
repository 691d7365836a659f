// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_DELIVERY_CORRELATION_HPP
#define FAIRWAY_DELIVERY_CORRELATION_HPP

#include <fairway/envelope/message_id.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace fairway {

/// Pending requests by message id, with a deadline each: finds by id in constant time, expires in order of deadlines.
///
/// `Deadline` is any ordered time point; `Waiter` is moved in and out. Ids are made by this process, so that nobody
/// chooses them to collide.
template <class Deadline, class Waiter>
class correlation {
public:
    /// How many are pending.
    std::size_t size() const noexcept { return size_; }
    /// The earliest deadline; nothing where nothing is pending.
    std::optional<Deadline> next_deadline() const {
        if (heap_.empty()) return std::nullopt;
        return slots_[heap_.front()].deadline;
    }

    /// Adds a waiter; false (and `waiter` is untouched) where the id is pending already.
    bool insert(message_id id, Deadline deadline, Waiter&& waiter) {
        if (2 * (size_ + 1) > table_.size()) grow();
        std::size_t const at = locate(id);
        if (table_[at] != none) return false;
        std::uint32_t index = 0;
        if (free_.empty()) {
            index = static_cast<std::uint32_t>(slots_.size());
            slots_.emplace_back();
        } else {
            index = free_.back();
            free_.pop_back();
        }
        auto& s = slots_[index];
        s.id = id;
        s.deadline = deadline;
        s.waiter.emplace(std::move(waiter));
        table_[at] = index;
        ++size_;
        heap_.push_back(index);
        s.heap_at = static_cast<std::uint32_t>(heap_.size() - 1);
        sift_up(s.heap_at);
        return true;
    }

    /// The waiter of an id, or null; valid until the next change.
    Waiter* find(message_id id) {
        if (table_.empty()) return nullptr;
        auto const index = table_[locate(id)];
        return index == none ? nullptr : &*slots_[index].waiter;
    }

    /// Changes the deadline of a pending id.
    void reschedule(message_id id, Deadline deadline) {
        if (table_.empty()) return;
        auto const index = table_[locate(id)];
        if (index == none) return;
        slots_[index].deadline = deadline;
        sift_up(slots_[index].heap_at);
        sift_down(slots_[index].heap_at);
    }

    /// Removes and returns the waiter of an id.
    std::optional<Waiter> take(message_id id) {
        if (table_.empty()) return std::nullopt;
        std::size_t const at = locate(id);
        auto const index = table_[at];
        if (index == none) return std::nullopt;
        erase_from_table(at);
        auto& s = slots_[index];
        remove_from_heap(s.heap_at);
        std::optional<Waiter> waiter(std::move(*s.waiter));
        s.waiter.reset();
        free_.push_back(index);
        --size_;
        return waiter;
    }

    /// The id with the earliest deadline where that has come at `now`.
    std::optional<message_id> due(Deadline now) const {
        if (heap_.empty() || slots_[heap_.front()].deadline > now) return std::nullopt;
        return slots_[heap_.front()].id;
    }

    /// Removes and returns all waiters.
    std::vector<Waiter> take_all() {
        std::vector<Waiter> all;
        all.reserve(size_);
        for (auto const index : heap_) all.push_back(std::move(*slots_[index].waiter));
        *this = correlation();
        return all;
    }

private:
    static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

    struct slot {
        message_id id;
        Deadline deadline{};
        std::uint32_t heap_at = 0;
        std::optional<Waiter> waiter;
    };

    std::size_t home(message_id id) const noexcept { return (std::hash<message_id>()(id) >> 20) & (table_.size() - 1); }
    // Where the id is, or the free place where it would go: linear probing.
    std::size_t locate(message_id id) const noexcept {
        std::size_t at = home(id);
        while (table_[at] != none && slots_[table_[at]].id != id) at = (at + 1) & (table_.size() - 1);
        return at;
    }
    void grow() {
        table_.assign(table_.empty() ? 16 : table_.size() * 2, none);
        for (auto const index : heap_) table_[locate(slots_[index].id)] = index;
    }
    // Moves later entries of the run back (Knuth, TAOCP 6.4, algorithm R), so that no tombstones are needed.
    void erase_from_table(std::size_t hole) noexcept {
        std::size_t const mask = table_.size() - 1;
        for (std::size_t at = (hole + 1) & mask; table_[at] != none; at = (at + 1) & mask) {
            std::size_t const wanted = home(slots_[table_[at]].id);
            if (((at - wanted) & mask) >= ((at - hole) & mask)) {
                table_[hole] = table_[at];
                hole = at;
            }
        }
        table_[hole] = none;
    }

    void place(std::size_t at, std::uint32_t index) noexcept {
        heap_[at] = index;
        slots_[index].heap_at = static_cast<std::uint32_t>(at);
    }
    void sift_up(std::size_t at) noexcept {
        auto const index = heap_[at];
        while (at > 0) {
            std::size_t const parent = (at - 1) / 2;
            if (!(slots_[index].deadline < slots_[heap_[parent]].deadline)) break;
            place(at, heap_[parent]);
            at = parent;
        }
        place(at, index);
    }
    void sift_down(std::size_t at) noexcept {
        auto const index = heap_[at];
        for (;;) {
            std::size_t child = 2 * at + 1;
            if (child >= heap_.size()) break;
            if (child + 1 < heap_.size() && slots_[heap_[child + 1]].deadline < slots_[heap_[child]].deadline) ++child;
            if (!(slots_[heap_[child]].deadline < slots_[index].deadline)) break;
            place(at, heap_[child]);
            at = child;
        }
        place(at, index);
    }
    void remove_from_heap(std::size_t at) noexcept {
        auto const last = heap_.back();
        heap_.pop_back();
        if (at == heap_.size()) return;
        place(at, last);
        sift_up(at);
        sift_down(slots_[last].heap_at);
    }

    std::vector<slot> slots_;
    std::vector<std::uint32_t> free_;
    std::vector<std::uint32_t> table_;
    std::vector<std::uint32_t> heap_;
    std::size_t size_ = 0;
};

} // namespace fairway

#endif
