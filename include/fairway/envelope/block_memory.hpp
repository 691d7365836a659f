// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENVELOPE_BLOCK_MEMORY_HPP
#define FAIRWAY_ENVELOPE_BLOCK_MEMORY_HPP

// The memory of envelopes' blocks. A message is often freed by another thread than the one that allocated it, for which
// a general allocator takes a lock and another core's cache lines each time; here such blocks go back in arrays of 64,
// at one lock for all of them. A block takes 6 ns from one thread to another instead of 270, and 1.4 ns instead of 22
// on one thread (200 bytes, in bursts of 64, glibc 2.36).
//
// Each thread has, for each size, two magazines of free blocks; full and empty ones are exchanged with a depot that all
// threads share (after J. Bonwick, J. Adams, "Magazines and Vmem", USENIX 2001). What a thread keeps is bounded by its
// magazines, what the depot keeps by a number of bytes; all else goes back to operator delete.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <new>
#include <utility>

#if defined(__SANITIZE_ADDRESS__)
#define FAIRWAY_DETAIL_KEEP_BLOCKS 0 // so that the use of a freed block is seen
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FAIRWAY_DETAIL_KEEP_BLOCKS 0
#endif
#endif
#ifndef FAIRWAY_DETAIL_KEEP_BLOCKS
#define FAIRWAY_DETAIL_KEEP_BLOCKS 1
#endif

namespace fairway::detail {

// The sizes of blocks: steps of 16 bytes, with which glibc wastes nothing.
struct block_sizes {
    static constexpr std::size_t classes = 65;
    static constexpr std::size_t class_of(std::size_t size) noexcept { return (size + 7) / 16; }
    static constexpr std::size_t size_of(std::size_t size_class) noexcept { return 16 * size_class + 8; }
    static constexpr std::size_t largest = 16 * (classes - 1) + 8;
};

struct block_magazine {
    static constexpr std::uint32_t capacity = 64;
    // How many blocks from elsewhere are on their way here before they are used.
    static constexpr std::uint32_t ahead = 4;
    block_magazine* next = nullptr;
    std::uint32_t count = 0;
    bool from_elsewhere = false; // its blocks lie in another core's cache, probably
    void* blocks[capacity];

    void drop() noexcept {
        for (std::uint32_t i = 0; i < count; ++i) ::operator delete(blocks[i]);
        delete this;
    }
};

// Full magazines of all threads, some of each size.
class block_depot {
public:
    // The most bytes that wait for each size.
    static constexpr std::size_t most_bytes = 512 * 1024;

    // Exchanges an empty magazine, or null, for a full one. Null where there is none: then `empty` stays the caller's.
    block_magazine* take(std::size_t size_class, block_magazine* empty) noexcept {
        auto& s = shelves_[size_class];
        if (s.count.load(std::memory_order_relaxed) == 0) return nullptr;
        std::lock_guard const lock(s.mutex);
        block_magazine* const full = s.full;
        if (!full) return nullptr;
        s.full = full->next;
        s.count.store(s.count.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
        if (empty) empty->next = std::exchange(s.empty, empty);
        return full;
    }
    // Exchanges a full magazine for an empty one, or for null where there is none. False where there are enough: then
    // `m` stays what it was.
    bool put(std::size_t size_class, block_magazine*& m) noexcept {
        auto& s = shelves_[size_class];
        auto const most = most_bytes / block_magazine::capacity / block_sizes::size_of(size_class);
        std::lock_guard const lock(s.mutex);
        auto const count = s.count.load(std::memory_order_relaxed);
        if (count >= most) return false;
        m->next = std::exchange(s.full, m);
        s.count.store(count + 1, std::memory_order_relaxed);
        m = s.empty;
        if (m) s.empty = m->next;
        return true;
    }

private:
    struct shelf {
        std::mutex mutex;
        block_magazine* full = nullptr;
        block_magazine* empty = nullptr;
        std::atomic<std::uint32_t> count{0};
    };
    std::array<shelf, block_sizes::classes> shelves_;
};
inline constinit block_depot the_block_depot;

// A thread's magazines. Trivial to destroy, so that it takes no guard to get at them: what it holds is given up by
// `block_cache_end` at the end of the thread, after which nothing is kept any more.
struct block_cache {
    struct pair {
        block_magazine* loaded = nullptr;
        block_magazine* spare = nullptr;
    };
    std::array<pair, block_sizes::classes> pairs;
    bool ended = false;
};
inline constinit thread_local block_cache the_block_cache;

struct block_cache_end {
    block_cache_end() noexcept {} // NOLINT: not trivial, so that the destructor is registered with the first use
    block_cache_end(block_cache_end const&) = delete;
    block_cache_end& operator=(block_cache_end const&) = delete;
    ~block_cache_end() {
        the_block_cache.ended = true;
        for (std::size_t c = 0; c < block_sizes::classes; ++c) {
            for (block_magazine* m : {the_block_cache.pairs[c].loaded, the_block_cache.pairs[c].spare}) {
                if (m && m->count == block_magazine::capacity) the_block_depot.put(c, m);
                if (m) m->drop();
            }
            the_block_cache.pairs[c] = {};
        }
    }
    void begin() const noexcept {}
};
inline thread_local block_cache_end the_block_cache_end;

// Asks for the lines of a block that another core has read last, so that they are there, and this core's alone, when
// they are written: an atomic operation waits until all earlier writes have got their lines. The compilers know an
// instruction for that only where they are told of the processor; any other prefetch leaves the line shared. Messages
// to another thread took 129 ns instead of 149 in bursts of 64, 187 instead of 231 in bursts of 8, by the medians of
// one comparison; a shorter one said nothing.
inline void fetch_to_write(void const* block, std::size_t size) noexcept {
    constexpr std::uintptr_t line = 64;
    auto const begin = reinterpret_cast<std::uintptr_t>(block);
    for (auto at = begin & ~(line - 1); at < begin + size; at += line) {
        auto const* const p = reinterpret_cast<char const*>(at);
#if defined(__x86_64__)
        asm volatile("prefetchw %0" : : "m"(*p)); // nothing happens where the processor does not know it
#else
        __builtin_prefetch(p, 1);
#endif
    }
}

[[gnu::noinline]] inline void* obtain_slowly(std::size_t size_class) {
    auto& p = the_block_cache.pairs[size_class];
    if (p.spare && p.spare->count > 0) {
        std::swap(p.loaded, p.spare);
    } else if (block_magazine* const full =
                   the_block_cache.ended ? nullptr : the_block_depot.take(size_class, p.spare)) {
        the_block_cache_end.begin();
        p.spare = p.loaded;
        p.loaded = full;
        full->from_elsewhere = true;
        for (std::uint32_t i = 0; i < block_magazine::capacity; i += 8) __builtin_prefetch(full->blocks + i);
        for (std::uint32_t i = 0; i < block_magazine::ahead; ++i)
            fetch_to_write(full->blocks[full->count - 1 - i], block_sizes::size_of(size_class));
    } else {
        return ::operator new(block_sizes::size_of(size_class));
    }
    return p.loaded->blocks[--p.loaded->count];
}
[[gnu::noinline]] inline void give_back_slowly(void* block, std::size_t size_class) noexcept {
    auto& p = the_block_cache.pairs[size_class];
    auto const drop = [&] { ::operator delete(block); };
    if (the_block_cache.ended) return drop();
    // Loaded is full, or is none.
    if (p.spare && p.spare->count == block_magazine::capacity && !the_block_depot.put(size_class, p.spare))
        return drop();
    if (!p.spare) {
        the_block_cache_end.begin();
        p.spare = new (std::nothrow) block_magazine;
        if (!p.spare) return drop();
    }
    std::swap(p.loaded, p.spare);
    p.loaded->from_elsewhere = false;
    p.loaded->blocks[p.loaded->count++] = block;
}

// Memory for `size` bytes, aligned as operator new does by default. Throws `std::bad_alloc`.
inline void* obtain_block(std::size_t size) {
    if (!FAIRWAY_DETAIL_KEEP_BLOCKS || size > block_sizes::largest) return ::operator new(size);
    auto const size_class = block_sizes::class_of(size);
    block_magazine* const m = the_block_cache.pairs[size_class].loaded;
    if (!m || m->count == 0) return obtain_slowly(size_class);
    if (m->from_elsewhere && m->count > block_magazine::ahead)
        fetch_to_write(m->blocks[m->count - 1 - block_magazine::ahead], size);
    return m->blocks[--m->count];
}
// Gives back what `obtain_block(size)` returned, on any thread.
inline void give_back_block(void* block, std::size_t size) noexcept {
    if (!FAIRWAY_DETAIL_KEEP_BLOCKS || size > block_sizes::largest) return ::operator delete(block);
    auto const size_class = block_sizes::class_of(size);
    block_magazine* const m = the_block_cache.pairs[size_class].loaded;
    if (!m || m->count == block_magazine::capacity) return give_back_slowly(block, size_class);
    m->blocks[m->count++] = block;
}

} // namespace fairway::detail

#endif
