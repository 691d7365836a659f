// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "memory.hpp"

namespace model {

void memory::reset() {
    for (unsigned t = 0; t < max_threads; ++t) {
        views_[t] = {};
        views_[t].now.at[t] = 1;
    }
    used_ = 0;
    s_ = 0;
    fences_.assign(1, {});
}

location& memory::make(sort what, unsigned thread) {
    if (used_ == locations_.size()) locations_.emplace_back();
    auto& l = locations_[used_];
    // Keeps the memory of its vectors: there are many executions.
    auto stores = std::move(l.stores);
    auto order = std::move(l.order);
    auto accesses = std::move(l.accesses);
    stores.clear();
    order.clear();
    accesses.clear();
    l = {};
    l.stores = std::move(stores);
    l.order = std::move(order);
    l.accesses = std::move(accesses);
    l.what = what;
    l.number = static_cast<unsigned>(used_++);
    l.born_by = thread;
    l.born = now(thread);
    return l;
}

void memory::follow(unsigned thread, unsigned after) { views_[thread].now.join(views_[after].now); }

// The first store in modification order that an operation of `thread` may see, or come after.
std::size_t memory::lowest(location const& l, unsigned thread, bool seq_cst) const {
    auto const& now = views_[thread].now;
    auto const& fence = fences_[now.fence];
    auto const& last_fence = fences_.back();
    std::size_t lowest = 0;
    for (auto const& a : l.accesses) {
        // Coherence: not older than what was read or written before.
        bool must = now.covers(a.thread, a.epoch);
        // S: not older than what an earlier seq_cst operation saw, or what came before an earlier seq_cst fence. A
        // fence that happened before stands for the operation.
        if (!must && seq_cst) must = a.in_s != 0 || last_fence.seen.covers(a.thread, a.epoch);
        if (!must && now.fence != 0)
            must = (a.in_s != 0 && a.in_s < fence.in_s) || fence.seen.covers(a.thread, a.epoch);
        if (must) lowest = std::max(lowest, l.rank(a.store));
    }
    return lowest;
}

void memory::readable(location const& l, unsigned thread, bool seq_cst, std::vector<unsigned>& stores) const {
    std::size_t const first = lowest(l, thread, seq_cst);
    stores.clear();
    for (std::size_t i = l.order.size(); i-- > first;) stores.push_back(l.order[i]);
}

void memory::modifiable(location const& l, unsigned thread, bool seq_cst, std::vector<unsigned>& stores) const {
    std::size_t const first = lowest(l, thread, seq_cst);
    stores.clear();
    for (std::size_t i = l.order.size(); i-- > first;)
        if (i + 1 == l.order.size() || !l.stores[l.order[i + 1]].modifies) stores.push_back(l.order[i]);
}

void memory::places(location const& l, unsigned thread, bool seq_cst, std::vector<unsigned>& ranks) const {
    std::size_t const first = l.order.empty() ? 0 : lowest(l, thread, seq_cst) + 1;
    ranks.clear();
    for (std::size_t i = l.order.size() + 1; i-- > first;)
        if (i == l.order.size() || !l.stores[l.order[i]].modifies) ranks.push_back(static_cast<unsigned>(i));
}

std::uint64_t memory::read(location& l, unsigned thread, unsigned store, std::memory_order o) {
    auto& v = views_[thread];
    auto const& from = l.stores[store];
    l.accesses.push_back({thread, now(thread), store, is_seq_cst(o) ? ++s_ : 0});
    v.acquired.join(from.released);
    if (acquires(o)) v.now.join(from.released);
    touch(l, thread);
    tick(thread);
    return from.value;
}

stored& memory::write(location& l, unsigned thread, unsigned rank, std::uint64_t value, std::memory_order o) {
    auto const& v = views_[thread];
    auto const id = static_cast<unsigned>(l.stores.size());
    stored s;
    s.thread = thread;
    s.epoch = now(thread);
    s.value = value;
    s.released = releases(o) ? v.now : v.at_release;
    l.stores.push_back(s);
    l.order.insert(l.order.begin() + static_cast<std::ptrdiff_t>(rank), id);
    l.accesses.push_back({thread, now(thread), id, is_seq_cst(o) ? ++s_ : 0});
    touch(l, thread);
    tick(thread);
    return l.stores.back();
}

stored& memory::modify(location& l, unsigned thread, unsigned store, std::uint64_t value, std::memory_order o) {
    auto& v = views_[thread];
    v.acquired.join(l.stores[store].released);
    if (acquires(o)) v.now.join(l.stores[store].released);
    auto const rank = static_cast<unsigned>(l.rank(store) + 1);
    auto& s = write(l, thread, rank, value, o);
    s.modifies = true;
    // It continues the release sequence of what it read.
    s.released.join(l.stores[store].released);
    return s;
}

void memory::fence(unsigned thread, std::memory_order o) {
    auto& v = views_[thread];
    if (acquires(o)) v.now.join(v.acquired);
    if (is_seq_cst(o)) {
        seq_cst_fence f;
        f.in_s = ++s_;
        f.seen = fences_.back().seen;
        f.seen.join(v.now);
        v.now.fence = static_cast<std::uint32_t>(fences_.size());
        fences_.push_back(f);
    }
    if (releases(o)) v.at_release = v.now;
    tick(thread);
}

void memory::lock(location& l, unsigned thread) {
    l.owner = static_cast<int>(thread);
    views_[thread].now.join(l.released);
    touch(l, thread);
    tick(thread);
}

void memory::unlock(location& l, unsigned thread) {
    l.owner = -1;
    l.released = views_[thread].now;
    touch(l, thread);
    tick(thread);
}

int memory::unordered_user(location const& l, unsigned thread) const {
    for (unsigned t = 0; t < max_threads; ++t)
        if (!sees(thread, t, l.touched[t])) return static_cast<int>(t);
    return -1;
}

} // namespace model
