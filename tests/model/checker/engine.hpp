// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Runs the threads of a model, one step at a time, and says what it found.
#ifndef FAIRWAY_TESTS_MODEL_ENGINE_HPP
#define FAIRWAY_TESTS_MODEL_ENGINE_HPP

#include "fiber.hpp"
#include "memory.hpp"
#include "operation.hpp"
#include "search.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace model {

struct options {
    // How many executions at most; reached, the result is not `complete`.
    std::size_t executions = 1'000'000;
    // How many steps one execution may have.
    std::size_t steps = 1'000;
    // How often in each thread a compare_exchange_weak may fail without reason.
    unsigned spurious = 0;
    // Leaves out executions that differ only in the order of independent steps.
    bool reduced = true;
};

struct failure {
    std::string what;
    // The interleaving, a line for each step.
    std::string trace;
};

struct result {
    std::set<std::string> outcomes;
    std::size_t executions = 0;
    // Begun, and given up since they would have been like others.
    std::size_t redundant = 0;
    bool complete = false;
    std::optional<failure> failed;
};

// A place in the code where a memory order is written, or something is notified.
struct site {
    std::string_view file;
    std::uint_least32_t line = 0;
    std::uint_least32_t column = 0;
    act what = act::load;
    bool on_failure = false; // the second order of a compare_exchange
    std::memory_order order = std::memory_order_relaxed;

    bool operator==(site const& o) const = default;
};
// What to write there instead; with `dropped` the operation is left out.
struct mutation {
    site where;
    std::memory_order order = std::memory_order_relaxed;
    bool dropped = false;
};

std::string text(std::memory_order);
std::string text(act);
std::string text(source const&);
std::string text(site const&);

// Of data that is not atomic: who used it last.
struct plain_uses {
    struct use {
        std::uint32_t epoch = 0;
        std::uint32_t step = 0;
    };
    bool alive = true;
    unsigned writer = 0;
    use written;
    std::array<use, max_threads> read;
};

class engine {
public:
    // Whose code runs now; null outside of `explore`.
    static inline engine* active = nullptr;

    // `body` builds the scene: it calls the rest of this section.
    result explore(std::function<void()> body, options const& how);
    void thread(std::string_view name, std::function<void()> run);
    void at_end(std::function<void()> run);
    void keep(void* object, void (*destroy)(void*));
    void outcome(std::string const& what);

    // To find what a memory order is good for: `explore` with one of them changed, or noting where there are any.
    void mutate(std::optional<mutation> m) { mutation_ = std::move(m); }
    void note_sites(std::vector<site>* into) { sites_ = into; }

    // Ends the exploration with what went wrong.
    [[noreturn]] void fail(std::string_view what);

    location& make(sort what, std::string (*show)(std::uint64_t) = nullptr);
    location& make_atomic(std::uint64_t value, std::string (*show)(std::uint64_t));
    void destroy(location&);
    void name(location& l, std::string_view name);

    std::uint64_t load(location&, std::memory_order, source const&);
    void store(location&, std::uint64_t, std::memory_order, source const&);
    using change = std::uint64_t (*)(std::uint64_t, std::uint64_t);
    std::uint64_t modify(location&, change, std::uint64_t operand, std::memory_order, source const&);
    bool compare_exchange(location&, std::uint64_t& expected, std::uint64_t desired, std::memory_order,
        std::optional<std::memory_order> failure, bool weak, source const&);
    void fence(std::memory_order, source const&);
    void wait(location&, std::uint64_t old, std::memory_order, source const&);
    void notify(location&, bool all, source const&);

    void lock(location&, source const&);
    bool try_lock(location&, source const&);
    void unlock(location&, source const&);
    void sleep(location& condition, location& mutex, source const&);

    void yield(source const&);
    std::size_t choose(std::size_t count, source const&);
    bool is_running() const { return ending_ == ending::none; }

    void born(plain_uses&);
    void used(plain_uses&, bool write);
    void died(plain_uses&);

private:
    enum class ending : std::uint8_t { none, complete, redundant, failed };

    // What a thread has read since it yielded: it needs to see something else to go on.
    struct spun {
        location* at;
        unsigned store;
        bool must_be_newer;
    };
    struct thread_state {
        fiber runs_in;
        std::string name;
        std::function<void()>* run = nullptr; // in the model's heap
        operation next;
        bool finished = false;
        location* waits_for = nullptr;
        clock trace; // the steps that lead to where it is
        std::vector<spun> spins;
        unsigned spurious = 0;
    };

    void run_once();
    void run_scene();
    static void main_fiber();
    static void thread_fiber();
    void switch_to(unsigned thread);
    [[noreturn]] void end(ending how);

    void announce(operation const& next);
    void schedule();
    unsigned pick();
    bool is_enabled(unsigned thread) const;
    bool has_unread(unsigned thread, std::uint32_t first) const;
    // What it may read; a pair's second says that it fails without reason.
    using readable = std::vector<std::pair<unsigned, bool>>;
    void candidates(unsigned thread, operation const&, readable& into) const;
    std::size_t choice(std::size_t count);
    std::pair<unsigned, bool> choose_store(operation const&);
    event const& finish(event e, clock const& depends_on = {});
    void use(location&);
    std::uint64_t perform_load(operation const&);
    void perform_lock(operation const&);
    std::size_t sleepers_on(location const&) const;
    void spin_read(location&, unsigned store);

    operation mutated(operation o);
    void note(operation const& o, bool on_failure);
    static site site_of(operation const& o, bool on_failure);

    std::string deadlock() const;
    std::string trace() const;
    std::string line_of(std::size_t step, event const&) const;
    std::string name_of(location const&) const;

    options options_;
    result result_;
    std::function<void()> body_;
    std::optional<mutation> mutation_;
    std::vector<site>* sites_ = nullptr;

    std::optional<search> search_;
    memory memory_;
    fiber host_;
    std::array<thread_state, max_threads> threads_;
    unsigned count_ = 1;   // of threads, with the main one
    unsigned current_ = 0; // thread
    bool starting_ = false;
    ending ending_ = ending::none;
    std::function<void()>* at_end_ = nullptr;
    event main_event_;
    std::vector<std::pair<void*, void (*)(void*)>> kept_;
    clock seq_cst_trace_;
    mutable std::vector<unsigned> stores_;
    mutable readable readable_;
};

} // namespace model

#endif
