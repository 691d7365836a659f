// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A small measuring kit: peers of one scenario take turns, so that a slow phase of the machine hits them all; medians;
// one line per result, "scenario peer size metric value unit".
//
// Include it in one translation unit per program: it replaces operator new, and the aligned_alloc that Asio uses for
// coroutines, to count allocations.
#ifndef FAIRWAY_BENCHMARKS_KIT_HPP
#define FAIRWAY_BENCHMARKS_KIT_HPP

#include <sched.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace bench {

/// Counts allocations while it is on; off while anything is timed.
inline std::atomic<bool> counting{false};
/// How many there were, in all threads.
inline std::atomic<std::uint64_t> allocations{0};

/// Nanoseconds on the monotonic clock.
inline std::uint64_t now_ns() {
    auto const since = std::chrono::steady_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(since).count());
}

/// Nanoseconds of processor time that this program has used, all threads together. Of a single thread that never waits
/// they are what has gone by, but for what others took away from it on a busy machine.
inline std::uint64_t cpu_ns() {
    timespec used{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return static_cast<std::uint64_t>(used.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(used.tv_nsec);
}

/// Waits until the threads of earlier peers have come to rest, half a second at most: some look for work for a while
/// after their turn, which would count for the next one.
inline void let_others_end() {
    for (int i = 0; i < 100; ++i) {
        auto const before = cpu_ns();
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        if (cpu_ns() - before < 50'000) return;
    }
}

/// Makes the compiler believe that `value` is used.
template <class T>
void keep(T const& value) {
    asm volatile("" : : "r,m"(value) : "memory");
}

/// The middle of the values.
inline double median(std::vector<double> values) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    auto const middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

/// Prints one result.
inline void print(std::string_view scenario, std::string_view peer, std::size_t size, char const* metric, double value,
    char const* unit) {
    std::printf("%.*s %.*s %zu %s %.4g %s\n", static_cast<int>(scenario.size()), scenario.data(),
        static_cast<int>(peer.size()), peer.data(), size, metric, value, unit);
    std::fflush(stdout);
}

/// What the command line asks for: `program [substring of a scenario...] [--quick] [--peer NAME] [--count N]`.
struct options {
    std::vector<std::string> filters;
    /// The only peer; all of them where it is empty.
    std::string peer;
    /// Nothing is timed: each peer does so many operations, for who counts their instructions.
    std::size_t count = 0;
    int rounds = 9;
    std::uint64_t round_ns = 30'000'000;
};

/// The options of this program.
inline options& settings() {
    static options the_settings;
    return the_settings;
}

/// Reads the command line.
inline void begin(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        std::string_view const argument = argv[i];
        bool const has_value = i + 1 < argc;
        if (argument == "--quick") {
            settings().rounds = 3;
            settings().round_ns = 2'000'000;
        } else if (argument == "--peer" && has_value) {
            settings().peer = argv[++i];
        } else if (argument == "--count" && has_value) {
            settings().count = std::strtoull(argv[++i], nullptr, 10);
        } else {
            settings().filters.emplace_back(argument);
        }
    }
}

/// True if the scenario is asked for.
inline bool wanted(std::string_view scenario) {
    auto const& filters = settings().filters;
    return filters.empty() || std::any_of(filters.begin(), filters.end(), [scenario](std::string const& part) {
        return scenario.find(part) != std::string_view::npos;
    });
}

/// The processors that the program may use.
inline std::vector<int> const& processors() {
    static std::vector<int> const all = [] {
        std::vector<int> found;
        cpu_set_t allowed;
        CPU_ZERO(&allowed);
        sched_getaffinity(0, sizeof allowed, &allowed);
        for (int i = 0; i < CPU_SETSIZE; ++i)
            if (CPU_ISSET(static_cast<unsigned>(i), &allowed)) found.push_back(i);
        return found;
    }();
    return all;
}
/// Keeps the calling thread, and those that it starts, on the k-th of the processors; where there are fewer, nothing
/// happens. Without this the scheduler's mood decides what a message between two threads costs.
inline void pin(std::size_t k) {
    if (k >= processors().size()) return;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<unsigned>(processors()[k]), &one);
    sched_setaffinity(0, sizeof one, &one);
}

/// Makes a T at its first use: what a peer keeps running disturbs nobody in a run without that peer. Copies are the
/// same.
template <class T>
class lazy {
public:
    lazy() : lazy([] { return std::make_unique<T>(); }) {}
    /// `make()` returns a `std::unique_ptr<T>`.
    template <class Make>
        requires std::is_invocable_r_v<std::unique_ptr<T>, Make&>
    explicit lazy(Make make) : state_(std::make_shared<state>(std::move(make))) {}
    T& operator*() const {
        if (!state_->made) state_->made = state_->make();
        return *state_->made;
    }
    T* operator->() const { return &**this; }

private:
    struct state {
        explicit state(std::function<std::unique_ptr<T>()> m) : make(std::move(m)) {}
        std::function<std::unique_ptr<T>()> make;
        std::unique_ptr<T> made;
    };
    std::shared_ptr<state> state_;
};

/// Something that is measured in a scenario: its name, the size of what it works on, and one operation (`void()`), or a
/// function that does as many as it is told (`void(std::size_t)`), always a multiple of `unit`.
struct peer {
    template <class Operation>
    peer(std::string peer_name, std::size_t peer_size, Operation operation, std::size_t at_once = 1)
        : name(std::move(peer_name)), size(peer_size), unit(at_once) {
        if constexpr (std::is_invocable_v<Operation&, std::size_t>)
            repeat = std::move(operation);
        else
            repeat = [op = std::move(operation)](std::size_t n) mutable {
                for (std::size_t i = 0; i < n; ++i) op();
            };
    }

    /// The operation is `(*who)(n)`, and who does it is made at the first one.
    template <class T>
    peer(std::string peer_name, std::size_t peer_size, lazy<T> who)
        : peer(std::move(peer_name), peer_size, [who](std::size_t n) { (*who)(n); }) {}

    std::string name;
    std::size_t size;
    std::size_t unit;
    std::function<void(std::size_t)> repeat;
};

/// The medians of a peer: what has gone by, and the processor time, in nanoseconds for each operation.
struct times {
    double ns = 0;
    double cpu_ns = 0;
};

/// Measures the peers of a scenario in interleaved rounds and prints the median nanoseconds, those of processor time,
/// and the allocations per operation. Returns the medians in the order of the peers; empty if the scenario is not asked
/// for, or not all of it.
inline std::vector<times> run(std::string_view scenario, std::vector<peer> peers) {
    if (!wanted(scenario)) return {};
    if (!settings().peer.empty()) std::erase_if(peers, [](peer const& p) { return p.name != settings().peer; });
    if (settings().count > 0) {
        for (auto& each : peers) each.repeat((settings().count + each.unit - 1) / each.unit * each.unit);
        return {};
    }
    std::vector<std::size_t> operations;
    for (auto& each : peers) {
        auto const is_enough = [&each](std::size_t n) {
            auto const start = now_ns();
            each.repeat(n);
            return now_ns() - start >= settings().round_ns / 2;
        };
        // This warms up as well. Twice, because a thread that has to stand aside for others looks as slow as one with
        // much to do.
        std::size_t n = each.unit;
        while (!is_enough(n) || !is_enough(n)) n *= 2;
        operations.push_back(n);
    }
    std::vector<std::vector<double>> wall(peers.size());
    std::vector<std::vector<double>> cpu(peers.size());
    for (int round = 0; round < settings().rounds; ++round) {
        for (std::size_t i = 0; i < peers.size(); ++i) {
            let_others_end();
            auto const cpu_start = cpu_ns();
            auto const start = now_ns();
            peers[i].repeat(operations[i]);
            wall[i].push_back(static_cast<double>(now_ns() - start) / static_cast<double>(operations[i]));
            cpu[i].push_back(static_cast<double>(cpu_ns() - cpu_start) / static_cast<double>(operations[i]));
        }
    }
    std::vector<times> medians;
    for (std::size_t i = 0; i < peers.size(); ++i) {
        auto const& p = peers[i];
        std::size_t const counted = std::max(operations[i], 1000 / p.unit * p.unit);
        allocations = 0;
        counting = true;
        p.repeat(counted);
        counting = false;
        medians.push_back({median(wall[i]), median(cpu[i])});
        print(scenario, p.name, p.size, "ns_per_op", medians.back().ns, "ns");
        print(scenario, p.name, p.size, "cpu_ns_per_op", medians.back().cpu_ns, "ns");
        print(scenario, p.name, p.size, "allocs_per_op",
            static_cast<double>(allocations.load()) / static_cast<double>(counted), "allocs");
    }
    return settings().peer.empty() ? medians : std::vector<times>();
}

/// Prints by which factor the first peer of a scenario is ahead of each other.
inline void print_factors(std::string_view scenario, std::vector<peer> const& peers, std::vector<times> const& all) {
    for (std::size_t i = 1; i < all.size(); ++i)
        print(scenario, peers[0].name + "/" + peers[i].name, peers[i].size, "times_faster", all[i].ns / all[0].ns, "x");
}

} // namespace bench

// The replacements may not be inline, which is why this header is for one translation unit per program.

extern "C" void* aligned_alloc(std::size_t align, std::size_t size) noexcept {
    if (bench::counting.load(std::memory_order_relaxed)) bench::allocations.fetch_add(1, std::memory_order_relaxed);
    void* block = nullptr;
    return posix_memalign(&block, std::max(align, sizeof(void*)), size) == 0 ? block : nullptr;
}

// Never inlined: g++ would warn of new paired with free.
[[gnu::noinline]] void* operator new(std::size_t size) {
    if (bench::counting.load(std::memory_order_relaxed)) bench::allocations.fetch_add(1, std::memory_order_relaxed);
    if (void* const block = std::malloc(size != 0 ? size : 1)) return block;
    throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t align) {
    auto const unit = static_cast<std::size_t>(align);
    if (void* const block = std::aligned_alloc(unit, (size + unit - 1) / unit * unit)) return block;
    throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* block) noexcept { std::free(block); }
[[gnu::noinline]] void operator delete(void* block, std::size_t) noexcept { std::free(block); }
[[gnu::noinline]] void operator delete(void* block, std::align_val_t) noexcept { std::free(block); }
[[gnu::noinline]] void operator delete(void* block, std::size_t, std::align_val_t) noexcept { std::free(block); }

#endif
