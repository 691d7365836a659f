// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The main function of the test programs with Catch2 2; Catch2 3 brings its own.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
