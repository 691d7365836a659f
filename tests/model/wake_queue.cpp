// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"

#include "model.hpp"

#include <fairway/env/wake_queue.hpp>

#include <optional>
#include <string>
#include <vector>

namespace {

// Runs on the very thread that has to have it run, so that nothing but the queue itself orders the runs.
struct loop {
    explicit loop(int most_at_once) : most(most_at_once) {}

    fairway::detail::wake_queue<int, model::atomics> queue;
    int most;
    model::plain<int> work[4];
    model::plain<int> ran[4];
    // Used by all runs: they would race if two were under way at a time.
    model::plain<int> runs{0};
    int wakes_more = -1;

    void wake(int who) {
        work[who] = 1;
        if (auto out = queue.put(who)) run(*out);
    }
    void run(int first) {
        for (std::optional<int> out = first; out; out = queue.stop()) {
            int who = *out;
            for (int done = 1;; ++done) {
                run_one(who);
                if (done == most || !queue.has_more()) break;
                who = queue.take();
            }
        }
    }
    void run_one(int who) {
        model::require(work[who] == 1, "what came before the waking is seen");
        ++ran[who];
        ++runs;
        if (wakes_more != who) return;
        // Woken within a run: it is never this thread that has to have it run.
        work[3] = 1;
        model::require(!queue.put(3), "who runs goes on with it");
    }
    void at_end(int all) {
        model::require(runs == all, "as many ran as were woken");
        for (int i = 0; i < all; ++i) model::require(ran[i] == 1, "each ran once");
    }
};

auto two_wakers(int most) {
    return [most](model::scene& s) {
        auto& l = s.make<loop>(most);
        s.thread("one", [&] {
            l.wake(0);
            l.wake(1);
        });
        s.thread("two", [&] { l.wake(2); });
        s.at_end([&] { l.at_end(3); });
    };
}
auto three_wakers(int most) {
    return [most](model::scene& s) {
        auto& l = s.make<loop>(most);
        for (int i = 0; i < 3; ++i) s.thread("waker " + std::to_string(i), [&, i] { l.wake(i); });
        s.at_end([&] { l.at_end(3); });
    };
}
auto waking_within(int most) {
    return [most](model::scene& s) {
        auto& l = s.make<loop>(most);
        l.wakes_more = 0;
        for (int i = 0; i < 2; ++i) s.thread("waker " + std::to_string(i), [&, i] { l.wake(i); });
        s.at_end([&] { model::require(l.ran[3] == 1 && l.runs == 3, "what was woken within a run has run"); });
    };
}

} // namespace

TEST_CASE("what is woken runs once after it, one at a time, and the queue is never found empty", "[wake-queue]") {
    for (int const most : {1, 2, 3}) {
        CHECK(model::passed(model::explore(two_wakers(most))));
        CHECK(model::passed(model::explore(three_wakers(most))));
        CHECK(model::passed(model::explore(waking_within(most))));
    }
}

TEST_CASE("each memory order of the wake queue is needed", "[wake-queue]") {
    auto const all = model::weaken_each({three_wakers(1), two_wakers(2), waking_within(2)});
    CHECK(all.size() == 3);
    CHECK(model::unnoticed(all) == std::vector<std::string>());
}
