// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"

#include "model.hpp"

#include <fairway/env/turn_flag.hpp>

#include <mutex>
#include <string>
#include <vector>

namespace {

using turn_flag = fairway::env::basic_turn_flag<model::atomics>;

// The same with a store in place of the exchange.
class storing_flag {
public:
    bool ask() { return !asked_.exchange(true); }
    void begin() { asked_.store(false); }

private:
    model::atomic<bool> asked_{false};
};

// Turns that are scheduled on a serial executor.
template <class Flag>
struct turns {
    Flag flag;
    model::atomic<int> scheduled{0};

    void ask() {
        if (!flag.ask()) return;
        scheduled.fetch_add(1, std::memory_order_relaxed);
        scheduled.notify_one();
    }
    // Until `look` says that it has seen all.
    template <class Look>
    void run(Look look) {
        int begun = 0;
        do {
            scheduled.wait(begun, std::memory_order_relaxed);
            ++begun;
            flag.begin();
        } while (!look());
    }
};

// Nothing but the flag orders what is put in and the look at it.
template <class Flag>
void without_a_lock(model::scene& s) {
    struct shared : turns<Flag> {
        model::atomic<int> put[3];
    };
    auto& it = s.make<shared>();
    for (int i = 0; i < 2; ++i)
        s.thread("asker " + std::to_string(i), [&, i] {
            it.put[i].store(1, std::memory_order_relaxed);
            it.ask();
        });
    s.thread("executor", [&] {
        it.run([&] {
            return it.put[0].load(std::memory_order_relaxed) == 1 && it.put[1].load(std::memory_order_relaxed) == 1;
        });
    });
}

// As a source and its consumer: the source tells it under the lock with which the consumer takes.
template <class Flag>
void with_a_lock(model::scene& s) {
    struct shared : turns<Flag> {
        model::mutex mutex;
        model::plain<int> waiting{0};
        model::plain<bool> hungry{true};
        int taken = 0;
    };
    auto& it = s.make<shared>();
    for (int i = 0; i < 2; ++i)
        s.thread("sender " + std::to_string(i), [&] {
            std::lock_guard const lock(it.mutex);
            ++it.waiting;
            if (!it.hungry) return;
            it.hungry = false;
            it.ask();
        });
    s.thread("executor", [&] {
        it.run([&] {
            std::lock_guard const lock(it.mutex);
            it.taken += it.waiting;
            it.waiting = 0;
            it.hungry = true;
            return it.taken == 2;
        });
    });
}

} // namespace

TEST_CASE("a turn sees all that asked before it, or another is scheduled", "[turn-flag]") {
    CHECK(model::passed(model::explore(without_a_lock<turn_flag>)));
    CHECK(model::passed(model::explore(with_a_lock<turn_flag>)));
}

TEST_CASE("each memory order of the turn flag is needed, unless there is a lock", "[turn-flag]") {
    using orders = std::vector<std::string>;
    CHECK(model::unnoticed(model::weaken_each({without_a_lock<turn_flag>})) == orders());
    CHECK(model::unnoticed(model::weaken_each({with_a_lock<turn_flag>})) ==
          orders{"turn_flag.hpp: modify release -> relaxed", "turn_flag.hpp: modify acquire -> relaxed"});
}

TEST_CASE("a turn that begins with a mere store misses who asked in vain, unless there is a lock", "[turn-flag]") {
    auto const found = model::explore(without_a_lock<storing_flag>);
    REQUIRE(found.failed);
    CHECK(found.failed->what.find("deadlock") == 0);
    CHECK(model::passed(model::explore(with_a_lock<storing_flag>)));
}
