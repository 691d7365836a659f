// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What the cases share; compiled once per run. Every case starts with #include "prelude.hpp".
#ifndef FAIRWAY_TESTS_WONT_COMPILE_PRELUDE_HPP
#define FAIRWAY_TESTS_WONT_COMPILE_PRELUDE_HPP

#include <fairway/error.hpp>

#include <string>

#endif
