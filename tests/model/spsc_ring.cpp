// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"

#include "model.hpp"

#include <fairway/env/parking_flag.hpp>
#include <fairway/env/spsc_ring.hpp>

#include <string>
#include <vector>

namespace {

using ring = fairway::detail::spsc_ring<int, model::atomics>;

// All that comes, in batches of at most so many; how the two wait for each other is up to the scene.
struct pipe {
    explicit pipe(std::size_t room) : queue(room) {}
    ring queue;
    int expected = 1;

    bool push(int from, int to) {
        for (int i = from; i <= to; ++i)
            if (!queue.push(i)) return false;
        queue.publish();
        return true;
    }
    int take() {
        int n = 0;
        while (int* const value = queue.front()) {
            model::require(*value == expected++, "all come, in order");
            queue.pop();
            ++n;
        }
        if (n > 0) queue.release();
        return n;
    }
};

// More than there is room for: places are used again.
void one_by_one(model::scene& s) {
    auto& p = s.make<pipe>(2U);
    s.thread("producer", [&] {
        for (int i = 1; i <= 4; ++i)
            while (!p.push(i, i)) model::pause();
    });
    s.thread("consumer", [&] {
        for (int n = 0; n < 4;) {
            int const taken = p.take();
            n += taken;
            if (taken == 0) model::pause();
        }
    });
    s.at_end([&] { model::require(!p.queue.front(), "it is empty"); });
}

// Two batches, and one that is never published.
void in_batches(model::scene& s) {
    auto& p = s.make<pipe>(8U);
    s.thread("producer", [&] {
        model::require(p.push(1, 2), "there is room");
        model::require(p.push(3, 4), "there is room");
        model::require(p.queue.push(5), "there is room");
    });
    s.thread("consumer", [&] {
        int const first = p.take();
        int const second = p.take();
        model::require(first % 2 == 0 && second % 2 == 0, "a batch is seen as a whole");
    });
    s.at_end([&] {
        p.take();
        model::require(p.expected == 5, "what was not published is not seen");
    });
}

// With a consumer that parks when there is nothing: the queue's release and acquire are enough for the flag.
void parking(model::scene& s) {
    struct shared : pipe {
        shared() : pipe(2) {}
        fairway::env::basic_parking_flag<model::atomics> flag;
        model::atomic<int> wakes{0};
    };
    auto& it = s.make<shared>();
    s.thread("producer", [&] {
        for (int i = 1; i <= 2; ++i) {
            model::require(it.push(i, i), "there is room");
            if (!it.flag.should_wake()) continue;
            it.wakes.fetch_add(1, std::memory_order_relaxed);
            it.wakes.notify_one();
        }
    });
    s.thread("consumer", [&] {
        int woken = 0;
        for (int n = it.take(); n < 2; n += it.take()) {
            it.flag.begin_park();
            if (!it.queue.front()) {
                it.wakes.wait(woken, std::memory_order_relaxed);
                woken = it.wakes.load(std::memory_order_relaxed);
            }
            it.flag.end_park();
        }
    });
}

} // namespace

TEST_CASE("the ring hands on all in order, and places are used again once they are released", "[spsc-ring]") {
    CHECK(model::passed(model::explore(one_by_one)));
    CHECK(model::passed(model::explore(in_batches)));
}

TEST_CASE("a parked consumer of the ring is woken", "[spsc-ring]") { CHECK(model::passed(model::explore(parking))); }

TEST_CASE("each memory order of the ring is needed, and of the flag of its parked consumer", "[spsc-ring]") {
    auto const all = model::weaken_each({one_by_one, parking});
    CHECK(all.size() == 13);
    CHECK(model::unnoticed(all) == std::vector<std::string>());
}
