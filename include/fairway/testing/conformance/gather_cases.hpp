// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_GATHER_CASES_HPP
#define FAIRWAY_TESTING_CONFORMANCE_GATHER_CASES_HPP

// Publish and collect the answers of all groups.

#include <fairway/testing/conformance/actor.hpp>
#include <fairway/testing/conformance/case.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace fairway::testing::conformance {

namespace detail {

using survey_options = gather_options<answer>;

inline std::vector<std::string> responders(gathered<answer> const& all) {
    std::vector<std::string> names;
    for (auto const& one : all.replies) names.push_back(one.responder);
    std::sort(names.begin(), names.end());
    return names;
}

inline actor& teller(scene& play, std::string const& name, behaviour what = {}) {
    auto& one = act(play, play.connect(), name);
    one.on_surveys(std::move(what));
    one.start();
    return one;
}

inline void all_groups_answer(stage& on) {
    scene play(on);
    teller(play, "amber");
    teller(play, "birch");
    teller(play, "cedar");
    auto& shop = act(play, play.connect(), "shop");
    play.pause();
    auto const all = wait_for(play, shop.survey(5, survey_options(play.patience()).maximum(3)), "three answers");
    expect(responders(all) == std::vector<std::string>{"amber", "birch", "cedar"}, "an answer of each group");
    for (auto const& one : all.replies) expect_equal(one.value.number, 5U, "the number of an answer");
    expect(all.ended_by == gather_end::maximum, "a gather to end with the maximum");
}

inline void instances_answer_once(stage& on) {
    scene play(on);
    auto& a = teller(play, "amber");
    auto& b = teller(play, "amber");
    teller(play, "birch");
    auto& shop = act(play, play.connect(), "shop");
    play.pause();
    auto const all = wait_for(play, shop.survey(5, survey_options(5 * play.quiet())), "a gather to time out");
    expect(responders(all) == std::vector<std::string>{"amber", "birch"}, "one answer of each group");
    expect(all.ended_by == gather_end::timed_out, "a gather to end with its timeout");
    expect_equal(all.duplicates, 0U, "the number of duplicates");
    expect_equal(play.tidy(joined(a.begun(), b.begun())).size(), 1U, "how often the group handled the question");
}

inline void faults_are_gathered(stage& on) {
    scene play(on);
    teller(play, "amber", [](std::uint64_t, delivery const&) -> task<> {
        throw fault("busy", "not now");
        co_return;
    });
    teller(play, "birch");
    auto& shop = act(play, play.connect(), "shop");
    play.pause();
    auto const all = wait_for(play, shop.survey(5, survey_options(play.patience()).maximum(2)), "two answers");
    expect(responders(all) == std::vector<std::string>{"birch"}, "the answer of the group that gave one");
    expect_equal(all.faults.size(), 1U, "the number of faults");
    expect_equal(all.faults.front().code(), "busy", "the code of the fault");
    expect_equal(all.faults.front().responder(), "amber", "who refused");
}

inline void some_are_late(stage& on) {
    scene play(on);
    auto& shut = play.make<gate>(play.quiet() / 4);
    teller(play, "amber");
    auto& late = teller(play, "birch", [&shut](std::uint64_t n, delivery const&) -> task<> {
        if (n == 5) co_await shut.wait();
    });
    auto& shop = act(play, play.connect(), "shop");
    play.pause();
    auto const all = wait_for(play, shop.survey(5, survey_options(4 * play.quiet())), "a gather to time out");
    expect(responders(all) == std::vector<std::string>{"amber"}, "the answer that came in time");
    expect(all.ended_by == gather_end::timed_out, "a gather to end with its timeout");
    shut.open();
    until_ended(play, {&late}, {5}, "what was handled late");
    auto const next = wait_for(play, shop.survey(6, survey_options(play.patience()).maximum(2)), "two answers");
    for (auto const& one : next.replies) expect_equal(one.value.number, 6U, "the answers of the next gather");
}

inline void gathers_overlap(stage& on) {
    scene play(on);
    teller(play, "amber");
    teller(play, "birch");
    auto& shop = act(play, play.connect(), "shop");
    auto& kiosk = act(play, play.connect(), "kiosk");
    play.pause();
    std::vector<pending<gathered<answer>>> all;
    for (std::uint64_t n = 1; n <= 10; ++n)
        all.push_back((n % 2 ? shop : kiosk).survey(n, survey_options(play.patience()).maximum(2)));
    for (std::uint64_t n = 1; n <= 10; ++n) {
        auto const got = wait_for(play, all[n - 1], "both answers");
        expect(responders(got) == std::vector<std::string>{"amber", "birch"}, "an answer of each group");
        for (auto const& one : got.replies) expect_equal(one.value.number, n, "the answers of this gather");
    }
}

} // namespace detail

/// Publish and collect the answers.
inline constexpr test_case gather_cases[] = {
    {"all groups answer a gather", "One answer of each group, until there are as many as were asked for.",
        needs::topics | needs::replies, detail::all_groups_answer},
    {"a group answers a gather once", "Its instances compete for the question.", needs::topics | needs::replies,
        detail::instances_answer_once},
    {"a gather collects faults", "A refusal is told beside the answers of others.", needs::topics | needs::replies,
        detail::faults_are_gathered},
    {"a gather ends at its timeout", "With the answers that have come; later ones do not disturb the next gather.",
        needs::topics | needs::replies, detail::some_are_late},
    {"gathers do not mix", "Several at a time get their own answers.", needs::topics | needs::replies,
        detail::gathers_overlap},
};

} // namespace fairway::testing::conformance

#endif
