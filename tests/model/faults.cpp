// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What the checker reports: each fault is found, and the mended code passes.
#include "fw_catch.hpp"

#include "model.hpp"

#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>

namespace {

constexpr auto relaxed = std::memory_order_relaxed;
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;
constexpr auto acq_rel = std::memory_order_acq_rel;

// What went wrong, up to the first colon or as a whole.
std::string kind_of(model::result const& r) {
    if (!r.failed) return model::passed(r) ? "nothing" : "not finished";
    return r.failed->what.substr(0, r.failed->what.find(':'));
}

} // namespace

TEST_CASE("data that two threads use unordered is a race", "[faults]") {
    auto const passing = [](std::memory_order put, std::memory_order get, bool look) {
        return kind_of(model::explore([=](model::scene& s) {
            struct shared {
                model::plain<int> data{0};
                model::atomic<bool> ready{false};
            };
            auto& it = s.make<shared>();
            s.thread("producer", [=, &it] {
                it.data = 1;
                it.ready.store(true, put);
            });
            s.thread("consumer", [=, &it] {
                if (!look || it.ready.load(get)) model::require(it.data == 1, "it is there");
            });
        }));
    };
    CHECK(passing(release, acquire, true) == "nothing");
    CHECK(passing(relaxed, acquire, true) == "data race");
    CHECK(passing(release, relaxed, true) == "data race");
    CHECK(passing(release, acquire, false) == "data race");
}

TEST_CASE("a plain write after the release is a race", "[faults]") {
    auto const found = model::explore([](model::scene& s) {
        struct shared {
            model::plain<int> data{0};
            model::atomic<bool> ready{false};
        };
        auto& it = s.make<shared>();
        s.thread("producer", [&] {
            it.ready.store(true, release);
            it.data = 1;
        });
        s.thread("consumer", [&] {
            if (it.ready.load(acquire)) model::require(it.data >= 0, "");
        });
    });
    CHECK(kind_of(found) == "data race");
}

namespace {

// A lock by hand, with the faults that one can make.
struct spin_lock {
    model::atomic<bool> taken{false};
    std::memory_order enter = acquire, leave = release;
    bool one_step = true;

    void lock() {
        if (one_step)
            while (taken.exchange(true, enter)) model::pause();
        else {
            while (taken.load(enter)) model::pause();
            taken.store(true, enter == acquire ? relaxed : enter);
        }
    }
    void unlock() { taken.store(false, leave); }
};

std::string spin(std::memory_order enter, std::memory_order leave, bool one_step, int threads = 2) {
    auto const found = model::explore([=](model::scene& s) {
        struct shared {
            spin_lock lock;
            model::plain<int> count{0};
        };
        auto& it = s.make<shared>();
        it.lock.enter = enter;
        it.lock.leave = leave;
        it.lock.one_step = one_step;
        for (int i = 0; i < threads; ++i)
            s.thread("thread " + std::to_string(i), [&] {
                std::lock_guard const lock(it.lock);
                ++it.count;
            });
        s.at_end([=, &it] { model::require(it.count == threads, "all are counted"); });
    });
    return kind_of(found);
}

} // namespace

TEST_CASE("broken spin locks are found", "[faults]") {
    CHECK(spin(acquire, release, true) == "nothing");
    CHECK(spin(acquire, release, true, 3) == "nothing");
    CHECK(spin(relaxed, release, true) == "data race");
    CHECK(spin(acquire, relaxed, true) == "data race");
    CHECK(spin(acquire, release, false) == "data race");
}

TEST_CASE("who waits for what never comes is a lost wake-up", "[faults]") {
    auto const waking = [](bool notifies, bool stores_first) {
        return model::explore([=](model::scene& s) {
            auto& flag = s.make<model::atomic<int>>(0);
            flag.name("flag");
            s.thread("waker", [=, &flag] {
                if (!stores_first) flag.notify_one();
                flag.store(1, release);
                if (notifies && stores_first) flag.notify_one();
            });
            s.thread("sleeper", [&flag] {
                flag.wait(0, acquire);
                model::require(flag.load(relaxed) == 1, "it was told");
            });
        });
    };
    CHECK(kind_of(waking(true, true)) == "nothing");
    CHECK(kind_of(waking(false, true)) == "deadlock");
    CHECK(kind_of(waking(true, false)) == "deadlock");
    CHECK(waking(false, true).failed->what.find("sleeper waits to be notified by flag") != std::string::npos);
}

TEST_CASE("notify_one wakes one of them only", "[faults]") {
    auto const waking = [](bool all) {
        return kind_of(model::explore([=](model::scene& s) {
            auto& flag = s.make<model::atomic<int>>(0);
            for (auto const* name : {"one", "two"}) s.thread(name, [&] { flag.wait(0); });
            s.thread("waker", [=, &flag] {
                flag.store(1);
                all ? flag.notify_all() : flag.notify_one();
            });
        }));
    };
    CHECK(waking(true) == "nothing");
    CHECK(waking(false) == "deadlock");
}

TEST_CASE("a condition that is told without the lock, between the look and the sleep, is lost", "[faults]") {
    auto const telling = [](bool locked) {
        return kind_of(model::explore([=](model::scene& s) {
            struct shared {
                model::mutex mutex;
                model::condition_variable told;
                model::atomic<bool> ready{false};
            };
            auto& it = s.make<shared>();
            s.thread("waiter", [&] {
                std::unique_lock lock(it.mutex);
                it.told.wait(lock, [&] { return it.ready.load(relaxed); });
            });
            s.thread("teller", [=, &it] {
                if (locked) it.mutex.lock();
                it.ready.store(true, relaxed);
                if (locked) it.mutex.unlock();
                it.told.notify_one();
            });
        }));
    };
    CHECK(telling(true) == "nothing");
    CHECK(telling(false) == "deadlock");
}

TEST_CASE("two locks in two orders are a deadlock, one of them tried is not", "[faults]") {
    auto const locking = [](bool same_order, bool tried) {
        return kind_of(model::explore([=](model::scene& s) {
            struct shared {
                model::mutex a, b;
                model::plain<int> count{0};
            };
            auto& it = s.make<shared>();
            s.thread("one", [&] {
                std::lock_guard const first(it.a);
                std::lock_guard const second(it.b);
                ++it.count;
            });
            s.thread("two", [=, &it] {
                auto& outer = same_order ? it.a : it.b;
                auto& inner = same_order ? it.b : it.a;
                std::lock_guard const first(outer);
                if (tried && !inner.try_lock()) return;
                if (!tried) inner.lock();
                ++it.count;
                inner.unlock();
            });
        }));
    };
    CHECK(locking(true, false) == "nothing");
    CHECK(locking(false, false) == "deadlock");
    CHECK(locking(false, true) == "nothing");
}

TEST_CASE("objects that end too early, twice or never are found", "[faults]") {
    struct counted {
        model::atomic<int> references{2};
        model::plain<int> data{1};
    };
    auto const dropping = [](std::memory_order last_use, std::memory_order end, int owners) {
        return kind_of(model::explore([=](model::scene& s) {
            auto* const it = new counted;
            it->references.store(owners, relaxed);
            for (auto const* name : {"one", "two"})
                s.thread(name, [=] {
                    model::require(it->data == 1, "it is alive");
                    if (it->references.fetch_sub(1, last_use) != 1) return;
                    model::fence(end);
                    delete it;
                });
        }));
    };
    CHECK(dropping(acq_rel, relaxed, 2) == "nothing");
    CHECK(dropping(release, acquire, 2) == "nothing");
    CHECK(dropping(relaxed, acquire, 2) == "data race");
    CHECK(dropping(release, relaxed, 2) == "data race");
    CHECK(dropping(acq_rel, relaxed, 3) == "leak");
    auto const early = dropping(acq_rel, relaxed, 1);
    CHECK((early == "use after free" || early == "data race"));
    auto const twice = model::explore([](model::scene& s) {
        int* const it = new int;
        s.thread("one", [=] { delete it; });
        s.thread("two", [=] { delete it; });
    });
    CHECK(kind_of(twice) == "double free");
}

TEST_CASE("requirements, exceptions and endless loops are reported", "[faults]") {
    auto const only = [](auto run) { return model::explore([=](model::scene& s) { s.thread("only", run); }); };
    CHECK(kind_of(only([] { model::require(false, "so it is"); })) == "so it is");
    CHECK(only([] { throw std::runtime_error("boo"); }).failed->what == "an exception left the thread: boo");
    auto const spinning = [](bool with_pause) {
        model::options how;
        how.steps = 50;
        return kind_of(model::explore(
            [=](model::scene& s) {
                auto& flag = s.make<model::atomic<bool>>(false);
                s.thread("only", [=, &flag] {
                    while (!flag.load())
                        if (with_pause) model::pause();
                });
            },
            how));
    };
    CHECK(spinning(true) == "deadlock");
    CHECK(spinning(false) == "more than 50 steps");
}

TEST_CASE("a thread may throw and catch between its steps", "[faults]") {
    auto const found = model::explore([](model::scene& s) {
        auto& count = s.make<model::atomic<int>>(0);
        for (auto const* name : {"one", "two"})
            s.thread(name, [&] {
                try {
                    throw std::runtime_error(std::string(100, 'x'));
                } catch (std::runtime_error const& e) {
                    count.fetch_add(1);
                    model::require(std::string(e.what()).size() == 100, "it is this thread's");
                    count.fetch_add(1);
                }
            });
        s.at_end([&] { model::require(count.load() == 4, "both went on"); });
    });
    CHECK(model::passed(found));
}

TEST_CASE("a failure comes with the interleaving that leads to it", "[faults]") {
    auto const found = model::explore([](model::scene& s) {
        auto& x = s.make<model::atomic<int>>(0);
        x.name("x");
        s.thread("writer", [&] { x.store(1, release); });
        s.thread("reader", [&] { model::require(x.load(acquire) == 0, "it is not written yet"); });
    });
    REQUIRE(found.failed);
    CHECK(found.failed->what == "it is not written yet");
    auto const& trace = found.failed->trace;
    CHECK(trace.find("1   writer      faults.cpp:") == 0);
    CHECK(trace.find("x.store(1, release)\n") != std::string::npos);
    CHECK(trace.find("x.load(acquire) = 1\n") != std::string::npos);
}

TEST_CASE("an exploration that is cut short has not passed", "[faults]") {
    model::options how;
    how.executions = 2;
    auto const found = model::explore(
        [](model::scene& s) {
            auto& x = s.make<model::atomic<int>>(0);
            for (auto const* name : {"one", "two", "three"}) s.thread(name, [&] { x.fetch_add(1); });
        },
        how);
    CHECK(kind_of(found) == "not finished");
}

TEST_CASE("weakened memory orders and missing notifications are noticed", "[faults]") {
    auto const all = model::weaken_each({[](model::scene& s) {
        struct shared {
            model::plain<int> data{0};
            model::atomic<int> ready{0};
            model::atomic<int> unrelated{0};
        };
        auto& it = s.make<shared>();
        s.thread("producer", [&] {
            it.data = 1;
            it.unrelated.store(1, release);
            it.ready.store(1, std::memory_order_seq_cst);
            it.ready.notify_one();
        });
        s.thread("consumer", [&] {
            it.ready.wait(0, acquire);
            model::require(it.data == 1, "it is there");
        });
    }});
    CHECK(all.size() == 5);
    CHECK(model::unnoticed(all) ==
          std::vector<std::string>{"faults.cpp: store release -> relaxed", "faults.cpp: store seq_cst -> release"});
}
