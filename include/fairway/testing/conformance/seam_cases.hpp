// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_SEAM_CASES_HPP
#define FAIRWAY_TESTING_CONFORMANCE_SEAM_CASES_HPP

#include <fairway/testing/conformance/channel_cases.hpp>
#include <fairway/testing/conformance/content_cases.hpp>
#include <fairway/testing/conformance/delay_cases.hpp>
#include <fairway/testing/conformance/handover_cases.hpp>
#include <fairway/testing/conformance/intake_cases.hpp>
#include <fairway/testing/conformance/reply_cases.hpp>
#include <fairway/testing/conformance/sending_cases.hpp>
#include <fairway/testing/conformance/settlement_cases.hpp>
#include <fairway/testing/conformance/shard_cases.hpp>

namespace fairway::testing::conformance {

/// What a transport promises at the seam, by sinks and sources.
inline constexpr auto seam_cases = detail::in_one_list(channel_cases, content_cases, sending_cases, settlement_cases,
    intake_cases, shard_cases, handover_cases, delay_cases, reply_cases);

} // namespace fairway::testing::conformance

#endif
