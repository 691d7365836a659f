// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The cases of the suite, which are compiled in three files only.
#ifndef FAIRWAY_TESTS_CONFORMANCE_SUITE_HPP
#define FAIRWAY_TESTS_CONFORMANCE_SUITE_HPP

#include <fairway/testing/conformance/run.hpp>

#include <span>
#include <vector>

namespace conformance_kit {

namespace conformance = fairway::testing::conformance;

std::span<conformance::test_case const> seam_suite();
std::span<conformance::test_case const> service_suite();
std::span<conformance::test_case const> guarantee_suite();

inline std::vector<conformance::test_case> only(std::span<conformance::test_case const> some) {
    return {some.begin(), some.end()};
}
inline std::vector<conformance::test_case> whole_suite() {
    auto all = only(seam_suite());
    all.insert(all.end(), service_suite().begin(), service_suite().end());
    all.insert(all.end(), guarantee_suite().begin(), guarantee_suite().end());
    return all;
}

} // namespace conformance_kit

#endif
