// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Which messages were handled, in memory that processes share: it is there as long as one of them is.
#ifndef FAIRWAY_TESTS_STRESS_CHAOS_SHARED_STORE_HPP
#define FAIRWAY_TESTS_STRESS_CHAOS_SHARED_STORE_HPP

#include <fairway/fairway.hpp>
#include <fairway/port/duplicate_store.hpp>

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

namespace chaos {

/// Of one group, and without replies.
class shared_store final : public fairway::duplicate_store {
public:
    /// Room for many more messages than there will be; its pages are made as they are used. Closed by who calls.
    static int make_memory() {
        int const memory = memfd_create("handled", MFD_CLOEXEC);
        if (memory < 0 || ftruncate(memory, slots * sizeof(slot)) != 0)
            throw std::system_error(errno, std::generic_category(), "memfd_create");
        return memory;
    }

    explicit shared_store(int memory) {
        void* const at = mmap(nullptr, slots * sizeof(slot), PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
        if (at == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
        table_ = static_cast<slot*>(at); // zeros, which are what an atomic of 0 is
    }
    ~shared_store() override { munmap(table_, slots * sizeof(slot)); }

    fairway::task<std::optional<handled>> find(std::string_view, fairway::message_id id, fairway::time_point) override {
        std::optional<handled> found;
        if (look(id, false)) found.emplace();
        co_return found;
    }
    fairway::task<> insert(std::string_view, fairway::message_id id, fairway::envelope, fairway::time_point) override {
        look(id, true);
        co_return;
    }

private:
    using slot = std::atomic<std::uint64_t>;
    static_assert(slot::is_always_lock_free);
    static constexpr std::size_t slots = std::size_t{1} << 24;

    // Ids are random; 0 is a free slot.
    static std::uint64_t number_of(fairway::message_id id) noexcept {
        return (id.high ^ id.low * 0x9e3779b97f4a7c15U) | 1;
    }
    // True where it is there, or was put there.
    bool look(fairway::message_id id, bool put) noexcept {
        auto const number = number_of(id);
        for (auto i = (number >> 40) % slots;; i = (i + 1) % slots) {
            auto there = table_[i].load();
            if (there == 0 && put && table_[i].compare_exchange_strong(there, number)) return true;
            if (there == number) return true;
            if (there == 0) return false; // never after a `put` that came too late: `there` is what the other one put
        }
    }

    slot* table_;
};

} // namespace chaos

#endif
