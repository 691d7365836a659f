// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Test cases of Catch2 that are made when the program starts.
#ifndef FAIRWAY_TESTS_DYNAMIC_TESTS_HPP
#define FAIRWAY_TESTS_DYNAMIC_TESTS_HPP

#include "fw_catch.hpp"

#include <functional>
#include <string>
#include <utility>

namespace dynamic_tests {

class invoker final : public Catch::ITestInvoker {
public:
    explicit invoker(std::function<void()> test) : test_(std::move(test)) {}
    void invoke() const override { test_(); }

private:
    std::function<void()> test_;
};

/// Adds a test; call it before `main`, from the initialiser of a variable.
inline void add(std::string const& name, std::string const& tags, std::function<void()> test) {
#if CATCH_VERSION_MAJOR >= 3
    auto run = Catch::Detail::make_unique<invoker>(std::move(test));
    Catch::AutoReg const added(std::move(run), CATCH_INTERNAL_LINEINFO, {}, Catch::NameAndTags{name, tags});
#else
    auto* const run = new invoker(std::move(test)); // Catch2 owns it
    Catch::AutoReg const added(run, CATCH_INTERNAL_LINEINFO, {}, Catch::NameAndTags(name, tags));
#endif
    static_cast<void>(added);
}

} // namespace dynamic_tests

#endif
