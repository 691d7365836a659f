// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"

#include "model.hpp"

#include <fairway/envelope/message_id.hpp>

#include <string>

namespace {

struct shared {
    fairway::basic_id_generator<model::atomics> ids{1};
    fairway::message_id made[4];
    model::atomic<int> drawn{0};
};

// The clock stands still, or goes back.
constexpr std::int64_t now = 1'700'000'000'000'000'000;

} // namespace

TEST_CASE("ids that several threads draw at once all differ, and rise", "[message-id]") {
    model::options how;
    how.spurious = 1;
    auto const found = model::explore(
        [](model::scene& s) {
            auto& it = s.make<shared>();
            s.thread("one", [&] {
                it.made[0] = it.ids.next(now);
                it.made[1] = it.ids.next(now - 1'000'000'000);
                model::require(it.made[0] < it.made[1], "each is greater than the thread's last");
            });
            s.thread("two", [&] { it.made[2] = it.ids.next(now); });
            s.thread("three", [&] { it.made[3] = it.ids.next(now); });
            s.at_end([&] {
                for (int i = 0; i < 4; ++i)
                    for (int k = 0; k < i; ++k) model::require(it.made[i] != it.made[k], "no two are equal");
            });
        },
        how);
    CHECK(model::passed(found));
}

TEST_CASE("an id is greater than all that were drawn before it on other threads", "[message-id]") {
    auto const found = model::explore([](model::scene& s) {
        auto& it = s.make<shared>();
        s.thread("one", [&] {
            it.made[0] = it.ids.next(now);
            it.drawn.store(1, std::memory_order_release);
        });
        s.thread("two", [&] {
            if (it.drawn.load(std::memory_order_acquire) == 0) return;
            it.made[1] = it.ids.next(now - 1'000'000'000);
            model::require(it.made[0] < it.made[1], "the later one is greater");
        });
    });
    CHECK(model::passed(found));
}
