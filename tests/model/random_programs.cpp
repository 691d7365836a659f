// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The checker against the definitions: of random small programs it finds all outcomes, and no other, with and without
// leaving out what is redundant.
#include "fw_catch.hpp"

#include "program.hpp"

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

TEST_CASE("random programs have the outcomes that the definitions allow, and no other", "[random]") {
    std::size_t with = 0, without = 0;
    for (std::uint32_t seed = 1; seed <= 40; ++seed) {
        auto const p = program::random(seed);
        INFO("seed " << seed << "\n" << program::text(p));
        auto const allowed = program::by_definition(p);
        auto const reduced = program::by_checker(p, {});
        REQUIRE(model::passed(reduced));
        REQUIRE(reduced.outcomes == allowed);
        model::options all;
        all.reduced = false;
        auto const full = program::by_checker(p, all);
        REQUIRE(model::passed(full));
        REQUIRE(full.outcomes == allowed);
        with += reduced.executions + reduced.redundant;
        without += full.executions;
    }
    CHECK(with * 5 < without);
}

namespace {

// Programs that wait for each other: what goes wrong must not depend on what is left out.
class waiting {
public:
    explicit waiting(std::uint32_t seed) : state_(seed) {
        draw(2);
        std::size_t const threads = 2 + draw(2);
        for (std::size_t t = 0; t < threads; ++t) {
            std::string steps;
            std::size_t const count = threads == 2 ? 3 : 2;
            for (std::size_t i = 0; i < count; ++i) steps += "ssnNwwlLtcCyr"[draw(13)];
            threads_.push_back(steps);
        }
    }
    std::vector<std::string> const& threads() const { return threads_; }

    model::result explore(bool reduced) const {
        struct shared {
            model::atomic<int> flag{0};
            model::mutex mutex;
            model::condition_variable told;
            model::plain<int> data{0};
            int seen[3] = {};
        };
        model::options how;
        how.reduced = reduced;
        return model::explore(
            [this](model::scene& s) {
                auto& it = s.make<shared>();
                for (std::size_t t = 0; t < threads_.size(); ++t)
                    s.thread("thread " + std::to_string(t), [this, t, &it] {
                        int& seen = it.seen[t];
                        for (char const what : threads_[t]) step(what, it, seen);
                    });
                s.at_end([&] {
                    s.outcome(std::to_string(it.seen[0]) + " " + std::to_string(it.seen[1]) + " " +
                              std::to_string(it.seen[2]) + " " + std::to_string(it.flag.load()));
                });
            },
            how);
    }

private:
    template <class Shared>
    static void step(char what, Shared& it, int& seen) {
        switch (what) {
        case 's': it.flag.store(1, std::memory_order_release); break;
        case 'n': it.flag.notify_one(); break;
        case 'N': it.flag.notify_all(); break;
        case 'w': it.flag.wait(0, std::memory_order_relaxed); break;
        case 'l': { // uses the data with the lock
            std::lock_guard const lock(it.mutex);
            ++it.data;
            seen = seen * 10 + it.data;
            break;
        }
        case 'L': // uses it if it sees the flag
            if (it.flag.load(std::memory_order_acquire) == 1) ++it.data;
            break;
        case 't':
            if (!it.mutex.try_lock()) break;
            seen = seen * 10 + ++it.data.write();
            it.mutex.unlock();
            break;
        case 'c': {
            std::unique_lock lock(it.mutex);
            it.told.wait(lock, [&] { return it.data > 0; });
            break;
        }
        case 'C': {
            std::lock_guard const lock(it.mutex);
            ++it.data;
            it.told.notify_one();
            break;
        }
        case 'y':
            while (it.flag.load(std::memory_order_relaxed) == 0) model::pause();
            break;
        case 'r': seen = seen * 10 + it.flag.exchange(2, std::memory_order_acq_rel); break;
        default: break;
        }
    }
    std::uint32_t draw(std::uint32_t below) {
        state_ = state_ * 1664525U + 1013904223U;
        return (state_ >> 16) % below;
    }

    std::uint32_t state_;
    std::vector<std::string> threads_;
};

} // namespace

TEST_CASE(
    "in random programs that wait for each other the same goes wrong or right, whatever is left out", "[random]") {
    int wrong = 0;
    for (std::uint32_t seed = 1; seed <= 100; ++seed) {
        waiting const program(seed);
        INFO("seed " << seed);
        for (auto const& t : program.threads()) UNSCOPED_INFO(t);
        auto const reduced = program.explore(true);
        auto const full = program.explore(false);
        REQUIRE(reduced.failed.has_value() == full.failed.has_value());
        if (reduced.failed) {
            ++wrong;
            continue;
        }
        REQUIRE(model::passed(reduced));
        REQUIRE(model::passed(full));
        REQUIRE(reduced.outcomes == full.outcomes);
    }
    CHECK(wrong > 30);
    CHECK(wrong < 80);
}
