// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENVELOPE_RETURN_LIST_HPP
#define FAIRWAY_ENVELOPE_RETURN_LIST_HPP

#include <fairway/detail/std_atomics.hpp>

#include <atomic>

namespace fairway::detail {

// Things that any thread gives back and that their owner takes, all at once: Treiber's stack (IBM RJ 5118, 1986)
// without the pop of one, so that a node that comes and goes (ABA) harms nothing.
//
// A Node has a member `next` of type `Atomics::plain<Node*>`, which is the list's from push to take.
template <class Node, class Atomics = std_atomics>
class return_list {
public:
    return_list() = default;
    return_list(return_list const&) = delete;
    return_list& operator=(return_list const&) = delete;

    // Gives one back, or a chain of them at once. False after `close`: it still is the caller's. Thread-safe.
    bool push(Node& one) noexcept { return push(one, one); }
    bool push(Node& first, Node& last) noexcept {
        Node* head = head_.load(std::memory_order_relaxed);
        do {
            if (head == closed()) return false;
            last.next = head;
        } while (!head_.compare_exchange_weak(head, &first, std::memory_order_release, std::memory_order_relaxed));
        return true;
    }

    // All that was given back, the latest first, chained by `next` up to null. The owner's. Once the list is empty this
    // is a load and no more.
    Node* take() noexcept {
        if (!head_.load(std::memory_order_relaxed)) return nullptr;
        return head_.exchange(nullptr, std::memory_order_acquire);
    }
    // The same, once, when the owner goes: from now on nothing is taken back.
    Node* close() noexcept { return head_.exchange(closed(), std::memory_order_acquire); }

private:
    // An address that no node has.
    Node* closed() const noexcept { return reinterpret_cast<Node*>(const_cast<return_list*>(this)); }

    typename Atomics::template atomic<Node*> head_{nullptr};
};

} // namespace fairway::detail

#endif
