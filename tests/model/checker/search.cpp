// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "search.hpp"

#include <utility>

namespace model {

namespace {

unsigned bit(unsigned thread) { return 1U << thread; }

} // namespace

sleepers search::asleep(std::array<operation const*, max_threads> const& next) const {
    sleepers all{};
    if (!reduced_ || depth_ == 0) return all;
    auto const& before = nodes_[depth_ - 1];
    for (unsigned t = 0; t < max_threads; ++t)
        if (before.asleep[t] != 0 && t != before.thread && next[t] && !changes(events_.back(), *next[t]))
            all[t] = before.asleep[t];
    return all;
}

void search::extend(
    unsigned thread, unsigned enabled, unsigned candidates, sleepers const& asleep, sleepers const& asleep_after) {
    node n;
    n.thread = thread;
    n.enabled = enabled;
    n.candidates = candidates;
    n.to_try = reduced_ ? bit(thread) : candidates;
    n.asleep = asleep;
    n.asleep_after = asleep_after;
    nodes_.push_back(n);
    ++depth_;
}

std::size_t search::choose(std::size_t count) {
    auto& n = nodes_[depth_ - 1];
    if (n.choices == 0) n.choices = count;
    return n.choices == count ? n.choice : count;
}

void search::done(event e, clock const& before) {
    if (depth_ >= first_new_) find_races(e.thread, e.done, before);
    events_.push_back(std::move(e));
}

void search::find_races(unsigned thread, operation const& next, clock const& before) {
    if (!reduced_) return;
    clock reach = before;
    for (std::size_t j = events_.size(); j > 0; --j) {
        auto const& earlier = events_[j - 1];
        if (earlier.thread == thread || reach.covers(earlier.thread, static_cast<std::uint32_t>(j))) continue;
        if (!could_change_places(earlier.done, next)) continue;
        try_other(j, thread, next, before);
        reach.join(earlier.trace);
    }
}

// `next` could come before step `at`: sees to it that one of the threads is tried there that can go first then.
void search::try_other(std::size_t at, unsigned thread, operation const& next, clock const& before) {
    auto& n = nodes_[at - 1];
    auto const starts = [at](unsigned of, clock const& c) {
        for (unsigned t = 0; t < max_threads; ++t)
            if (t != of && c.at[t] > at) return false;
        return true;
    };
    unsigned seen = bit(n.thread);
    unsigned first = 0;
    bool next_is_first = starts(thread, before);
    for (std::size_t i = at + 1; i <= events_.size(); ++i) {
        auto const& e = events_[i - 1];
        // What depends on step `at` stays behind it.
        bool const stays = e.trace.covers(n.thread, static_cast<std::uint32_t>(at));
        // There `next` may read something else than here: what any of its choices depends on comes before it.
        bool const read = next.reads() && e.writes && e.done.at == next.at;
        if (!stays && (read || changes(e, next))) next_is_first = false;
        if (seen & bit(e.thread)) continue;
        seen |= bit(e.thread);
        if (!stays && starts(e.thread, e.trace)) first |= bit(e.thread);
    }
    if (!(seen & bit(thread)) && next_is_first) first |= bit(thread);
    first &= n.enabled;
    if (first == 0)
        n.to_try |= n.enabled;
    else if (!(first & n.to_try))
        n.to_try |= first & bit(thread) ? bit(thread) : first & (~first + 1);
}

bool search::advance() {
    while (!nodes_.empty()) {
        auto& n = nodes_.back();
        if (n.choice + 1 < n.choices) {
            ++n.choice;
            return true;
        }
        n.candidates &= ~bit(n.thread);
        n.asleep[n.thread] = n.asleep_after[n.thread];
        for (unsigned t = 0; t < max_threads; ++t) {
            if (!(n.to_try & n.candidates & bit(t))) continue;
            n.thread = t;
            n.choice = 0;
            n.choices = 0;
            return true;
        }
        nodes_.pop_back();
    }
    return false;
}

} // namespace model
