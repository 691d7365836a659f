// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What a thread of the model does at one step, and which of them may change places.
#ifndef FAIRWAY_TESTS_MODEL_OPERATION_HPP
#define FAIRWAY_TESTS_MODEL_OPERATION_HPP

#include "memory.hpp"

#include <atomic>
#include <cstdint>
#include <source_location>

namespace model {

enum class act : std::uint8_t {
    load,
    store,
    modify,  // fetch_add, exchange and so on
    compare, // compare_exchange
    fence,
    block,  // the second half of wait: sleeps if the newest value is the old one
    notify, // also of a condition variable
    lock,
    try_lock,
    unlock,
    sleep, // a condition variable's wait: unlocks and sleeps
    yield,
    choose
};

using source = std::source_location;

// What a thread is about to do.
struct operation {
    act what = act::choose;
    location* at = nullptr;
    location* with = nullptr; // the mutex, of `sleep`
    std::memory_order order = std::memory_order_relaxed;
    std::memory_order failure = std::memory_order_relaxed;
    std::uint64_t operand = 0;
    std::uint64_t expected = 0;
    bool all = false;           // of `notify`
    bool may_fail = false;      // without reason, of `compare`
    bool failure_named = false; // the second order of `compare` was written, not derived
    bool left_out = false;
    source where = source();

    bool may_be_seq_cst() const { return is_seq_cst(order) || (what == act::compare && is_seq_cst(failure)); }
    bool may_write() const { return what == act::store || what == act::modify || what == act::compare; }
    // One of those of which the stores that were there to be read can be left out.
    bool reads() const { return what == act::load || what == act::modify || what == act::compare; }
};

// What it did.
struct event {
    unsigned thread = 0;
    operation done;
    bool reads = false;
    bool writes = false;
    bool seq_cst = false;
    bool failed = false; // compare_exchange
    bool stale = false;  // read what was not the newest
    std::uint64_t got = 0;
    std::uint64_t put = 0;
    clock trace; // the steps that it depends on, and itself
};

namespace detail {

inline bool on_one_mutex(location const* a, location const* a_with, location const* b, location const* b_with) {
    auto const is_mutex = [](location const* l) { return l && l->what == sort::mutex; };
    return (is_mutex(a) && (a == b || a == b_with)) || (is_mutex(a_with) && (a_with == b || a_with == b_with));
}

} // namespace detail

// Could `later`, of another thread, come before `earlier` and something be different then? A load and a store that it
// did not read are no such pair where the store came first: to read something older is one of the load's choices
// anyway. By what the operations may be, not by what they turned out to be: others of their choices may be asleep.
inline bool could_change_places(operation const& earlier, operation const& later) {
    auto const& a = earlier;
    auto const& b = later;
    if (a.may_be_seq_cst() && b.may_be_seq_cst()) return true;
    if (detail::on_one_mutex(a.at, a.with, b.at, b.with)) {
        // What waits for an unlock can't come before it.
        bool const gives = a.what == act::unlock || a.what == act::sleep;
        if (!gives || b.what != act::lock) return true;
    }
    if (!a.at || a.at != b.at || a.at->what == sort::mutex) return false;
    if (a.reads() && b.may_write()) return true;
    if (a.what == act::block) return b.may_write() || b.what == act::notify;
    if (b.what == act::block) return a.may_write() || a.what == act::notify;
    if (a.what == act::notify) return b.what == act::notify || b.what == act::sleep;
    return a.what == act::sleep && b.what == act::notify;
}

// Is what `asleep` is about to do something else after `done`, other than reading what `done` wrote?
inline bool changes(event const& done, operation const& asleep) {
    if (done.seq_cst && asleep.may_be_seq_cst()) return true;
    auto const& a = done.done;
    if (detail::on_one_mutex(a.at, a.with, asleep.at, asleep.with)) return true;
    if (!a.at || a.at != asleep.at || a.at->what == sort::mutex) return false;
    if (a.what == act::block) return asleep.may_write() || asleep.what == act::notify;
    if (asleep.what == act::block) return done.writes || a.what == act::notify;
    if (a.what == act::notify) return asleep.what == act::notify || asleep.what == act::sleep;
    return a.what == act::sleep && asleep.what == act::notify;
}

} // namespace model

#endif
