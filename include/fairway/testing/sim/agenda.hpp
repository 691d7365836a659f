// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_SIM_AGENDA_HPP
#define FAIRWAY_TESTING_SIM_AGENDA_HPP

#include <fairway/envelope/time.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace fairway::testing::sim_detail {

// What the simulation itself is to do, between two steps: at a time, or after a number of steps.
class agenda {
public:
    void at(duration when, std::function<void()> what) { dates_.emplace(when, std::move(what)); }
    void at_step(std::uint64_t step, std::function<void()> what) { fuses_.push_back({step, std::move(what)}); }

    std::optional<duration> next() const {
        if (dates_.empty()) return std::nullopt;
        return dates_.begin()->first;
    }
    void do_due(duration now) {
        while (!dates_.empty() && dates_.begin()->first <= now) {
            auto const due = std::move(dates_.begin()->second);
            dates_.erase(dates_.begin());
            due();
        }
    }
    void do_after(std::uint64_t step) {
        while (!fuses_.empty()) {
            auto const due =
                std::find_if(fuses_.begin(), fuses_.end(), [step](fuse const& f) { return f.step <= step; });
            if (due == fuses_.end()) return;
            auto const what = std::move(due->what);
            fuses_.erase(due);
            what();
        }
    }

private:
    struct fuse {
        std::uint64_t step;
        std::function<void()> what;
    };

    std::multimap<duration, std::function<void()>> dates_;
    std::vector<fuse> fuses_;
};

} // namespace fairway::testing::sim_detail

#endif
