// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The memory model: which stores an operation may see, given all operations so far. No scheduling here.
//
// Source: C++20 [intro.races] and [atomics.order]. Every atomic object keeps all its stores in modification order; a
// load may return any of them that coherence and the order S of seq_cst operations do not hide, as in CDSChecker
// (Norris, Demsky: CDSchecker, checking concurrent data structures written with C/C++ atomics, OOPSLA 2013).
//
// Operations are performed one at a time, in an order that extends program order. A load returns what was stored before
// in that order, and S is a part of it; modification order is not, a store may be put before older ones. So all
// executions are found but those in which (program order or reads-from or S) has a cycle, that is load buffering.
#ifndef FAIRWAY_TESTS_MODEL_MEMORY_HPP
#define FAIRWAY_TESTS_MODEL_MEMORY_HPP

#include "clock.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace model {

inline bool acquires(std::memory_order o) {
    return o == std::memory_order_acquire || o == std::memory_order_consume || o == std::memory_order_acq_rel ||
           o == std::memory_order_seq_cst;
}
inline bool releases(std::memory_order o) {
    return o == std::memory_order_release || o == std::memory_order_acq_rel || o == std::memory_order_seq_cst;
}
inline bool is_seq_cst(std::memory_order o) { return o == std::memory_order_seq_cst; }

struct stored {
    unsigned thread = 0;
    std::uint32_t epoch = 0;
    std::uint64_t value = 0;
    // What happened before, for who acquires it: its own release, or that of the release sequence it is in.
    clock released;
    // A read-modify-write: nothing may come between it and the store that it read.
    bool modifies = false;
    // Which steps of the execution lead to it; used by the search only.
    clock trace;
};

struct accessed {
    unsigned thread = 0;
    std::uint32_t epoch = 0;
    unsigned store = 0;     // which was read or written
    std::uint32_t in_s = 0; // its place in S; 0 where it is not seq_cst
};

enum class sort : std::uint8_t { atomic, mutex, condition };

// An atomic object, a mutex or a condition variable.
struct location {
    sort what = sort::atomic;
    unsigned number = 0;
    std::string name;
    std::string (*show)(std::uint64_t) = nullptr;

    bool alive = true;
    unsigned born_by = 0;
    std::uint32_t born = 0;
    std::array<std::uint32_t, max_threads> touched{};

    std::vector<stored> stores;  // in the order of execution
    std::vector<unsigned> order; // in modification order
    std::vector<accessed> accesses;

    int owner = -1; // of a mutex
    clock released; // by the last unlock

    // Which steps wrote, blocked, notified (of a mutex: did anything); used by the search only.
    clock wrote, blocked, notified;

    std::size_t rank(unsigned store) const {
        std::size_t i = 0;
        while (order[i] != store) ++i;
        return i;
    }
    // Where the value is first another than that of `store`, in modification order.
    std::size_t changed_after(unsigned store) const {
        std::size_t i = rank(store) + 1;
        while (i < order.size() && stores[order[i]].value == stores[store].value) ++i;
        return i;
    }
    std::uint64_t latest() const { return stores[order.back()].value; }
};

class memory {
public:
    void reset();
    location& make(sort what, unsigned thread);
    std::deque<location> const& all() const { return locations_; }

    clock const& seen_by(unsigned thread) const { return views_[thread].now; }
    std::uint32_t now(unsigned thread) const { return views_[thread].now.at[thread]; }
    bool sees(unsigned thread, unsigned by, std::uint32_t epoch) const { return views_[thread].now.covers(by, epoch); }
    // `thread` goes on where `after` has got to.
    void follow(unsigned thread, unsigned after);

    // The stores that a load may return, newest first in modification order.
    void readable(location const&, unsigned thread, bool seq_cst, std::vector<unsigned>& stores) const;
    // The stores that a read-modify-write may read, and come right after.
    void modifiable(location const&, unsigned thread, bool seq_cst, std::vector<unsigned>& stores) const;
    // The places in modification order where a store may go, last first.
    void places(location const&, unsigned thread, bool seq_cst, std::vector<unsigned>& ranks) const;

    std::uint64_t read(location&, unsigned thread, unsigned store, std::memory_order);
    stored& write(location&, unsigned thread, unsigned rank, std::uint64_t value, std::memory_order);
    stored& modify(location&, unsigned thread, unsigned store, std::uint64_t value, std::memory_order);
    void fence(unsigned thread, std::memory_order);
    void lock(location&, unsigned thread);
    void unlock(location&, unsigned thread);
    // Which thread used the object without the end of its life being ordered after that; -1 for none.
    int unordered_user(location const&, unsigned thread) const;

private:
    struct view {
        clock now;
        clock acquired;   // what an acquire fence would make happen before
        clock at_release; // the last release fence
    };
    struct seq_cst_fence {
        std::uint32_t in_s = 0;
        clock seen; // by this and all earlier ones
    };

    std::size_t lowest(location const&, unsigned thread, bool seq_cst) const;
    void touch(location& l, unsigned thread) { l.touched[thread] = now(thread); }
    void tick(unsigned thread) { ++views_[thread].now.at[thread]; }

    std::array<view, max_threads> views_;
    std::deque<location> locations_;
    std::size_t used_ = 0;
    std::uint32_t s_ = 0;
    std::vector<seq_cst_fence> fences_;
};

} // namespace model

#endif
