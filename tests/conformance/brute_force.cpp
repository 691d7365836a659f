// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Stops each case after some number of handlers and destroys everything, in many orders. What leaks or is used too late
// is found by the sanitizers that the test is built with.
#include "brute_force.hpp"
#include "dynamic_tests.hpp"
#include "stages.hpp"
#include "suite.hpp"

#include <algorithm>
#include <limits>
#include <random>

using namespace conformance_kit;

namespace {

struct stopped {};

class stopping_stage final : public inproc_stage {
public:
    using inproc_stage::inproc_stage;

    // Throws `stopped` out of the case once this many handlers have run.
    void stop_after(std::size_t handlers) { stop_ = handlers; }
    std::size_t ran() const noexcept { return ran_; }
    // Threads that run can't be left alone.
    bool threads() const override { return false; }

    // Destroys what there is in an order that the seed says, while what is left may go on.
    void wreck(std::uint64_t seed) {
        stop_ = std::numeric_limits<std::size_t>::max();
        std::mt19937_64 random(seed);
        auto const chance = [&random](unsigned in) { return random() % in == 0; };
        bool const contexts_first = chance(3);
        if (contexts_first) end();
        auto& all = things();
        if (!chance(4)) std::shuffle(all.begin(), all.end(), random);
        bool const goes_on = !contexts_first && chance(2);
        while (!all.empty()) {
            auto const last = std::move(all.back());
            all.pop_back();
            for (auto left = goes_on ? random() % 4 : 0; left > 0 && step(); --left) {}
            if (goes_on && chance(16)) pass(quiet());
        }
        if (goes_on) pass(3 * quiet());
        clear();
    }

protected:
    bool step() override {
        if (ran_ == stop_) throw stopped();
        bool const some = inproc_stage::step();
        ran_ += some ? 1 : 0;
        return some;
    }

private:
    std::size_t stop_ = std::numeric_limits<std::size_t>::max();
    std::size_t ran_ = 0;
};

// Runs the case and destroys all; true where it was stopped before its end.
bool run_and_wreck(contexts layout, bool paranoid, conformance::test_case const& one, std::size_t k) {
    stopping_stage stage("inproc", layout, paranoid);
    stage.stop_after(k);
    bool ended = true;
    try {
        one.run(stage);
    } catch (stopped const&) {
        ended = false;
    }
    stage.wreck(k * 31 + one.name.size());
    return !ended;
}

void stop_in_many_places(conformance::test_case const& one) {
    struct {
        contexts layout;
        bool paranoid;
    } const all[] = {{contexts::one, false}, {contexts::many, true}};
    for (auto const& [layout, paranoid] : all) {
        stopping_stage whole("inproc", layout, paranoid);
        if (!lacking(whole, one.wants).empty()) return;
        try {
            one.run(whole);
        } catch (conformance::inapplicable const&) {
            return whole.clear();
        }
        whole.clear();
        constexpr std::size_t most = 20;
        for (auto const k : brute_force::stops(whole.ran(), most, one.name.size())) {
            INFO("stopped after " << k << " of " << whole.ran() << " handlers, paranoid: " << paranoid);
            bool const was_stopped = run_and_wreck(layout, paranoid, one, k);
            CHECK((was_stopped || k == whole.ran()));
        }
        if (brute_force::leaked()) FAIL("leaked, paranoid: " << paranoid);
    }
}

[[maybe_unused]] bool const brute_force_added = [] {
    for (auto const& one : whole_suite())
        dynamic_tests::add("stopped anywhere/" + std::string(one.name), "[brute]", [one] { stop_in_many_places(one); });
    return true;
}();

} // namespace
