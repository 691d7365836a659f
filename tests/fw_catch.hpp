// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Catch2, whichever of its two layouts is installed.
#ifndef FAIRWAY_TESTS_FW_CATCH_HPP
#define FAIRWAY_TESTS_FW_CATCH_HPP

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

#endif
