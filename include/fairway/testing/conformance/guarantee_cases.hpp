// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_GUARANTEE_CASES_HPP
#define FAIRWAY_TESTING_CONFORMANCE_GUARANTEE_CASES_HPP

#include <fairway/testing/conformance/guarantees_causality.hpp>
#include <fairway/testing/conformance/guarantees_dead_letters.hpp>
#include <fairway/testing/conformance/guarantees_duplicates.hpp>
#include <fairway/testing/conformance/guarantees_retry.hpp>

namespace fairway::testing::conformance {

/// What services add to every transport: retries, dead letters, suppressed duplicates, causality.
inline constexpr auto guarantee_cases =
    detail::in_one_list(retry_cases, duplicate_cases, dead_letter_cases, causality_cases);

} // namespace fairway::testing::conformance

#endif
