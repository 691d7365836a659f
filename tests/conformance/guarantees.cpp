// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "suite.hpp"

#include <fairway/testing/conformance/guarantee_cases.hpp>

std::span<conformance_kit::conformance::test_case const> conformance_kit::guarantee_suite() {
    return conformance::guarantee_cases;
}
