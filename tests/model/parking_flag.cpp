// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"

#include "model.hpp"

#include <fairway/env/parking_flag.hpp>

#include <string>
#include <vector>

namespace {

// A queue of numbered places, filled by producers without a lock; whoever wakes the consumer counts a wake-up.
struct mailbox {
    fairway::env::basic_parking_flag<model::atomics> flag;
    model::atomic<int> filled{0};
    model::plain<int> places[2];
    model::atomic<int> wakes{0};
    int parks = 0;

    void put(int place) {
        places[place] = 1;
        filled.fetch_add(1, std::memory_order_release);
        if (!flag.should_wake()) return;
        wakes.fetch_add(1, std::memory_order_relaxed);
        wakes.notify_one();
    }
    // Until all have come.
    void take(int all) {
        int woken = 0;
        while (filled.load(std::memory_order_acquire) < all) {
            ++parks;
            flag.begin_park();
            if (filled.load(std::memory_order_relaxed) < all) {
                wakes.wait(woken, std::memory_order_relaxed);
                woken = wakes.load(std::memory_order_relaxed);
            }
            flag.end_park();
        }
        for (int i = 0; i < all; ++i) model::require(places[i] == 1, "what was put in is there");
    }
    void at_end() { model::require(wakes.load() <= parks, "each parking is ended by one producer"); }
};

// One producer puts two in, with a look by the consumer between them.
void one_producer(model::scene& s) {
    auto& box = s.make<mailbox>();
    s.thread("producer", [&] {
        box.put(0);
        box.put(1);
    });
    s.thread("consumer", [&] {
        box.take(1);
        box.take(2);
    });
    s.at_end([&] { box.at_end(); });
}

void two_producers(model::scene& s) {
    auto& box = s.make<mailbox>();
    s.thread("one", [&] { box.put(0); });
    s.thread("two", [&] { box.put(1); });
    s.thread("consumer", [&] { box.take(2); });
    s.at_end([&] { box.at_end(); });
}

} // namespace

TEST_CASE("no wake-up of a parked consumer is lost, and none is doubled", "[parking-flag]") {
    CHECK(model::passed(model::explore(one_producer)));
    CHECK(model::passed(model::explore(two_producers)));
}

TEST_CASE("both fences of the parking flag are needed, and need be seq_cst", "[parking-flag]") {
    auto const all = model::weaken_each({one_producer});
    CHECK(all.size() == 11);
    CHECK(model::unnoticed(all) == std::vector<std::string>());
}
