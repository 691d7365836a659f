// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The classic tests of memory models: the checker finds exactly the outcomes that C++20 allows.
#include "fw_catch.hpp"

#include "model.hpp"

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace {

using outcomes = std::set<std::string>;
using order = std::memory_order;
constexpr auto relaxed = order::relaxed;
constexpr auto acquire = order::acquire;
constexpr auto release = order::release;
constexpr auto acq_rel = order::acq_rel;
constexpr auto seq_cst = order::seq_cst;

struct variables {
    model::atomic<int> x{0};
    model::atomic<int> y{0};
    // What the threads read; an outcome is these four.
    int a = 0, b = 0, c = 0, d = 0;
};

using run = std::function<void(variables&)>;

model::result explore(std::vector<run> const& threads) {
    return model::explore([&](model::scene& s) {
        auto& v = s.make<variables>();
        int number = 0;
        for (auto const& t : threads) s.thread("thread " + std::to_string(++number), [&] { t(v); });
        s.at_end(
            [&] { s.outcome(std::to_string(v.a) + std::to_string(v.b) + std::to_string(v.c) + std::to_string(v.d)); });
    });
}

outcomes of(std::vector<run> const& threads) {
    auto const found = explore(threads);
    REQUIRE(model::passed(found));
    return found.outcomes;
}

outcomes store_buffering(order put, order get) {
    return of({[=](variables& v) {
                   v.x.store(1, put);
                   v.a = v.y.load(get);
               },
        [=](variables& v) {
            v.y.store(1, put);
            v.b = v.x.load(get);
        }});
}

outcomes store_buffering_with_fences(order first, order second) {
    return of({[=](variables& v) {
                   v.x.store(1, relaxed);
                   model::fence(first);
                   v.a = v.y.load(relaxed);
               },
        [=](variables& v) {
            v.y.store(1, relaxed);
            model::fence(second);
            v.b = v.x.load(relaxed);
        }});
}

outcomes message_passing(order put, order get) {
    return of({[=](variables& v) {
                   v.x.store(1, relaxed);
                   v.y.store(1, put);
               },
        [=](variables& v) {
            v.a = v.y.load(get);
            v.b = v.x.load(relaxed);
        }});
}

outcomes independent_reads(order put, order get) {
    return of({[=](variables& v) { v.x.store(1, put); }, [=](variables& v) { v.y.store(1, put); },
        [=](variables& v) {
            v.a = v.x.load(get);
            v.b = v.y.load(get);
        },
        [=](variables& v) {
            v.c = v.y.load(get);
            v.d = v.x.load(get);
        }});
}

} // namespace

TEST_CASE("store buffering: only seq_cst keeps a store before a later load", "[litmus]") {
    outcomes const all{"0000", "0100", "1000", "1100"};
    outcomes const ordered{"0100", "1000", "1100"};
    CHECK(store_buffering(relaxed, relaxed) == all);
    CHECK(store_buffering(release, acquire) == all);
    CHECK(store_buffering(seq_cst, acquire) == all);
    CHECK(store_buffering(release, seq_cst) == all);
    CHECK(store_buffering(seq_cst, seq_cst) == ordered);
    CHECK(store_buffering_with_fences(seq_cst, seq_cst) == ordered);
    CHECK(store_buffering_with_fences(seq_cst, acq_rel) == all);
    CHECK(store_buffering_with_fences(acq_rel, acq_rel) == all);
}

TEST_CASE("message passing needs a release and an acquire", "[litmus]") {
    outcomes const all{"0000", "0100", "1000", "1100"};
    outcomes const ordered{"0000", "0100", "1100"};
    CHECK(message_passing(relaxed, relaxed) == all);
    CHECK(message_passing(release, relaxed) == all);
    CHECK(message_passing(relaxed, acquire) == all);
    CHECK(message_passing(release, acquire) == ordered);
    CHECK(message_passing(seq_cst, seq_cst) == ordered);
}

TEST_CASE("message passing with fences", "[litmus]") {
    auto const passing = [](order put, order get) {
        return of({[=](variables& v) {
                       v.x.store(1, relaxed);
                       model::fence(put);
                       v.y.store(1, relaxed);
                   },
            [=](variables& v) {
                v.a = v.y.load(relaxed);
                model::fence(get);
                v.b = v.x.load(relaxed);
            }});
    };
    CHECK(passing(release, acquire) == outcomes{"0000", "0100", "1100"});
    CHECK(passing(release, relaxed) == outcomes{"0000", "0100", "1000", "1100"});
    CHECK(passing(relaxed, acquire) == outcomes{"0000", "0100", "1000", "1100"});
}

TEST_CASE(
    "a release sequence goes on through a read-modify-write of another thread, not through its store", "[litmus]") {
    auto const passing = [](run const& between) {
        return of({[](variables& v) {
                       v.x.store(1, relaxed);
                       v.y.store(1, release);
                   },
            between,
            [](variables& v) {
                v.a = v.y.load(acquire);
                v.b = v.x.load(relaxed);
            }});
    };
    auto const with_modify = passing([](variables& v) {
        int one = 1;
        v.y.compare_exchange_strong(one, 2, relaxed, relaxed);
    });
    CHECK(with_modify == outcomes{"0000", "0100", "1100", "2100"});
    auto const with_store = passing([](variables& v) {
        if (v.y.load(relaxed) == 1) v.y.store(2, relaxed);
    });
    CHECK(with_store == outcomes{"0000", "0100", "1100", "2000", "2100"});
}

TEST_CASE("independent reads of independent writes agree on their order only with seq_cst", "[litmus]") {
    CHECK(independent_reads(release, acquire).count("1010") == 1);
    CHECK(independent_reads(release, acquire).size() == 16);
    CHECK(independent_reads(seq_cst, seq_cst).count("1010") == 0);
    CHECK(independent_reads(seq_cst, seq_cst).size() == 15);
}

TEST_CASE("coherence: what a thread reads of one variable never goes back", "[litmus]") {
    auto const read_read = of({[](variables& v) {
                                   v.x.store(1, relaxed);
                                   v.x.store(2, relaxed);
                               },
        [](variables& v) {
            v.a = v.x.load(relaxed);
            v.b = v.x.load(relaxed);
        }});
    CHECK(read_read == outcomes{"0000", "0100", "0200", "1100", "1200", "2200"});
    auto const own_write = of({[](variables& v) {
                                   v.x.store(1, relaxed);
                                   v.a = v.x.load(relaxed);
                               },
        [](variables& v) {
            v.x.store(2, relaxed);
            v.b = v.x.load(relaxed);
        }});
    CHECK(own_write == outcomes{"1100", "1200", "2200"});
    auto const two_readers =
        of({[](variables& v) { v.x.store(1, relaxed); }, [](variables& v) { v.x.store(2, relaxed); },
            [](variables& v) {
                v.a = v.x.load(relaxed);
                v.b = v.x.load(relaxed);
            },
            [](variables& v) {
                v.c = v.x.load(relaxed);
                v.d = v.x.load(relaxed);
            }});
    CHECK(two_readers.count("1212") == 1);
    CHECK(two_readers.count("1221") == 0);
    CHECK(two_readers.count("2112") == 0);
}

TEST_CASE("modification order need not be the order of execution", "[litmus]") {
    auto const writes = [](order how) {
        return of({[=](variables& v) {
                       v.x.store(1, how);
                       v.y.store(2, how);
                   },
            [=](variables& v) {
                v.y.store(1, how);
                v.x.store(2, how);
            },
            [](variables&) {}});
    };
    // The last values are read by a scene of its own, since all of it happened before.
    auto const last = [](order how) {
        auto const found = model::explore([=](model::scene& s) {
            auto& v = s.make<variables>();
            s.thread("one", [=, &v] {
                v.x.store(1, how);
                v.y.store(2, how);
            });
            s.thread("two", [=, &v] {
                v.y.store(1, how);
                v.x.store(2, how);
            });
            s.at_end([&] { s.outcome(std::to_string(v.x.load()) + std::to_string(v.y.load())); });
        });
        REQUIRE(model::passed(found));
        return found.outcomes;
    };
    CHECK(writes(relaxed) == outcomes{"0000"});
    CHECK(last(relaxed) == outcomes{"11", "12", "21", "22"});
    CHECK(last(release) == outcomes{"11", "12", "21", "22"});
    CHECK(last(seq_cst) == outcomes{"12", "21", "22"});
}

TEST_CASE("read-modify-writes read the newest and lose nothing", "[litmus]") {
    auto const found = model::explore([](model::scene& s) {
        auto& v = s.make<variables>();
        for (auto const* name : {"one", "two", "three"}) s.thread(name, [&] { v.x.fetch_add(1, relaxed); });
        s.at_end([&] { model::require(v.x.load(relaxed) == 3, "all are counted"); });
    });
    CHECK(model::passed(found));
    CHECK(found.executions == 6);
}

TEST_CASE("a failed compare_exchange is a load, which may be of an older value", "[litmus]") {
    auto const found = of({[](variables& v) {
                               v.x.store(1, relaxed);
                               v.x.store(2, relaxed);
                           },
        [](variables& v) {
            int three = 3;
            v.x.compare_exchange_strong(three, 4, seq_cst, relaxed);
            v.a = three;
        }});
    CHECK(found == outcomes{"0000", "1000", "2000"});
}

TEST_CASE("compare_exchange_weak fails without reason where that is asked for", "[litmus]") {
    auto const attempts = [](unsigned spurious) {
        model::options how;
        how.spurious = spurious;
        auto const found = model::explore(
            [](model::scene& s) {
                auto& v = s.make<variables>();
                s.thread("one", [&] {
                    int zero = 0;
                    while (!v.x.compare_exchange_weak(zero, 1, relaxed)) ++v.a;
                });
                s.at_end([&] { s.outcome(std::to_string(v.a)); });
            },
            how);
        REQUIRE(model::passed(found));
        return found.outcomes;
    };
    CHECK(attempts(0) == outcomes{"0"});
    CHECK(attempts(2) == outcomes{"0", "1", "2"});
}

// Not modelled, as checker/memory.hpp says: C++20 allows "1100" here, but no load of the checker returns what is stored
// later. Where code relies on it not happening, it needs another argument.
TEST_CASE("load buffering is not modelled", "[litmus]") {
    auto const found = of({[](variables& v) {
                               v.a = v.x.load(relaxed);
                               v.y.store(1, relaxed);
                           },
        [](variables& v) {
            v.b = v.y.load(relaxed);
            v.x.store(1, relaxed);
        }});
    CHECK(found == outcomes{"0000", "0100", "1000"});
}

TEST_CASE("choose takes each of its values", "[litmus]") {
    auto const found = of({[](variables& v) { v.a = static_cast<int>(model::choose(3)); },
        [](variables& v) { v.b = static_cast<int>(model::choose(2)); }});
    CHECK(found == outcomes{"0000", "0100", "1000", "1100", "2000", "2100"});
}
