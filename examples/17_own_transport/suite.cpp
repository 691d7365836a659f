// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "suite.hpp"

#include <fairway/testing/conformance.hpp>

namespace conformance = fairway::testing::conformance;

std::vector<conformance::test_case> pigeons::whole_suite() {
    std::vector<conformance::test_case> all(conformance::seam_cases.begin(), conformance::seam_cases.end());
    all.insert(all.end(), conformance::service_cases.begin(), conformance::service_cases.end());
    all.insert(all.end(), conformance::guarantee_cases.begin(), conformance::guarantee_cases.end());
    return all;
}
