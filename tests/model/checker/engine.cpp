// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The threads and their order; what they do is in operations.cpp.
#include "engine.hpp"

#include "heap.hpp"

#include <cstdlib>
#include <exception>

#if defined(FAIRWAY_TESTS_MODEL_ASAN)
#include <sanitizer/lsan_interface.h>
#endif

namespace model {

namespace {

unsigned bit(unsigned thread) { return 1U << thread; }

} // namespace

result engine::explore(std::function<void()> body, options const& how) {
    options_ = how;
    body_ = std::move(body);
    result_ = {};
    search_.emplace(how.reduced);
    active = this;
    for (;;) {
        run_once();
        if (ending_ == ending::redundant)
            ++result_.redundant;
        else
            ++result_.executions;
        if (ending_ == ending::failed) break;
        if (!search_->advance()) {
            result_.complete = true;
            break;
        }
        if (result_.executions + result_.redundant >= how.executions) break;
    }
    active = nullptr;
    return std::move(result_);
}

void engine::run_once() {
    memory_.reset();
    heap::reset();
    search_->begin();
    for (auto& t : threads_) {
        t.name.clear();
        t.run = nullptr;
        t.finished = false;
        t.waits_for = nullptr;
        t.trace = {};
        t.spins.clear();
        t.spurious = 0;
    }
    threads_[0].name = "main";
    count_ = 1;
    current_ = 0;
    at_end_ = nullptr;
    kept_.clear();
    seq_cst_trace_ = {};
    ending_ = ending::none;
    threads_[0].runs_in.start(&main_fiber);
#if defined(FAIRWAY_TESTS_MODEL_ASAN)
    // What an execution that is given up leaves behind is no leak.
    __lsan::ScopedDisabler const no_leaks;
#endif
    fiber::change(host_, threads_[0].runs_in);
}

void engine::main_fiber() {
    auto& e = *active;
    fiber::arrived(e.threads_[0].runs_in);
    try {
        e.run_scene();
    } catch (std::exception const& x) {
        heap::outside const here;
        e.fail(std::string("an exception left the scene: ") + x.what());
    } catch (...) {
        e.fail("an exception left the scene");
    }
    std::abort();
}

void engine::run_scene() {
    heap::use(0);
    body_();
    heap::use(-1);
    starting_ = true;
    for (unsigned t = 1; t < count_; ++t) {
        memory_.follow(t, 0);
        threads_[t].runs_in.start(&thread_fiber);
        switch_to(t);
    }
    starting_ = false;
    schedule();
    for (unsigned t = 1; t < count_; ++t) memory_.follow(0, t);
    heap::use(0);
    if (at_end_) (*at_end_)();
    for (auto i = kept_.rbegin(); i != kept_.rend(); ++i) i->second(i->first);
    delete at_end_;
    for (auto& t : threads_) delete t.run;
    heap::use(-1);
    if (heap::live() != 0) fail("leak: " + std::to_string(heap::live()) + " allocations were never freed");
    end(ending::complete);
}

void engine::thread_fiber() {
    auto& e = *active;
    auto& me = e.threads_[e.current_];
    fiber::arrived(me.runs_in);
    heap::use(static_cast<int>(e.current_));
    try {
        (*me.run)();
    } catch (std::exception const& x) {
        heap::outside const here;
        e.fail(std::string("an exception left the thread: ") + x.what());
    } catch (...) {
        e.fail("an exception left the thread");
    }
    heap::use(-1);
    me.finished = true;
    if (e.starting_)
        e.switch_to(0);
    else
        e.schedule();
    std::abort();
}

void engine::switch_to(unsigned thread) {
    auto& from = threads_[current_].runs_in;
    current_ = thread;
    fiber::change(from, threads_[thread].runs_in);
}

void engine::end(ending how) {
    ending_ = how;
    fiber::change(threads_[current_].runs_in, host_);
    std::abort();
}

void engine::fail(std::string_view what) {
    heap::use(-1);
    result_.failed = failure{std::string(what), trace()};
    end(ending::failed);
}

void engine::thread(std::string_view name, std::function<void()> run) {
    if (count_ == max_threads) fail("too many threads");
    auto& t = threads_[count_++];
    {
        heap::outside const here;
        t.name = name;
    }
    t.run = new std::function<void()>(std::move(run));
}

void engine::at_end(std::function<void()> run) { at_end_ = new std::function<void()>(std::move(run)); }

void engine::keep(void* object, void (*deleter)(void*)) {
    heap::outside const here;
    kept_.emplace_back(object, deleter);
}

void engine::outcome(std::string const& what) {
    heap::outside const here;
    result_.outcomes.insert(std::string(what));
}

// ---- the order of steps --------------------------------------------------------------------------------------------

// Before each step: says what it will be, and returns when it is to be done.
void engine::announce(operation const& next) {
    if (current_ == 0) return;
    threads_[current_].next = next;
    if (starting_)
        switch_to(0);
    else
        schedule();
}

void engine::schedule() {
    unsigned const next = pick();
    if (next != current_) switch_to(next);
}

// Who does the next step; the main thread, when all others have ended.
unsigned engine::pick() {
    if (search_->repeats()) return search_->repeat();
    unsigned enabled = 0;
    bool finished = true;
    std::array<operation const*, max_threads> next{};
    for (unsigned t = 1; t < count_; ++t) {
        if (threads_[t].finished) continue;
        finished = false;
        next[t] = &threads_[t].next;
        if (is_enabled(t)) enabled |= bit(t);
    }
    if (finished) return 0;
    if (!enabled) fail(deadlock());
    if (search_->step() >= options_.steps)
        fail("more than " + std::to_string(options_.steps) + " steps: is there an endless loop without a pause()?");
    auto const asleep = search_->asleep(next);
    sleepers after{};
    unsigned candidates = 0;
    for (unsigned t = 1; t < count_; ++t) {
        if (!(enabled & bit(t))) continue;
        after[t] = next[t]->reads() ? static_cast<std::uint32_t>(next[t]->at->stores.size()) : fast_asleep;
        if (asleep[t] == 0 || (asleep[t] != fast_asleep && has_unread(t, asleep[t]))) candidates |= bit(t);
    }
    if (!candidates) {
        for (unsigned t = 1; t < count_; ++t)
            if (next[t]) search_->find_races(t, *next[t], threads_[t].trace);
        end(ending::redundant);
    }
    unsigned thread = current_;
    if (!(candidates & bit(thread)))
        for (thread = 1; !(candidates & bit(thread));) ++thread;
    search_->extend(thread, enabled, candidates, asleep, after);
    return thread;
}

bool engine::is_enabled(unsigned thread) const {
    auto const& t = threads_[thread];
    if (t.waits_for) return false;
    if (t.next.what == act::lock) return t.next.at->owner < 0;
    if (t.next.what != act::yield) return true;
    // Goes on when it would see something else than before.
    bool spins = false;
    for (auto const& s : t.spins) {
        if (s.must_be_newer) continue;
        spins = true;
        if (s.at->changed_after(s.store) < s.at->order.size()) return true;
    }
    return !spins;
}

bool engine::has_unread(unsigned thread, std::uint32_t first) const {
    candidates(thread, threads_[thread].next, readable_);
    return std::any_of(readable_.begin(), readable_.end(), [first](auto const& r) { return r.first >= first; });
}

std::size_t engine::choice(std::size_t count) {
    if (current_ == 0) return 0;
    std::size_t const chosen = search_->choose(count);
    if (chosen == count) fail("the model's code does not do the same again in the same circumstances");
    return chosen;
}

// The step was done: notes what it depended on.
event const& engine::finish(event e, clock const& depends_on) {
    e.thread = current_;
    if (current_ == 0) {
        main_event_ = e;
        return main_event_;
    }
    auto& me = threads_[current_];
    auto const before = me.trace;
    auto& trace = me.trace;
    trace.join(depends_on);
    if (e.seq_cst) trace.join(seq_cst_trace_);
    auto const what = e.done.what;
    auto* const l = e.done.at;
    if (l && l->what == sort::mutex) trace.join(l->wrote);
    if (e.done.with) trace.join(e.done.with->wrote);
    if (e.writes || what == act::notify) trace.join(l->blocked);
    if (what == act::block) trace.join(l->wrote);
    if (what == act::block || what == act::sleep || what == act::notify) trace.join(l->notified);

    trace.at[current_] = static_cast<std::uint32_t>(search_->step());
    e.trace = trace;
    if (e.seq_cst) seq_cst_trace_ = trace;
    if (e.writes) {
        l->stores.back().trace = trace;
        l->wrote.join(trace);
    }
    if (l && l->what == sort::mutex) l->wrote = trace;
    if (e.done.with) e.done.with->wrote = trace;
    if (what == act::block || what == act::sleep) l->blocked.join(trace);
    if (what == act::notify) l->notified.join(trace);
    search_->done(e, before);
    return search_->events().back();
}

} // namespace model
