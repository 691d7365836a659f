// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"

#include "model.hpp"

#include <fairway/env/brief_mutex.hpp>

#include <mutex>
#include <string>
#include <vector>

namespace {

using brief_mutex = fairway::env::basic_brief_mutex<model::atomics>;

void counted(model::scene& s) {
    struct shared {
        brief_mutex mutex;
        model::plain<int> count{0};
    };
    auto& it = s.make<shared>();
    for (auto const* name : {"one", "two", "three"})
        s.thread(name, [&] {
            std::lock_guard const lock(it.mutex);
            ++it.count;
        });
    s.at_end([&] { model::require(it.count == 3, "each had it once"); });
}

} // namespace

TEST_CASE("a brief mutex lets one in at a time, who sees what the others did", "[brief-mutex]") {
    CHECK(model::passed(model::explore(counted)));
}

TEST_CASE("each memory order of the brief mutex is needed", "[brief-mutex]") {
    CHECK(model::unnoticed(model::weaken_each({counted})) == std::vector<std::string>());
}
