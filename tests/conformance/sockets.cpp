// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Every case over real sockets, in real time: the test `tcp-sockets/competing consumers share`, and so on. By default
// each case runs on one of the four kinds, since they take minutes together; all of them:
//   conformance_tests "[sockets]"
#include "dynamic_tests.hpp"
#include "socket_stage.hpp"
#include "suite.hpp"

using namespace conformance_kit;

namespace {

struct socket_setting {
    std::string name;
    socket_kind kind;
    bool tls;
};

void run_one(socket_setting const& where, conformance::test_case const& one) {
    INFO("what it proves: " << one.proves);
    socket_stage stage(where.name, where.kind, where.tls);
    auto const v = run(stage, one);
    INFO(v.why);
    CHECK(v.end != conformance::verdict::kind::failed);
}

[[maybe_unused]] bool const sockets_added = [] {
    socket_setting const kinds[] = {{"tcp-sockets", socket_kind::tcp, false},
        {"unix-sockets", socket_kind::local, false}, {"tcp-tls", socket_kind::tcp, true},
        {"unix-tls", socket_kind::local, true}};
    auto const suite = whole_suite();
    for (std::size_t k = 0; k < std::size(kinds); ++k)
        for (std::size_t i = 0; i < suite.size(); ++i)
            dynamic_tests::add(kinds[k].name + "/" + std::string(suite[i].name),
                i % std::size(kinds) == k ? "[sockets]" : "[.][sockets]",
                [where = kinds[k], one = suite[i]] { run_one(where, one); });
    return true;
}();

} // namespace
