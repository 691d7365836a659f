// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_SERVICE_CASES_HPP
#define FAIRWAY_TESTING_CONFORMANCE_SERVICE_CASES_HPP

#include <fairway/testing/conformance/capability_cases.hpp>
#include <fairway/testing/conformance/cut_cases.hpp>
#include <fairway/testing/conformance/ending_cases.hpp>
#include <fairway/testing/conformance/gather_cases.hpp>
#include <fairway/testing/conformance/handler_cases.hpp>
#include <fairway/testing/conformance/order_cases.hpp>
#include <fairway/testing/conformance/request_cases.hpp>
#include <fairway/testing/conformance/thread_cases.hpp>

namespace fairway::testing::conformance {

/// What services can rely on, whatever the transport; and that the transport's capabilities are truthful.
inline constexpr auto service_cases = detail::in_one_list(
    capability_cases, handler_cases, request_cases, gather_cases, order_cases, ending_cases, cut_cases, thread_cases);

} // namespace fairway::testing::conformance

#endif
