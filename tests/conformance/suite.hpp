// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The cases of the suite, which are compiled in three files only, and the stages that they run on here.
#ifndef FAIRWAY_TESTS_CONFORMANCE_SUITE_HPP
#define FAIRWAY_TESTS_CONFORMANCE_SUITE_HPP

#include "sim_stage.hpp"
#include "stages.hpp"

#include <fairway/testing/conformance/run.hpp>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace conformance_kit {

std::span<conformance::test_case const> seam_suite();
std::span<conformance::test_case const> service_suite();
std::span<conformance::test_case const> guarantee_suite();

inline std::vector<conformance::test_case> whole_suite() {
    std::vector<conformance::test_case> all(seam_suite().begin(), seam_suite().end());
    all.insert(all.end(), service_suite().begin(), service_suite().end());
    all.insert(all.end(), guarantee_suite().begin(), guarantee_suite().end());
    return all;
}

// One stage, made afresh for each test; under simulation, for each of some seeds.
struct setting {
    std::string name;
    std::function<std::unique_ptr<conformance::stage>(std::uint64_t seed)> make;
    std::uint64_t seeds = 1;
};

inline std::vector<setting> settings() {
    std::vector<setting> all;
    auto const inproc = [&all](std::string name, contexts layout, bool paranoid) {
        auto make = [name, layout, paranoid](std::uint64_t) -> std::unique_ptr<conformance::stage> {
            return std::make_unique<inproc_stage>(name, layout, paranoid);
        };
        all.push_back({std::move(name), std::move(make)});
    };
    auto const sim = [&all](std::string name, testing::broker_options const& broker) {
        auto make = [name, broker](std::uint64_t seed) -> std::unique_ptr<conformance::stage> {
            return std::make_unique<sim_stage>(name, broker, 1'000 * seed);
        };
        all.push_back({std::move(name), std::move(make), 5});
    };
    inproc("inproc", contexts::one, false);
    inproc("inproc-paranoid", contexts::one, true);
    inproc("inproc-contexts", contexts::many, false);
    inproc("inproc-contexts-paranoid", contexts::many, true);
    sim("sim", testing::broker_options());
    sim("sim-uncounted", testing::broker_options().counts_attempts(false));
    sim("sim-log", testing::broker_options().log(true));
    return all;
}

} // namespace conformance_kit

#endif
