// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_CONTRACTS_HPP
#define FAIRWAY_TESTING_CONFORMANCE_CONTRACTS_HPP

// What the services of the suite say to each other. Few types, so that the suite compiles quickly.

#include <fairway/contract.hpp>

#include <cstdint>
#include <string>

namespace fairway::testing::conformance::detail {

struct answer {
    using contract = fairway::document<"conformance.answer">;
    std::uint64_t number = 0;
    std::string by;
};
struct question {
    using contract = fairway::command<"conformance.question", answer>;
    std::uint64_t number = 0;
};
struct job {
    using contract = fairway::command<"conformance.job">::version<2, 1>;
    std::uint64_t number = 0;
    std::string key;
    static constexpr auto shard_key = &job::key;
};
struct bulletin {
    using contract = fairway::event<"conformance.bulletin">;
    std::uint64_t number = 0;
    std::string key;
    static constexpr auto shard_key = &bulletin::key;
};

using questions = fairway::point_to_point<"questions", question>;
using surveys = fairway::publish_subscribe<"surveys", question>;
using jobs = fairway::point_to_point<"jobs", job>;
using bulletins = fairway::publish_subscribe<"bulletins", bulletin>;
using job_lines = fairway::sharded<4, fairway::point_to_point<"job-lines", job>>;
using bulletin_lines = fairway::sharded<4, fairway::publish_subscribe<"bulletin-lines", bulletin>>;

} // namespace fairway::testing::conformance::detail

#endif
