// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What a thread can do at one step, and with data that is not atomic.
#include "engine.hpp"

#include "heap.hpp"

#include <algorithm>

namespace model {

namespace {

operation an(act what, source const& where, location* at = nullptr, location* with = nullptr) {
    operation o;
    o.what = what;
    o.where = where;
    o.at = at;
    o.with = with;
    return o;
}

} // namespace

// ---- objects
// ---------------------------------------------------------------------------------------------------------

location& engine::make(sort what, std::string (*show)(std::uint64_t)) {
    heap::outside const here;
    auto& l = memory_.make(what, current_);
    l.show = show;
    return l;
}

location& engine::make_atomic(std::uint64_t value, std::string (*show)(std::uint64_t)) {
    heap::outside const here;
    auto& l = make(sort::atomic, show);
    // That it is written first is ordered like the beginning of its life.
    memory_.write(l, current_, 0, value, std::memory_order_relaxed);
    return l;
}

void engine::name(location& l, std::string_view name) {
    heap::outside const here;
    l.name = name;
}

void engine::use(location& l) {
    if (!l.alive) fail("use after free: " + name_of(l) + " was destroyed");
    if (!memory_.sees(current_, l.born_by, l.born))
        fail("data race: " + threads_[current_].name + " uses " + name_of(l) + ", its making by " +
             threads_[l.born_by].name + " is not ordered before");
}

void engine::destroy(location& l) {
    if (!is_running()) return;
    heap::outside const here;
    if (!l.alive) fail(name_of(l) + " is destroyed twice");
    int const user = memory_.unordered_user(l, current_);
    if (user >= 0)
        fail("data race: " + threads_[current_].name + " destroys " + name_of(l) + ", its use by " +
             threads_[static_cast<unsigned>(user)].name + " is not ordered before");
    use(l);
    l.alive = false;
}

void engine::used(plain_uses& p, bool write) {
    if (!is_running()) return;
    heap::outside const here;
    if (!p.alive) fail("use after free: data that was destroyed");
    auto const race = [&](char const* what, unsigned by, std::uint32_t step) {
        fail("data race: " + threads_[current_].name + (write ? " writes" : " reads") + " what " + threads_[by].name +
             what + (step ? " behind step " + std::to_string(step) : std::string(" at its beginning")) +
             ", neither ordered before the other");
    };
    if (!memory_.sees(current_, p.writer, p.written.epoch)) race(" wrote", p.writer, p.written.step);
    plain_uses::use const now{memory_.now(current_), threads_[current_].trace.at[current_]};
    if (!write) {
        p.read[current_] = now;
        return;
    }
    for (unsigned t = 0; t < max_threads; ++t)
        if (!memory_.sees(current_, t, p.read[t].epoch)) race(" read", t, p.read[t].step);
    p.writer = current_;
    p.written = now;
}

void engine::born(plain_uses& p) {
    p.writer = current_;
    p.written = {memory_.now(current_), threads_[current_].trace.at[current_]};
}

void engine::died(plain_uses& p) {
    used(p, true);
    p.alive = false;
}

// ---- memory orders that are tried
// ------------------------------------------------------------------------------------

site engine::site_of(operation const& o, bool on_failure) {
    auto const order = on_failure ? o.failure : o.order;
    return {o.where.file_name(), o.where.line(), o.where.column(), o.what, on_failure, order};
}

void engine::note(operation const& o, bool on_failure) {
    auto const s = site_of(o, on_failure);
    if (s.what != act::notify && s.order == std::memory_order_relaxed) return;
    if (std::find(sites_->begin(), sites_->end(), s) == sites_->end()) sites_->push_back(s);
}

operation engine::mutated(operation o) {
    if (o.what == act::compare && !o.failure_named) {
        o.failure = o.order;
        if (o.order == std::memory_order_acq_rel) o.failure = std::memory_order_acquire;
        if (o.order == std::memory_order_release) o.failure = std::memory_order_relaxed;
    }
    if (sites_ && current_ != 0) {
        note(o, false);
        if (o.what == act::compare && o.failure_named) note(o, true);
    }
    if (!mutation_) return o;
    bool const on_failure = o.failure_named && site_of(o, true) == mutation_->where;
    if (on_failure) {
        o.failure = mutation_->order;
    } else if (site_of(o, false) == mutation_->where) {
        o.order = mutation_->order;
        o.left_out = mutation_->dropped;
        if (o.what == act::compare && !o.failure_named) {
            mutation const m = *mutation_;
            mutation_.reset();
            o = mutated(o);
            mutation_ = m;
        }
    }
    return o;
}

// ---- atomic operations
// -----------------------------------------------------------------------------------------------

// Newest first.
void engine::candidates(unsigned thread, operation const& o, readable& into) const {
    auto const& l = *o.at;
    into.clear();
    if (o.what == act::load) {
        memory_.readable(l, thread, is_seq_cst(o.order), stores_);
        for (unsigned const s : stores_) into.emplace_back(s, false);
    } else if (o.what == act::modify) {
        memory_.modifiable(l, thread, is_seq_cst(o.order), stores_);
        for (unsigned const s : stores_) into.emplace_back(s, false);
    } else {
        memory_.modifiable(l, thread, is_seq_cst(o.order), stores_);
        for (unsigned const s : stores_)
            if (l.stores[s].value == o.expected) into.emplace_back(s, false);
        bool const spurious = o.may_fail && threads_[thread].spurious < options_.spurious;
        memory_.readable(l, thread, is_seq_cst(o.failure), stores_);
        for (unsigned const s : stores_) {
            bool const equal = l.stores[s].value == o.expected;
            if (!equal || spurious) into.emplace_back(s, equal);
        }
    }
    // After a pause it sees something new, if there is anything: nothing stays unseen for ever.
    for (auto const& s : threads_[thread].spins) {
        if (s.at != &l || !s.must_be_newer) continue;
        if (std::size_t const first = l.changed_after(s.store); first < l.order.size())
            std::erase_if(into, [&](auto const& r) { return l.rank(r.first) < first; });
    }
}

std::pair<unsigned, bool> engine::choose_store(operation const& o) {
    candidates(current_, o, readable_);
    if (current_ == 0) return readable_.front();
    std::uint32_t const first = search_->unread();
    std::erase_if(readable_, [first](auto const& r) { return r.first < first; });
    return readable_[choice(readable_.size())];
}

void engine::spin_read(location& l, unsigned store) {
    if (current_ == 0) return;
    auto& spins = threads_[current_].spins;
    for (auto& s : spins) {
        if (s.at != &l) continue;
        // It has seen something new: the rest may be old.
        if (s.must_be_newer && l.rank(store) > l.rank(s.store))
            std::erase_if(spins, [&](auto const& other) { return other.must_be_newer && other.at != &l; });
        break;
    }
    std::erase_if(spins, [&](auto const& s) { return s.at == &l; });
    spins.push_back({&l, store, false});
}

std::uint64_t engine::perform_load(operation const& o) {
    auto& l = *o.at;
    use(l);
    unsigned const store = choose_store(o).first;
    event e;
    e.done = o;
    e.reads = true;
    e.seq_cst = is_seq_cst(o.order);
    e.stale = store != l.order.back();
    e.got = memory_.read(l, current_, store, o.order);
    spin_read(l, store);
    finish(e, l.stores[store].trace);
    return e.got;
}

std::uint64_t engine::load(location& l, std::memory_order order, source const& where) {
    heap::outside const here;
    operation o = an(act::load, where, &l);
    o.order = order;
    o = mutated(o);
    announce(o);
    return perform_load(o);
}

void engine::store(location& l, std::uint64_t value, std::memory_order order, source const& where) {
    heap::outside const here;
    operation o = an(act::store, where, &l);
    o.order = order;
    o = mutated(o);
    announce(o);
    use(l);
    memory_.places(l, current_, is_seq_cst(o.order), stores_);
    unsigned const rank = stores_[choice(stores_.size())];
    event e;
    e.done = o;
    e.writes = true;
    e.seq_cst = is_seq_cst(o.order);
    e.stale = rank != l.order.size();
    e.put = value;
    memory_.write(l, current_, rank, value, o.order);
    finish(e);
}

std::uint64_t engine::modify(
    location& l, change with, std::uint64_t operand, std::memory_order order, source const& where) {
    heap::outside const here;
    operation o = an(act::modify, where, &l);
    o.order = order;
    o = mutated(o);
    announce(o);
    use(l);
    unsigned const store = choose_store(o).first;
    event e;
    e.done = o;
    e.reads = e.writes = true;
    e.seq_cst = is_seq_cst(o.order);
    e.stale = store != l.order.back();
    e.got = l.stores[store].value;
    e.put = with(e.got, operand);
    memory_.modify(l, current_, store, e.put, o.order);
    spin_read(l, static_cast<unsigned>(l.stores.size() - 1));
    finish(e, clock(l.stores[store].trace));
    return e.got;
}

bool engine::compare_exchange(location& l, std::uint64_t& expected, std::uint64_t desired, std::memory_order order,
    std::optional<std::memory_order> failure, bool weak, source const& where) {
    heap::outside const here;
    operation o = an(act::compare, where, &l);
    o.order = order;
    o.failure_named = failure.has_value();
    if (failure) o.failure = *failure;
    o.expected = expected;
    o.may_fail = weak;
    o = mutated(o);
    announce(o);
    use(l);
    auto const [store, spurious] = choose_store(o);
    if (spurious) ++threads_[current_].spurious;
    event e;
    e.done = o;
    e.reads = true;
    e.stale = store != l.order.back();
    e.got = l.stores[store].value;
    e.writes = e.got == expected && !spurious;
    e.failed = !e.writes;
    e.put = desired;
    e.seq_cst = is_seq_cst(e.writes ? o.order : o.failure);
    clock const depends_on = l.stores[store].trace;
    if (e.writes)
        memory_.modify(l, current_, store, desired, o.order);
    else
        memory_.read(l, current_, store, o.failure);
    spin_read(l, e.writes ? static_cast<unsigned>(l.stores.size() - 1) : store);
    finish(e, depends_on);
    expected = e.got;
    return e.writes;
}

void engine::fence(std::memory_order order, source const& where) {
    heap::outside const here;
    operation o = an(act::fence, where);
    o.order = order;
    o = mutated(o);
    if (o.left_out) return;
    // Only the order of those in S matters to others.
    if (is_seq_cst(o.order)) announce(o);
    memory_.fence(current_, o.order);
    event e;
    e.done = o;
    e.seq_cst = true;
    if (is_seq_cst(o.order)) finish(e);
}

// ---- waiting
// -----------------------------------------------------------------------------------------------------------

// As an implementation by a futex does it, which is a little more than the standard promises: it sleeps only if the
// newest value is the old one.
void engine::wait(location& l, std::uint64_t old, std::memory_order order, source const& where) {
    heap::outside const here;
    operation read;
    read.what = act::load;
    read.at = &l;
    read.order = order;
    read.where = where;
    read = mutated(read);
    announce(read);
    while (perform_load(read) == old) {
        operation o = read;
        o.what = act::block;
        o.order = std::memory_order_relaxed;
        announce(o);
        use(l);
        event e;
        e.done = o;
        e.got = l.latest();
        e.failed = e.got != old;
        if (!e.failed && current_ == 0) fail("the scene waits for " + name_of(l) + ", and nobody else runs");
        if (!e.failed) threads_[current_].waits_for = &l;
        for (auto& s : threads_[current_].spins) s.must_be_newer |= s.at == &l;
        finish(e);
        announce(read);
    }
}

std::size_t engine::sleepers_on(location const& l) const {
    return static_cast<std::size_t>(
        std::count_if(threads_.begin(), threads_.end(), [&](thread_state const& t) { return t.waits_for == &l; }));
}

void engine::notify(location& l, bool all, source const& where) {
    heap::outside const here;
    operation o = an(act::notify, where, &l);
    o.all = all;
    o = mutated(o);
    if (o.left_out) return;
    announce(o);
    use(l);
    std::size_t const asleep = sleepers_on(l);
    std::size_t const which = all || asleep == 0 ? 0 : choice(asleep);
    event e;
    e.done = o;
    clock const trace = finish(e).trace;
    std::size_t i = 0;
    for (auto& t : threads_) {
        if (t.waits_for != &l || (i++ != which && !all)) continue;
        t.waits_for = nullptr;
        t.trace.join(trace);
    }
}

void engine::perform_lock(operation const& o) {
    use(*o.at);
    if (o.at->owner >= 0) fail("the scene locks " + name_of(*o.at) + ", which is locked");
    memory_.lock(*o.at, current_);
    event e;
    e.done = o;
    finish(e);
}

void engine::lock(location& l, source const& where) {
    heap::outside const here;
    operation o = an(act::lock, where, &l);
    announce(o);
    perform_lock(o);
}

bool engine::try_lock(location& l, source const& where) {
    heap::outside const here;
    operation o = an(act::try_lock, where, &l);
    announce(o);
    use(l);
    event e;
    e.done = o;
    e.failed = l.owner >= 0;
    if (!e.failed) memory_.lock(l, current_);
    finish(e);
    return !e.failed;
}

void engine::unlock(location& l, source const& where) {
    heap::outside const here;
    operation o = an(act::unlock, where, &l);
    announce(o);
    use(l);
    if (l.owner != static_cast<int>(current_))
        fail(threads_[current_].name + " unlocks " + name_of(l) + ", which it has not locked");
    memory_.unlock(l, current_);
    event e;
    e.done = o;
    finish(e);
}

void engine::sleep(location& condition, location& mutex, source const& where) {
    heap::outside const here;
    operation o = an(act::sleep, where, &condition, &mutex);
    announce(o);
    use(condition);
    use(mutex);
    if (mutex.owner != static_cast<int>(current_)) fail(threads_[current_].name + " waits without its lock");
    if (current_ == 0) fail("the scene waits, and nobody else runs");
    memory_.unlock(mutex, current_);
    threads_[current_].waits_for = &condition;
    event e;
    e.done = o;
    finish(e);
    operation again = an(act::lock, where, &mutex);
    announce(again);
    perform_lock(again);
}

void engine::yield(source const& where) {
    heap::outside const here;
    operation o = an(act::yield, where);
    announce(o);
    auto& spins = threads_[current_].spins;
    std::erase_if(spins, [](auto const& s) { return s.must_be_newer; });
    clock depends_on;
    for (auto& s : spins) {
        s.must_be_newer = true;
        depends_on.join(s.at->wrote);
    }
    event e;
    e.done = o;
    finish(e, depends_on);
}

std::size_t engine::choose(std::size_t count, source const& where) {
    heap::outside const here;
    operation o = an(act::choose, where);
    announce(o);
    event e;
    e.done = o;
    e.got = choice(count);
    finish(e);
    return e.got;
}

} // namespace model
