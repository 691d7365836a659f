// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Where new and delete of the checked code get their memory: nothing is used twice within an execution, so that leaks
// and double frees are seen; and all of it is forgotten at once when an execution is given up in the middle.
#ifndef FAIRWAY_TESTS_MODEL_HEAP_HPP
#define FAIRWAY_TESTS_MODEL_HEAP_HPP

#include <cstddef>

namespace model::heap {

// For new in this program: the part of a thread of the model, or -1 for the ordinary heap.
int use(int part) noexcept;
void reset() noexcept;
std::size_t live() noexcept;

// The checker's own work within the checked code: uses the ordinary heap.
class outside {
public:
    outside() noexcept : before_(use(-1)) {}
    outside(outside const&) = delete;
    outside& operator=(outside const&) = delete;
    ~outside() { use(before_); }

private:
    int before_;
};

} // namespace model::heap

#endif
