// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_SIM_SCHEDULER_HPP
#define FAIRWAY_TESTING_SIM_SCHEDULER_HPP

#include <fairway/testing/sim/draw.hpp>
#include <fairway/testing/sim/options.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace fairway::testing::sim_detail {

// Who can run: a small number for each host, each direction of its link, and the broker.
using party_id = std::size_t;

// Chooses who runs next.
class scheduler {
public:
    scheduler(scheduling how, std::uint64_t seed, std::size_t depth, std::uint64_t steps) : how_(how), dice_(seed, 1) {
        if (how_ != scheduling::pct) return;
        // The depth counts the ordering constraints of the bug that is looked for: one fewer change points.
        for (std::size_t i = 1; i < depth; ++i) changes_.push_back(dice_.below(steps));
        std::sort(changes_.begin(), changes_.end());
    }

    // Which of `able`, which is not empty.
    std::size_t choose(std::span<party_id const> able) {
        if (how_ == scheduling::random_order)
            return able.size() == 1 ? 0 : static_cast<std::size_t>(dice_.below(able.size()));
        std::size_t best = 0;
        std::uint64_t highest = 0;
        for (std::size_t i = 0; i < able.size(); ++i) {
            std::uint64_t const priority = priority_of(able[i]);
            if (i > 0 && priority <= highest) continue;
            best = i;
            highest = priority;
        }
        return best;
    }

    // `who` has made a step.
    void ran(party_id who) {
        if (how_ != scheduling::pct) return;
        while (changed_ < changes_.size() && changes_[changed_] <= step_) {
            ++changed_;
            // Below all that was given before.
            priorities_[who] = changes_.size() - changed_;
        }
        ++step_;
    }

private:
    std::uint64_t priority_of(party_id who) {
        while (priorities_.size() <= who) priorities_.push_back(dice_.next() | std::uint64_t{1} << 63);
        return priorities_[who];
    }

    scheduling how_;
    dice dice_;
    std::vector<std::uint64_t> changes_;
    std::size_t changed_ = 0;
    std::uint64_t step_ = 0;
    std::vector<std::uint64_t> priorities_;
};

} // namespace fairway::testing::sim_detail

#endif
