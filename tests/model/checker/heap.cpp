// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "heap.hpp"

#include "engine.hpp"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace model::heap {

namespace {

constexpr std::size_t part_size = std::size_t{512} * 1024;
constexpr std::size_t unit = 16;

// Before each block.
struct alignas(unit) heading {
    std::size_t size;
    bool live;
};

struct state {
    std::byte* begin = nullptr;
    std::array<std::size_t, max_threads> used{};
    std::size_t live = 0;
    int part = -1;
} heap;

bool owns(void* memory) noexcept {
    auto const* const p = static_cast<std::byte*>(memory);
    return heap.begin && p >= heap.begin && p < heap.begin + part_size * max_threads;
}

void* allocate(std::size_t size, std::size_t align) {
    if (heap.part < 0) {
        size = (size + align - 1) / align * align;
        void* const p = align <= unit ? std::malloc(size ? size : 1) : std::aligned_alloc(align, size);
        if (!p) throw std::bad_alloc();
        return p;
    }
    if (!heap.begin) heap.begin = static_cast<std::byte*>(std::aligned_alloc(4096, part_size * max_threads));
    auto const part = static_cast<std::size_t>(heap.part);
    auto* const base = heap.begin + part_size * part;
    if (align < unit) align = unit;
    std::size_t const at = (heap.used[part] + sizeof(heading) + align - 1) / align * align;
    if (at + size > part_size) engine::active->fail("the model's heap is full: is there an endless loop?");
    heap.used[part] = at + (size + unit - 1) / unit * unit;
    new (base + at - sizeof(heading)) heading{size, true};
    ++heap.live;
    return base + at;
}

void release(void* memory) noexcept {
    if (!owns(memory)) return std::free(memory);
    if (heap.part < 0) return; // of an execution that was given up
    auto& h = *reinterpret_cast<heading*>(static_cast<std::byte*>(memory) - sizeof(heading));
    if (!h.live) engine::active->fail("double free");
    h.live = false;
    --heap.live;
}

} // namespace

int use(int part) noexcept {
    int const before = heap.part;
    heap.part = part;
    return before;
}
void reset() noexcept {
    heap.used.fill(0);
    heap.live = 0;
}
std::size_t live() noexcept { return heap.live; }

} // namespace model::heap

// All of them, so that none of a sanitizer's is left.
void* operator new(std::size_t size) { return model::heap::allocate(size, 1); }
void* operator new[](std::size_t size) { return model::heap::allocate(size, 1); }
void* operator new(std::size_t size, std::nothrow_t const&) noexcept { return model::heap::allocate(size, 1); }
void* operator new[](std::size_t size, std::nothrow_t const&) noexcept { return model::heap::allocate(size, 1); }
void* operator new(std::size_t size, std::align_val_t align) {
    return model::heap::allocate(size, static_cast<std::size_t>(align));
}
void* operator new[](std::size_t size, std::align_val_t align) {
    return model::heap::allocate(size, static_cast<std::size_t>(align));
}
void operator delete(void* memory) noexcept { model::heap::release(memory); }
void operator delete[](void* memory) noexcept { model::heap::release(memory); }
void operator delete(void* memory, std::size_t) noexcept { model::heap::release(memory); }
void operator delete[](void* memory, std::size_t) noexcept { model::heap::release(memory); }
void operator delete(void* memory, std::nothrow_t const&) noexcept { model::heap::release(memory); }
void operator delete[](void* memory, std::nothrow_t const&) noexcept { model::heap::release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { model::heap::release(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { model::heap::release(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { model::heap::release(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { model::heap::release(memory); }
