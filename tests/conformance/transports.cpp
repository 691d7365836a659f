// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Every case on every stage: the test `inproc/competing consumers share`, and so on.
#include "dynamic_tests.hpp"
#include "settings.hpp"
#include "suite.hpp"

#include <algorithm>
#include <set>
#include <string>

using namespace conformance_kit;

namespace {

void run_one(setting const& where, conformance::test_case const& one) {
    INFO("what it proves: " << one.proves);
    for (std::uint64_t seed = 1; seed <= where.seeds; ++seed) {
        auto const stage = where.make(seed);
        auto const v = run(*stage, one);
        INFO("seed " << seed << ": " << v.why);
        REQUIRE(v.end != conformance::verdict::kind::failed);
        if (v.end == conformance::verdict::kind::not_applicable) return;
    }
}

[[maybe_unused]] bool const transports_added = [] {
    for (auto const& where : settings())
        for (auto const& one : where.seam_only ? only(seam_suite()) : whole_suite())
            dynamic_tests::add(
                where.name + "/" + std::string(one.name), "[suite]", [where, one] { run_one(where, one); });
    return true;
}();

} // namespace

TEST_CASE("cases have names of their own and say what they prove", "[suite]") {
    std::set<std::string> known;
    for (auto const& one : whole_suite()) {
        std::string const name(one.name);
        INFO(name);
        CHECK(known.insert(name).second);
        // Names of Catch2 tests, of ctest and of files of logs.
        CHECK(name.find_first_of(",;[]\\/\"*~") == std::string::npos);
        CHECK(one.proves.size() > 10);
        CHECK(one.proves.back() == '.');
        CHECK(one.run != nullptr);
    }
    CHECK(known.size() > 190);
}

TEST_CASE("the transport to RabbitMQ leaves out the cases of back-pressure, counted attempts and threads", "[suite]") {
    auto const all = settings();
    auto const amqp = std::find_if(all.begin(), all.end(), [](setting const& s) { return s.name == "amqp"; });
    REQUIRE(amqp != all.end());
    std::set<std::string> reasons;
    for (auto const& one : whole_suite()) {
        auto const v = run(*amqp->make(1), one);
        if (v.end == conformance::verdict::kind::not_applicable) reasons.insert(v.why);
    }
    CHECK(reasons == std::set<std::string>{"needs back-pressure", "does not claim back-pressure",
                         "needs counted attempts", "does not claim to count attempts", "needs threads on the stage",
                         "says that duplicates may come"});
}

TEST_CASE("the in-process transport leaves out the cases of broken connections and of duplicates", "[suite]") {
    auto const stage = settings().front().make(1);
    std::set<std::string> reasons;
    for (auto const& one : whole_suite()) {
        auto const v = run(*stage, one);
        INFO(one.name);
        CHECK(v.end != conformance::verdict::kind::failed);
        if (v.end == conformance::verdict::kind::not_applicable) reasons.insert(v.why);
    }
    CHECK(reasons == std::set<std::string>{"needs connections that the stage can cut",
                         "says that no duplicates come, so that there is no window"});
}
