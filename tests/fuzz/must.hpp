// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTS_FUZZ_MUST_HPP
#define FAIRWAY_TESTS_FUZZ_MUST_HPP

#include <cstdio>
#include <cstdlib>

// Ends the program, which is how a fuzzer is told, where something does not hold.
inline void must(bool holds, char const* what) {
    if (holds) return;
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
}

#endif
