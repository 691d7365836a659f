// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_DELIVERY_DEADLINE_QUEUE_HPP
#define FAIRWAY_DELIVERY_DEADLINE_QUEUE_HPP

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace fairway::detail {

// A member of a deadline_queue, linked with those of its list.
struct deadline_node {
    std::uint64_t deadline;
    deadline_node* before;
    deadline_node* after;
};

// Members in the order of their deadlines, equal ones in the order in which they came. It gives the exact earliest one,
// yet to put one in and to take it out again costs no more than in a timing wheel, for most of them never get as far as
// to be the earliest. Members are of a base class `Node`; its pointers may be others that count, for a test.
//
// It is a radix heap (Ahuja, Mehlhorn, Orlin, Tarjan: Faster algorithms for the shortest path problem, 1990) with 16
// levels of 16 lists. No deadline is below the base. The level and list of a deadline are the first hexadecimal digit
// in which it differs from the base, and what it has there: one of level 0 is exact, and the first list that is not
// empty has the earliest ones. To find the earliest, the base rises to it, which moves the members of that list down a
// level or more; each moves 15 times at most while time goes on. An earlier deadline lowers the base, which joins the
// lists of lower levels into one, however long they are.
//
// Members are unlinked at once. To leave them in, for a sweep to drop them, cost more even of a million, where the
// neighbours are two cache misses at the same time (65 ns against 240), and 23 ns more of 10,000.
template <class Node = deadline_node>
class deadline_queue {
    using pointer = decltype(Node::after);

public:
    deadline_queue() = default;
    deadline_queue(deadline_queue const&) = delete;
    deadline_queue& operator=(deadline_queue const&) = delete;

    bool empty() const noexcept { return (filled_[0] | filled_[1] | filled_[2] | filled_[3]) == 0; }

    void push(pointer member, std::uint64_t deadline) noexcept {
        if (empty())
            base_ = deadline;
        else if (deadline < base_)
            lower(deadline);
        member->deadline = deadline;
        append(place(deadline), member, member);
    }

    void erase(pointer member) noexcept {
        auto const before = member->before;
        auto const after = member->after;
        before->after = after;
        after->before = before;
        // Both are the end of the list, then.
        if (before == after) mark_empty(static_cast<std::size_t>(&*before - ends_.data()));
    }

    // The earliest one, or null.
    pointer first() noexcept {
        auto const list = first_list();
        if (list == lists) return nullptr;
        if (list < digits) return ends_[list].after;
        raise(list);
        return ends_[base_ % digits].after;
    }

private:
    static constexpr std::uint32_t bits = 4;
    static constexpr std::uint32_t digits = 1U << bits;
    static constexpr std::size_t lists = 64 / bits * digits;

    static std::uint32_t level(std::uint64_t difference) noexcept {
        return static_cast<std::uint32_t>(std::bit_width(difference | 1) - 1) / bits;
    }
    static std::size_t list_at(std::uint32_t level, std::uint64_t deadline) noexcept {
        return level * digits + (deadline >> level * bits) % digits;
    }
    std::size_t place(std::uint64_t deadline) const noexcept { return list_at(level(deadline ^ base_), deadline); }

    void mark_filled(std::size_t list) noexcept { filled_[list / 64] |= std::uint64_t{1} << list % 64; }
    void mark_empty(std::size_t list) noexcept { filled_[list / 64] &= ~(std::uint64_t{1} << list % 64); }
    std::size_t first_list() const noexcept {
        std::size_t list = 0;
        for (auto const part : filled_) {
            if (part != 0) return list + static_cast<std::size_t>(std::countr_zero(part));
            list += 64;
        }
        return lists;
    }

    // Appends members that are linked with each other.
    void append(std::size_t list, pointer first, pointer last) noexcept {
        pointer const end = &ends_[list];
        if ((filled_[list / 64] >> list % 64 & 1) == 0) {
            end->after = end->before = end;
            mark_filled(list);
        }
        end->before->after = first;
        first->before = end->before;
        last->after = end;
        end->before = last;
    }

    // The base becomes the earliest deadline of a list, the first that is not empty.
    void raise(std::size_t list) noexcept {
        pointer const end = &ends_[list];
        base_ = end->after->deadline;
        for (auto i = end->after; i != end; i = i->after) base_ = std::min(base_, i->deadline);
        mark_empty(list);
        for (auto i = end->after; i != end;) {
            auto const next = i->after;
            append(place(i->deadline), i, i);
            i = next;
        }
    }

    // The base becomes `deadline`, which is below it. What agreed with the old base down to the digit in which the two
    // differ, differs from the new one there.
    void lower(std::uint64_t deadline) noexcept {
        auto const differs = level(deadline ^ base_);
        auto const to = list_at(differs, base_);
        for (auto list = first_list(); list < differs * digits; list = first_list()) {
            mark_empty(list);
            append(to, ends_[list].after, ends_[list].before);
        }
        base_ = deadline;
    }

    std::array<std::uint64_t, lists / 64> filled_{};
    std::uint64_t base_ = 0;
    // Its neighbours are the first and the last member of a list that is not empty.
    std::array<Node, lists> ends_;
};

} // namespace fairway::detail

#endif
