// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Every case on a real RabbitMQ, in real time: the test `rabbitmq/competing consumers share`, and so on.
#include "conformance/suite.hpp"
#include "dynamic_tests.hpp"
#include "rabbitmq/stage.hpp"
#include "rabbitmq/without_broker.hpp"

using namespace conformance_kit;

namespace {

[[maybe_unused]] bool const added = [] {
    for (auto const& one : whole_suite())
        dynamic_tests::add("rabbitmq/" + std::string(one.name), "[rabbitmq]", [one] {
            if (rabbitmq_kit::without_broker()) return;
            INFO("what it proves: " << one.proves);
            rabbitmq_stage stage;
            auto const v = run(stage, one);
            INFO(v.why);
            CHECK(v.end != conformance::verdict::kind::failed);
        });
    return true;
}();

} // namespace
