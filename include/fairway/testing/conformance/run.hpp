// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_RUN_HPP
#define FAIRWAY_TESTING_CONFORMANCE_RUN_HPP

#include <fairway/testing/conformance/case.hpp>
#include <fairway/testing/conformance/expect.hpp>

#include <cstddef>
#include <exception>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fairway::testing::conformance {

/// How one case ended.
struct verdict {
    /// Did it find what it expects, or not apply? Otherwise it failed.
    enum class kind {
        passed,        ///< the transport does what is promised
        failed,        ///< it does not
        not_applicable ///< nothing is promised: the transport does not claim it, or the stage cannot show it
    };
    /// Which.
    kind end = kind::passed;
    /// Why, where it has not passed.
    std::string why;
};

/// Runs one case and clears the stage.
inline verdict run(stage& on, test_case const& one) {
    if (auto lacks = lacking(on, one.wants); !lacks.empty()) return {verdict::kind::not_applicable, std::move(lacks)};
    verdict v;
    try {
        one.run(on);
    } catch (inapplicable const& e) {
        v = {verdict::kind::not_applicable, e.what()};
    } catch (std::exception const& e) {
        v = {verdict::kind::failed, e.what()};
    } catch (...) {
        v = {verdict::kind::failed, "an exception of an unknown type"};
    }
    on.clear();
    return v;
}

/// What became of all cases.
struct summary {
    /// How many passed.
    std::size_t passed = 0;
    /// How many do not apply.
    std::size_t not_applicable = 0;
    /// The names of those that failed.
    std::vector<std::string> failed;
};

/// Runs cases one after another on a stage, and writes a line for each, and a summary.
inline summary run(stage& on, std::ostream& out, std::span<test_case const> cases) {
    summary all;
    for (auto const& one : cases) {
        auto const v = run(on, one);
        out << on.name() << ": " << one.name << ": ";
        switch (v.end) {
        case verdict::kind::passed:
            ++all.passed;
            out << "passed\n";
            break;
        case verdict::kind::failed:
            all.failed.emplace_back(one.name);
            out << "FAILED: " << v.why << "\n  what it proves: " << one.proves << "\n";
            break;
        case verdict::kind::not_applicable:
            ++all.not_applicable;
            out << "not applicable: " << v.why << "\n";
            break;
        }
    }
    out << on.name() << ": " << all.passed << " passed, " << all.failed.size() << " failed, " << all.not_applicable
        << " not applicable\n";
    return all;
}

} // namespace fairway::testing::conformance

#endif
