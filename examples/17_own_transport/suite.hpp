// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef PIGEON_SUITE_HPP
#define PIGEON_SUITE_HPP

#include <fairway/testing/conformance/case.hpp>

#include <vector>

namespace pigeons {

// All cases of the suite, those of the seam first. They know no transport, and take long to compile.
std::vector<fairway::testing::conformance::test_case> whole_suite();

} // namespace pigeons

#endif
