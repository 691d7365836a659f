// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTS_CODE_OF_HPP
#define FAIRWAY_TESTS_CODE_OF_HPP

#include <fairway/error.hpp>

/// The error code of the `system_error` that `f` throws; none where it throws nothing.
template <class F>
fairway::error_code code_of(F&& f) {
    try {
        f();
    } catch (fairway::system_error const& e) {
        return e.code();
    }
    return {};
}

#endif
