// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The stages that the suite runs on here.
#ifndef FAIRWAY_TESTS_CONFORMANCE_SETTINGS_HPP
#define FAIRWAY_TESTS_CONFORMANCE_SETTINGS_HPP

#include "amqp_stage.hpp"
#include "sim_stage.hpp"
#include "stages.hpp"
#include "tcp_stage.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace conformance_kit {

// One stage, made afresh for each test; under simulation, for each of some seeds.
struct setting {
    std::string name;
    std::function<std::unique_ptr<conformance::stage>(std::uint64_t seed)> make;
    std::uint64_t seeds = 1;
    bool seam_only = false;
};

inline std::vector<setting> settings() {
    std::vector<setting> all;
    auto const inproc = [&all](std::string name, contexts layout, bool paranoid) {
        auto make = [name, layout, paranoid](std::uint64_t) -> std::unique_ptr<conformance::stage> {
            return std::make_unique<inproc_stage>(name, layout, paranoid);
        };
        all.push_back({std::move(name), std::move(make)});
    };
    auto const sim = [&all](std::string name, testing::broker_options const& broker) {
        auto make = [name, broker](std::uint64_t seed) -> std::unique_ptr<conformance::stage> {
            return std::make_unique<sim_stage>(name, broker, 1'000 * seed);
        };
        all.push_back({std::move(name), std::move(make), 5});
    };
    inproc("inproc", contexts::one, false);
    inproc("inproc-paranoid", contexts::one, true);
    inproc("inproc-contexts", contexts::many, false);
    inproc("inproc-contexts-paranoid", contexts::many, true);
    sim("sim", testing::broker_options());
    sim("sim-uncounted", testing::broker_options().counts_attempts(false));
    sim("sim-log", testing::broker_options().log(true));
    auto const tcp = [&all](std::string name, confirmation confirms, std::uint64_t seeds) {
        auto make = [name, confirms](std::uint64_t seed) -> std::unique_ptr<conformance::stage> {
            return std::make_unique<tcp_stage>(name, confirms, 1'000 * seed);
        };
        all.push_back({std::move(name), std::move(make), seeds, confirms != confirmation::queued});
    };
    // Where a send waits for somebody to receive it, services that send before others have begun are no good example:
    // there it is the cases of the seam that count.
    tcp("tcp", confirmation::queued, 2);
    tcp("tcp-received", confirmation::received, 2);
    tcp("tcp-handled", confirmation::handled, 2);
    auto const amqp = [](std::uint64_t seed) -> std::unique_ptr<conformance::stage> {
        return std::make_unique<amqp_stage>(1'000 * seed);
    };
    all.push_back({"amqp", amqp});
    return all;
}

} // namespace conformance_kit

#endif
