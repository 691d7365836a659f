// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Which executions are still to be looked at: depth first, over the choices of each step.
//
// Of the executions that differ only in the order of independent steps one is enough: dynamic partial-order reduction
// (Flanagan, Godefroid, POPL 2005; which threads to try: Abdulla et al., Optimal DPOR, POPL 2014) with sleep sets. A
// thread that is asleep before a load or a read-modify-write may still read what was stored since it fell asleep.
#ifndef FAIRWAY_TESTS_MODEL_SEARCH_HPP
#define FAIRWAY_TESTS_MODEL_SEARCH_HPP

#include "operation.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace model {

// One number for each thread: the stores below it need not be read any more; 0 for a thread that is awake.
using sleepers = std::array<std::uint32_t, max_threads>;
inline constexpr std::uint32_t fast_asleep = std::numeric_limits<std::uint32_t>::max();

class search {
public:
    // With `reduced` false it takes all orders of all steps.
    explicit search(bool reduced) : reduced_(reduced) {}

    // A new execution begins; the choices made so far are repeated, but for the last.
    void begin() {
        depth_ = 0;
        events_.clear();
        first_new_ = nodes_.empty() ? 1 : nodes_.size();
    }
    bool repeats() const { return depth_ < nodes_.size(); }
    unsigned repeat() { return nodes_[depth_++].thread; }

    // Before a new step: who is asleep, given what each thread is about to do.
    sleepers asleep(std::array<operation const*, max_threads> const& next) const;
    // The new step: `candidates` of the `enabled` may be taken and the search begins with `thread`. `asleep_after` is
    // what a thread's number becomes when it was tried here.
    void extend(
        unsigned thread, unsigned enabled, unsigned candidates, sleepers const& asleep, sleepers const& asleep_after);

    // One of `count` ways to do the step; `count` itself where the model's code did something else the last time.
    std::size_t choose(std::size_t count);
    // From which of its stores on a thread must read at this step.
    std::uint32_t unread() const { return nodes_[depth_ - 1].asleep[nodes_[depth_ - 1].thread]; }
    // The step was done; `before` are the steps that the thread depended on.
    void done(event e, clock const& before);
    // `thread` does `next`, or would: sees to it that where this could come before an earlier step it does so in
    // another execution. For what an execution that is given up was about to do: an earlier step may hide something
    // from it.
    void find_races(unsigned thread, operation const& next, clock const& before);

    std::vector<event> const& events() const { return events_; }
    std::size_t step() const { return depth_; }

    // Goes on to the next execution; false where there is none.
    bool advance();

private:
    struct node {
        unsigned thread = 0;
        std::size_t choice = 0;
        std::size_t choices = 0;
        unsigned enabled = 0;
        unsigned candidates = 0;
        unsigned to_try = 0;
        sleepers asleep{};
        sleepers asleep_after{};
    };
    void try_other(std::size_t at, unsigned thread, operation const& next, clock const& before);

    bool reduced_;
    std::vector<node> nodes_;
    std::vector<event> events_;
    std::size_t depth_ = 0;
    std::size_t first_new_ = 1;
};

} // namespace model

#endif
