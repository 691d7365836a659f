// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Every case on a real RabbitMQ, in real time: the test `rabbitmq/competing consumers share`, and so on.
#include "conformance/suite.hpp"
#include "dynamic_tests.hpp"
#include "rabbitmq/stage.hpp"
#include "rabbitmq/without_broker.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace conformance_kit;

namespace {

std::vector<std::string> const left_out{"needs back-pressure", "does not claim back-pressure", "needs counted attempts",
    "does not claim to count attempts", "says that duplicates may come", "this stage's time is real",
    "takes too long in real time"};

[[maybe_unused]] bool const added = [] {
    for (auto const& one : whole_suite())
        dynamic_tests::add("rabbitmq/" + std::string(one.name), "[rabbitmq]", [one] {
            if (rabbitmq_kit::without_broker()) return;
            INFO("what it proves: " << one.proves);
            rabbitmq_stage stage;
            auto const v = run(stage, one);
            INFO(v.why);
            CHECK(v.end != conformance::verdict::kind::failed);
            // What it does not claim is left out, and what needs hours, and nothing else.
            if (v.end == conformance::verdict::kind::not_applicable)
                CHECK(std::count(left_out.begin(), left_out.end(), v.why) == 1);
        });
    return true;
}();

} // namespace
