// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Every case on every stage: the test `inproc/competing consumers share`, and so on.
#include "dynamic_tests.hpp"
#include "suite.hpp"

#include <set>

using namespace conformance_kit;

namespace {

void run_one(setting const& where, conformance::test_case const& one) {
    auto const stage = where.make();
    auto const v = run(*stage, one);
    INFO("what it proves: " << one.proves);
    if (v.end == conformance::verdict::kind::failed) FAIL(v.why);
    SUCCEED(v.why);
}

[[maybe_unused]] bool const added = [] {
    for (auto const& where : settings())
        for (auto const& one : whole_suite())
            dynamic_tests::add(
                where.name + "/" + std::string(one.name), "[suite]", [where, one] { run_one(where, one); });
    return true;
}();

} // namespace

TEST_CASE("cases have names of their own and say what they prove", "[suite]") {
    std::set<std::string> names;
    for (auto const& one : whole_suite()) {
        std::string const name(one.name);
        INFO(name);
        CHECK(names.insert(name).second);
        // Names of Catch2 tests, of ctest and of files of logs.
        CHECK(name.find_first_of(",;[]\\/\"*~") == std::string::npos);
        CHECK(one.proves.size() > 10);
        CHECK(one.proves.back() == '.');
        CHECK(one.run != nullptr);
    }
    CHECK(names.size() > 150);
}

TEST_CASE("the in-process transport leaves no case out but what it does not claim", "[suite]") {
    std::vector<std::string> left_out;
    auto const stage = settings().front().make();
    for (auto const& one : whole_suite())
        if (auto const v = run(*stage, one); v.end == conformance::verdict::kind::not_applicable)
            left_out.push_back(std::string(one.name) + ": " + v.why);
    CHECK(left_out == std::vector<std::string>());
}
