// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Tables of pending requests, Fairway's and others, with one interface, and how they are kept busy.
#ifndef FAIRWAY_BENCHMARKS_DELIVERY_PENDING_HPP
#define FAIRWAY_BENCHMARKS_DELIVERY_PENDING_HPP

#include "../kit.hpp"

#include <fairway/delivery/correlation.hpp>
#include <fairway/env/clock.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace pending {

using fairway::message_id;
using fairway::env::steady_point;

inline std::uint64_t completed = 0;

// What is called in the end: two words, as a coroutine's handle and a place for the result would be.
struct waiter {
    void (*call)(void*) = nullptr;
    void* context = nullptr;
};
inline waiter const a_waiter{[](void*) { ++completed; }, nullptr};

// New requests, a microsecond after the last one: their ids, and deadlines of which some come earlier than the last.
class requests {
public:
    message_id id() noexcept { return ids_.next((now_ += std::chrono::microseconds(1)).time_since_epoch().count()); }
    steady_point deadline() noexcept { return now_ + timeouts_[++count_ % timeouts_.size()]; }

private:
    steady_point now_{std::chrono::hours(500'000)};
    fairway::id_generator ids_{1};
    std::size_t count_ = 0;
    std::array<std::chrono::seconds, 5> timeouts_{std::chrono::seconds(30), std::chrono::seconds(30),
        std::chrono::seconds(10), std::chrono::seconds(30), std::chrono::seconds(25)};
};

class fairway_table {
public:
    using key = message_id;
    key insert(requests& from) {
        auto const id = from.id();
        waiter w = a_waiter;
        if (!table_.insert(id, from.deadline(), std::move(w))) std::abort();
        return id;
    }
    void complete(key id) {
        auto const w = table_.take(id);
        w->call(w->context);
    }
    void find(key id) {
        if (!table_.find(id)) std::abort();
    }
    void reschedule(key id, requests& from) {
        bench::keep(from.id());
        table_.reschedule(id, from.deadline());
    }

private:
    fairway::correlation<steady_point, waiter> table_;
};

// As one writes it without a library; without deadlines.
class map_table {
public:
    using key = std::string;
    key insert(requests& from) {
        auto id = to_string(from.id());
        table_.emplace(id, [] { ++completed; });
        return id;
    }
    void complete(key const& id) {
        auto const found = table_.find(id);
        found->second();
        table_.erase(found);
    }

private:
    std::unordered_map<std::string, std::function<void()>> table_;
};

// The limit: an id is a place in an array and how often it was used; without deadlines.
class slot_table {
public:
    using key = std::uint64_t;
    key insert(requests& from) {
        bench::keep(from.id());
        if (free_ == slots_.size()) slots_.push_back({{}, 0, static_cast<std::uint32_t>(slots_.size() + 1)});
        auto const at = free_;
        auto& s = slots_[at];
        free_ = s.next_free;
        s.who = a_waiter;
        return std::uint64_t{++s.generation} << 32 | at;
    }
    void complete(key id) {
        auto const at = static_cast<std::uint32_t>(id);
        auto& s = slots_[at];
        if (s.generation != id >> 32) std::abort();
        ++s.generation;
        s.who.call(s.who.context);
        s.next_free = free_;
        free_ = at;
    }

private:
    struct slot {
        waiter who;
        std::uint32_t generation;
        std::uint32_t next_free;
    };
    std::vector<slot> slots_;
    std::uint32_t free_ = 0;
};

// A table with so many pending requests. Their keys are shuffled: who walks along them jumps about in the table.
template <class Table>
class filled {
public:
    explicit filled(std::size_t size) {
        for (std::size_t i = 0; i < size; ++i) keys_.push_back(table_.insert(requests_));
        std::shuffle(keys_.begin(), keys_.end(), std::mt19937_64(1));
    }
    void complete(std::size_t n) {
        for_each(n, [this](auto& key) {
            table_.complete(key);
            key = table_.insert(requests_);
        });
    }
    void find(std::size_t n) {
        for_each(n, [this](auto& key) {
            bench::keep(requests_.id());
            bench::keep(requests_.deadline());
            table_.find(key);
        });
    }
    void reschedule(std::size_t n) {
        for_each(n, [this](auto& key) { table_.reschedule(key, requests_); });
    }

private:
    template <class Work>
    void for_each(std::size_t n, Work work) {
        for (std::size_t i = 0; i < n; ++i) {
            work(keys_[at_]);
            if (++at_ == keys_.size()) at_ = 0;
        }
    }

    requests requests_;
    Table table_;
    std::vector<typename Table::key> keys_;
    std::size_t at_ = 0;
};
} // namespace pending

#endif
