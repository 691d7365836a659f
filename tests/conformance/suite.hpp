// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The cases of the suite, which are compiled in two files only, and the stages that they run on here.
#ifndef FAIRWAY_TESTS_CONFORMANCE_SUITE_HPP
#define FAIRWAY_TESTS_CONFORMANCE_SUITE_HPP

#include "stages.hpp"

#include <fairway/testing/conformance/run.hpp>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace conformance_kit {

std::span<conformance::test_case const> seam_suite();
std::span<conformance::test_case const> service_suite();

inline std::vector<conformance::test_case> whole_suite() {
    std::vector<conformance::test_case> all(seam_suite().begin(), seam_suite().end());
    all.insert(all.end(), service_suite().begin(), service_suite().end());
    return all;
}

// One stage, made afresh for each test.
struct setting {
    std::string name;
    std::function<std::unique_ptr<conformance::stage>()> make;
};

inline std::vector<setting> settings() {
    std::vector<setting> all;
    auto const inproc = [&all](std::string name, contexts layout, bool paranoid) {
        auto make = [name, layout, paranoid]() -> std::unique_ptr<conformance::stage> {
            return std::make_unique<inproc_stage>(name, layout, paranoid);
        };
        all.push_back({std::move(name), std::move(make)});
    };
    inproc("inproc", contexts::one, false);
    inproc("inproc-paranoid", contexts::one, true);
    inproc("inproc-contexts", contexts::many, false);
    inproc("inproc-contexts-paranoid", contexts::many, true);
    return all;
}

} // namespace conformance_kit

#endif
