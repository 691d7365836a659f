// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_UNMET_HPP
#define FAIRWAY_TESTING_UNMET_HPP

#include <stdexcept>

namespace fairway::testing {

/// An expectation that was not met; the text says what was expected and shows the traffic that there was.
class unmet : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

} // namespace fairway::testing

#endif
