// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_STUCK_HPP
#define FAIRWAY_TESTING_STUCK_HPP

#include <stdexcept>

namespace fairway::testing {

/// A bench or simulation that can't go on: an operation that nothing can complete any more, or services that never come
/// to rest.
class stuck : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

} // namespace fairway::testing

#endif
