// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_CASE_HPP
#define FAIRWAY_TESTING_CONFORMANCE_CASE_HPP

#include <fairway/testing/conformance/stage.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace fairway::testing::conformance {

/// What a case needs of a transport, or of a stage: a set of bits.
enum class needs : std::uint32_t {
    nothing = 0,
    queues = 1 << 0,     ///< point-to-point channels
    topics = 1 << 1,     ///< publish-subscribe channels
    shards = 1 << 2,     ///< shards with one owner at a time
    replies = 1 << 3,    ///< reply channels
    delay = 1 << 4,      ///< delivery not before a given time
    redelivery = 1 << 5, ///< what was not settled, or was released, comes again
    attempts = 1 << 6,   ///< attempts are counted
    narrow = 1 << 7,     ///< back-pressure, and a place on the stage where queues are short
    threads = 1 << 8,    ///< the stage can use several threads
    cuts = 1 << 9,       ///< the stage can cut connections
};

/// Both.
constexpr needs operator|(needs a, needs b) noexcept {
    return static_cast<needs>(static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b));
}

/// One case of the suite.
struct test_case {
    /// Its name, the same in all reports: "competing consumers share".
    std::string_view name;
    /// What it proves, in one sentence.
    std::string_view proves;
    /// What the transport and its stage must be able to do; where they are not, it is not applicable.
    needs wants = needs::nothing;
    /// Throws `unmet` where the transport does not do what is promised, `inapplicable` where it need not.
    void (*run)(stage&) = nullptr;
};

namespace detail {

// Lists of cases, one behind the other.
template <std::size_t... Sizes>
constexpr std::array<test_case, (Sizes + ...)> in_one_list(test_case const (&... lists)[Sizes]) {
    std::array<test_case, (Sizes + ...)> all{};
    std::size_t n = 0;
    auto const append = [&](auto const& list) {
        for (auto const& one : list) all[n++] = one;
    };
    (append(lists), ...);
    return all;
}

} // namespace detail

/// What of `wants` a stage lacks, as text for people; empty where it lacks nothing.
inline std::string lacking(stage& on, needs wants) {
    auto const& able = on.able();
    struct {
        needs bit;
        bool there;
        std::string_view name;
    } const all[] = {
        {needs::queues, able.point_to_point, "point-to-point channels"},
        {needs::topics, able.publish_subscribe, "publish-subscribe channels"},
        {needs::shards, able.sharded, "shards"},
        {needs::replies, able.replies, "replies"},
        {needs::delay, able.delay, "delay"},
        {needs::redelivery, able.redelivers, "redelivery"},
        {needs::attempts, able.counts_attempts, "counted attempts"},
        {needs::narrow, able.back_pressure, "back-pressure"},
        {needs::narrow, !able.back_pressure || on.narrow_room() > 0, "a narrow place on the stage"},
        {needs::threads, on.threads(), "threads on the stage"},
        {needs::cuts, on.can_cut(), "connections that the stage can cut"},
    };
    std::string text;
    for (auto const& one : all) {
        if (one.there || (static_cast<std::uint32_t>(wants) & static_cast<std::uint32_t>(one.bit)) == 0) continue;
        text.append(text.empty() ? "needs " : ", ").append(one.name);
    }
    return text;
}

} // namespace fairway::testing::conformance

#endif
