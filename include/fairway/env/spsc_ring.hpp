// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_SPSC_RING_HPP
#define FAIRWAY_ENV_SPSC_RING_HPP

#include <fairway/detail/std_atomics.hpp>

#include <atomic>
#include <bit>
#include <cstddef>
#include <memory>
#include <utility>

namespace fairway::detail {

// A bounded queue from one thread to another. What is pushed is seen once it is published, and places are free again
// once they are released: in batches, so that the lines with the indices cross between the cores once a batch. Each
// side keeps a copy of the other's index and looks again only when by the copy it can't go on (as in Lee, Bu,
// Chandranmenon: MCRingBuffer, IPDPS 2010).
//
// T has a default constructor; what was taken stays in its place, moved from, until it is overwritten.
template <class T, class Atomics = std_atomics>
class spsc_ring {
public:
    // Room for so many, rounded up to a power of two.
    explicit spsc_ring(std::size_t room)
        : mask_(std::bit_ceil(room) - 1), places_(std::make_unique<place[]>(mask_ + 1)) {}
    spsc_ring(spsc_ring const&) = delete;
    spsc_ring& operator=(spsc_ring const&) = delete;

    std::size_t room() const noexcept { return mask_ + 1; }

    // ---- the producer's ----
    // False where there is no room; `value` is not moved from then.
    template <class U>
    bool push(U&& value) {
        if (in_.next - in_.others == room()) {
            in_.others = taken_.load(std::memory_order_acquire);
            if (in_.next - in_.others == room()) return false;
        }
        Atomics::use(places_[in_.next & mask_]) = std::forward<U>(value);
        in_.next = in_.next + 1;
        return true;
    }
    void publish() noexcept { put_.store(in_.next, std::memory_order_release); }

    // ---- the consumer's ----
    // The oldest that was published; null where there is none.
    T* front() noexcept {
        if (out_.next == out_.others) {
            out_.others = put_.load(std::memory_order_acquire);
            if (out_.next == out_.others) return nullptr;
        }
        return &Atomics::use(places_[out_.next & mask_]);
    }
    // Done with the front; the place is free after `release`.
    void pop() noexcept { out_.next = out_.next + 1; }
    void release() noexcept { taken_.store(out_.next, std::memory_order_release); }

private:
    using index = typename Atomics::template plain<std::size_t>;
    using place = typename Atomics::template plain<T>;
    // One side's own: its next place, and how far the other side was when it last looked.
    struct side {
        index next{0};
        index others{0};
    };
    // Two lines, since cores fetch lines in pairs.
    static constexpr std::size_t apart = 128;

    std::size_t mask_;
    std::unique_ptr<place[]> places_;
    alignas(apart) side in_;
    alignas(apart) typename Atomics::template atomic<std::size_t> put_{0};
    alignas(apart) side out_;
    alignas(apart) typename Atomics::template atomic<std::size_t> taken_{0};
};

} // namespace fairway::detail

#endif
