// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Runs the conformance suite on the transport, and says what to do next: pigeon_test [a part of the cases' names]
#include "stage.hpp"
#include "suite.hpp"
#include "to_do.hpp"

#include <fairway/testing/conformance/run.hpp>
#include <fairway/testing/conformance/table.hpp>

#include <iostream>
#include <string>
#include <vector>

namespace conformance = fairway::testing::conformance;
using fairway::capabilities;

namespace {

// The steps of "The walk" in TRANSPORTS.md, and how one sees that they are taken.
struct step {
    char const* what;
    bool (*taken)(conformance::stage& on);
};
constexpr step steps[] = {
    {"step 1: claim point_to_point", [](conformance::stage& on) { return on.able().point_to_point; }},
    {"step 2: claim redelivers and counts_attempts", [](conformance::stage& on) { return on.able().redelivers; }},
    {"step 3: claim publish_subscribe", [](conformance::stage& on) { return on.able().publish_subscribe; }},
    {"step 4: claim replies", [](conformance::stage& on) { return on.able().replies; }},
    {"step 5: claim sharded", [](conformance::stage& on) { return on.able().sharded; }},
    {"step 6: claim delay and simulable", [](conformance::stage& on) { return on.able().delay; }},
    {"step 7: claim back_pressure, and narrow_room in stage.hpp",
        [](conformance::stage& on) { return on.able().back_pressure; }},
    {"step 8: threads in stage.hpp", [](conformance::stage& on) { return on.threads(); }},
};

std::string next(conformance::stage& on, conformance::summary const& all, bool whole) {
    if (!pigeons::to_dos.of_all.empty()) return pigeons::to_dos.of_all.front().second;
    if (!all.failed.empty()) return "the case '" + all.failed.front() + "'";
    if (!whole) return "the whole suite";
    for (auto const& one : steps)
        if (!one.taken(on)) return one.what;
    return "nothing: all steps are taken";
}

} // namespace

int main(int argc, char** argv) {
    std::string const part = argc > 1 ? argv[1] : "";
    pigeons::pigeon_stage stage;
    std::cout << conformance::capability_table({{std::string(stage.name()), stage.able()}}) << "\n";

    std::vector<conformance::test_case> cases;
    std::size_t later = 0;
    for (auto const& one : pigeons::whole_suite()) {
        if (one.name.find(part) == std::string_view::npos) continue;
        if (conformance::lacking(stage, one.wants).empty())
            cases.push_back(one);
        else
            ++later;
    }
    auto const all = conformance::run(stage, std::cout, cases);

    std::cout << later << " cases wait for what is not claimed, or not on the stage\n";
    for (auto const& [number, one] : pigeons::to_dos.of_all) std::cout << "to do: " << one << "\n";
    std::cout << "next: " << next(stage, all, part.empty()) << "\n";
    return all.failed.empty() && pigeons::to_dos.of_all.empty() ? 0 : 1;
}
