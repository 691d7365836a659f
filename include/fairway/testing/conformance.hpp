// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_HPP
#define FAIRWAY_TESTING_CONFORMANCE_HPP

// What every transport must do, as cases that run on a stage: derive one from `conformance::stage` (or from
// `virtual_time_stage`) for a transport, and call `conformance::run(stage, std::cout)`. No test framework needed.
#include <fairway/testing/conformance/guarantee_cases.hpp>
#include <fairway/testing/conformance/run.hpp>
#include <fairway/testing/conformance/seam_cases.hpp>
#include <fairway/testing/conformance/service_cases.hpp>
#include <fairway/testing/conformance/table.hpp>

namespace fairway::testing::conformance {

/// Runs all cases on a stage.
inline summary run(stage& on, std::ostream& out) {
    std::vector<test_case> all(seam_cases.begin(), seam_cases.end());
    all.insert(all.end(), service_cases.begin(), service_cases.end());
    all.insert(all.end(), guarantee_cases.begin(), guarantee_cases.end());
    return run(on, out, all);
}

} // namespace fairway::testing::conformance

#endif
