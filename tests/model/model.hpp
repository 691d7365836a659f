// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
//
// A model checker for code that threads share without, or with more than, a lock: runs two to four small threads in all
// interleavings, with all values that the C++20 memory model lets each load return.
//
//     auto const found = model::explore([](model::scene& s) {
//         struct shared {
//             model::plain<int> data{0};
//             model::atomic<bool> ready{false};
//         };
//         auto& it = s.make<shared>();
//         s.thread("producer", [&] {
//             it.data = 1;
//             it.ready.store(true, std::memory_order_release);
//         });
//         s.thread("consumer", [&] {
//             while (!it.ready.load(std::memory_order_acquire)) model::pause();
//             model::require(it.data == 1, "the consumer sees the data");
//         });
//     });
//     REQUIRE(model::passed(found));
//
// Reported, with the interleaving: a data race on `plain` data or at the end of an object's life, a deadlock and a lost
// wake-up (nobody can go on), a requirement that does not hold, double free, use after free, a leak, an endless loop.
//
// Library code is checked as it ships: it is a template over `fairway::detail::std_atomics`, and takes `model::atomics`
// here. `model::weaken_each` finds out which of its memory orders the checker does not need.
//
// Rules for the scene: the same choices must lead to the same steps (no time, no addresses in decisions); what threads
// share is made by `make`, or lives in what was made; no Catch2 macro within it. A loop that waits for another thread
// calls `pause`: such a thread goes on when there is something new to see.
//
// Not modelled: load buffering (no load returns what is stored later), memory_order_consume (taken for acquire),
// spurious wake-ups, time. What the model of memory covers: checker/memory.hpp. How interleavings are chosen:
// checker/search.hpp; tests/model/random_programs.cpp compares both with their definitions.
#ifndef FAIRWAY_TESTS_MODEL_MODEL_HPP
#define FAIRWAY_TESTS_MODEL_MODEL_HPP

#include "checker/engine.hpp"
#include "checker/types.hpp"

#include <functional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace model {

// What the body of an exploration builds, anew for each execution.
class scene {
public:
    // An object that the threads share; destroyed after `at_end`, in the reverse order of making.
    template <class T, class... Args>
    T& make(Args&&... args) {
        auto* const made = new T(std::forward<Args>(args)...);
        engine::active->keep(made, [](void* object) { delete static_cast<T*>(object); });
        return *made;
    }
    // Up to four; they run when the body has returned.
    template <class Run>
    void thread(std::string_view name, Run&& run) {
        engine::active->thread(name, std::forward<Run>(run));
    }
    // Runs once all threads have ended, and sees all that they did.
    template <class Run>
    void at_end(Run&& run) {
        engine::active->at_end(std::forward<Run>(run));
    }
    // Adds to `result::outcomes`; for tests of what is possible.
    void outcome(std::string const& what) { engine::active->outcome(what); }
};

template <class Body>
result explore(Body const& body, options const& how = {}) {
    engine e;
    scene s;
    return e.explore([&] { body(s); }, how);
}

// Ends the exploration where it does not hold.
inline void require(bool holds, char const* what) {
    if (!holds) engine::active->fail(what);
}
// In a loop that waits for another thread.
inline void pause(source const& w = source::current()) { engine::active->yield(w); }
// Each of 0 to `count` - 1, in different executions.
inline std::size_t choose(std::size_t count, source const& w = source::current()) {
    return engine::active->choose(count, w);
}

// All was looked at and nothing was found: `REQUIRE(passed(found))` shows what was.
struct verdict {
    bool holds = false;
    std::string shown;
    explicit operator bool() const { return holds; }
    friend std::ostream& operator<<(std::ostream& to, verdict const& v) { return to << v.shown; }
};
verdict passed(result const&);

// One memory order, made weaker.
struct weakened {
    mutation change;
    // Without line numbers: "turn_flag.hpp: modify release -> relaxed".
    std::string text;
    std::string line;
    // What the checker found; empty where it found nothing, so that the order, by this model, is not needed.
    std::string noticed;
};

// Explores once for each memory order stronger than relaxed that the threads use, and for each weaker one in its place;
// and once without each notification. Of several scenes one that notices it is enough.
using scenes = std::vector<std::function<void(scene&)>>;
std::vector<weakened> weaken_each(scenes const& all, options const& how = {});
// Those that the checker did not notice.
std::vector<std::string> unnoticed(std::vector<weakened> const&);

// The policy; see <fairway/detail/std_atomics.hpp>.
struct atomics {
    template <class T>
    using atomic = model::atomic<T>;
    // What a loop calls that waits for another thread.
    static void pause() { model::pause(); }
};

} // namespace model

#endif
