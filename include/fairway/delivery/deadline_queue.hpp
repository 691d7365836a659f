// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_DELIVERY_DEADLINE_QUEUE_HPP
#define FAIRWAY_DELIVERY_DEADLINE_QUEUE_HPP

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace fairway::detail {

// A member of a deadline_queue, linked with those of its list by their indices.
struct deadline_node {
    std::uint64_t deadline;
    std::uint32_t before;
    std::uint32_t after;
};

// Members of an array in the order of their deadlines, equal ones in the order in which they came. It gives the exact
// earliest one, yet to put one in and to take it out again costs no more than in a timing wheel, for most of them never
// get as far as to be the earliest.
//
// `nodes[i]`, an argument of all functions, is the deadline_node of member i. Those below `ends` are no members but the
// ends of lists: there `after` is the first member and `before` the last one, if the list is not empty.
//
// It is a radix heap (Ahuja, Mehlhorn, Orlin, Tarjan: Faster algorithms for the shortest path problem, 1990) with 16
// levels of 16 lists. No deadline is below the base. The level and list of a deadline are the first hexadecimal digit
// in which it differs from the base, and what it has there: one of level 0 is exact, and the first list that is not
// empty has the earliest ones. To find the earliest, the base rises to it, which moves the members of that list down a
// level or more; each moves 15 times at most while time goes on. An earlier deadline lowers the base, which joins the
// lists of lower levels into one, however long they are.
class deadline_queue {
    static constexpr std::uint32_t bits = 4;
    static constexpr std::uint32_t digits = 1U << bits;

public:
    static constexpr std::uint32_t ends = 64 / bits * digits;

    bool empty() const noexcept { return (filled_[0] | filled_[1] | filled_[2] | filled_[3]) == 0; }

    template <class Nodes>
    void push(Nodes&& nodes, std::uint32_t index, std::uint64_t deadline) noexcept {
        if (empty())
            base_ = deadline;
        else if (deadline < base_)
            lower(nodes, deadline);
        nodes[index].deadline = deadline;
        append(nodes, place(deadline), index);
    }

    template <class Nodes>
    void erase(Nodes&& nodes, std::uint32_t index) noexcept {
        auto const before = nodes[index].before;
        auto const after = nodes[index].after;
        nodes[before].after = after;
        nodes[after].before = before;
        if (before == after) mark_empty(before);
    }

    // The earliest one; 0 where there is none.
    template <class Nodes>
    std::uint32_t first(Nodes&& nodes) noexcept {
        auto const list = first_list();
        if (list == ends) return 0;
        if (list < digits) return nodes[list].after;
        raise(nodes, list);
        return nodes[base_ % digits].after;
    }

private:
    static std::uint32_t level(std::uint64_t difference) noexcept {
        return static_cast<std::uint32_t>(std::bit_width(difference | 1) - 1) / bits;
    }
    static std::uint32_t list_at(std::uint32_t level, std::uint64_t deadline) noexcept {
        return level * digits + static_cast<std::uint32_t>(deadline >> level * bits) % digits;
    }
    std::uint32_t place(std::uint64_t deadline) const noexcept { return list_at(level(deadline ^ base_), deadline); }

    void mark_filled(std::uint32_t list) noexcept { filled_[list / 64] |= std::uint64_t{1} << list % 64; }
    void mark_empty(std::uint32_t list) noexcept { filled_[list / 64] &= ~(std::uint64_t{1} << list % 64); }
    std::uint32_t first_list() const noexcept {
        std::uint32_t list = 0;
        for (auto const lists : filled_) {
            if (lists != 0) return list + static_cast<std::uint32_t>(std::countr_zero(lists));
            list += 64;
        }
        return ends;
    }

    template <class Nodes>
    void append(Nodes&& nodes, std::uint32_t list, std::uint32_t index) noexcept {
        append(nodes, list, index, index);
    }
    // Appends members that are linked with each other.
    template <class Nodes>
    void append(Nodes&& nodes, std::uint32_t list, std::uint32_t first, std::uint32_t last) noexcept {
        auto& end = nodes[list];
        if ((filled_[list / 64] >> list % 64 & 1) == 0) {
            end.after = end.before = list;
            mark_filled(list);
        }
        nodes[end.before].after = first;
        nodes[first].before = end.before;
        nodes[last].after = list;
        end.before = last;
    }

    // The base becomes the earliest deadline of a list, the first that is not empty.
    template <class Nodes>
    void raise(Nodes&& nodes, std::uint32_t list) noexcept {
        base_ = nodes[nodes[list].after].deadline;
        for (auto i = nodes[list].after; i != list; i = nodes[i].after) base_ = std::min(base_, nodes[i].deadline);
        mark_empty(list);
        for (auto i = nodes[list].after; i != list;) {
            auto const next = nodes[i].after;
            append(nodes, place(nodes[i].deadline), i);
            i = next;
        }
    }

    // The base becomes `deadline`, which is below it. What agreed with the old base down to the digit in which the two
    // differ, differs from the new one there.
    template <class Nodes>
    void lower(Nodes&& nodes, std::uint64_t deadline) noexcept {
        auto const differs = level(deadline ^ base_);
        auto const to = list_at(differs, base_);
        for (auto list = first_list(); list < differs * digits; list = first_list()) {
            mark_empty(list);
            append(nodes, to, nodes[list].after, nodes[list].before);
        }
        base_ = deadline;
    }

    std::array<std::uint64_t, ends / 64> filled_{};
    std::uint64_t base_ = 0;
};

} // namespace fairway::detail

#endif
