// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
//
// fairway_simulate [--seeds N] [--from S] [--jobs J] [--hash] [--first] [--only KIND] | --seed S [--trace] [--only
// KIND]
#include "run.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

namespace {

struct arguments {
    std::uint64_t from = 1;
    std::uint64_t seeds = 100;
    unsigned jobs = 1;
    bool hash = false;
    bool trace = false;
    bool first = false; // stop at the first failure
    std::string kind{}; // of worlds; empty for all
    std::optional<workload::carrier> only{};
};

volatile std::sig_atomic_t current_high = 0;
volatile std::sig_atomic_t current_low = 0;

// What a seed does to the process counts as its failure too.
extern "C" void died(int signal) {
    auto const seed = static_cast<std::uint64_t>(static_cast<unsigned>(current_high)) << 31 |
                      static_cast<std::uint64_t>(static_cast<unsigned>(current_low));
    char text[400];
    int const n = std::snprintf(text, sizeof text,
        "seed %llu failed: sane\n  promise: Nothing throws what it must not throw, and the world comes to rest.\n"
        "  fact: the process died of signal %d\n  replay: scripts/simulate --seed %llu --trace\n",
        static_cast<unsigned long long>(seed), signal, static_cast<unsigned long long>(seed));
    if (write(1, text, static_cast<std::size_t>(n)) < 0) {}
    _exit(3);
}

bool run_one(std::uint64_t seed, arguments const& a) {
    current_high = static_cast<std::sig_atomic_t>(seed >> 31);
    current_low = static_cast<std::sig_atomic_t>(seed & 0x7fffffffU);
    auto r = workload::run(seed, a.trace, a.only);
    // Now and then twice, since a run that depends on anything but its seed can't be replayed.
    if (!r.found && seed % 10 == 0 && workload::run(seed, false, a.only).hash != r.hash)
        r.found = workload::violation{workload::promises::determinism, "two runs have different hashes"};
    if (a.hash)
        std::printf(
            "seed %llu hash %016llx\n", static_cast<unsigned long long>(seed), static_cast<unsigned long long>(r.hash));
    if (a.trace)
        std::printf("seed %llu: %llu steps, %zu messages\n", static_cast<unsigned long long>(seed),
            static_cast<unsigned long long>(r.steps), r.messages);
    if (r.found)
        std::printf(
            "seed %llu failed: %s\n  promise: %s\n  fact: %s\n  replay: scripts/simulate --seed %llu --trace%s%s\n",
            static_cast<unsigned long long>(seed), r.found->what.name, r.found->what.text, r.found->fact.c_str(),
            static_cast<unsigned long long>(seed), a.only ? " --only " : "", a.kind.c_str());
    std::fflush(stdout);
    return !r.found;
}

// Runs every `jobs`-th seed; tells each result by one byte.
int run_share(arguments const& a, unsigned share, int results) {
    for (std::uint64_t i = share; i < a.seeds; i += a.jobs) {
        bool const passed = run_one(a.from + i, a);
        char const byte = passed ? 'p' : 'f';
        if (write(results, &byte, 1) != 1) return 2;
        if (!passed && a.first) break;
    }
    return 0;
}

int run_all(arguments const& a) {
    int ends[2];
    if (pipe(ends) != 0) return 2;
    std::vector<pid_t> children;
    for (unsigned j = 0; j < a.jobs; ++j) {
        pid_t const child = fork();
        if (child == 0) {
            close(ends[0]);
            std::exit(run_share(a, j, ends[1]));
        }
        if (child > 0) children.push_back(child);
    }
    close(ends[1]);
    std::uint64_t passed = 0;
    std::uint64_t failed = 0;
    for (char byte = 0; read(ends[0], &byte, 1) == 1;) ++(byte == 'p' ? passed : failed);
    for (pid_t const child : children) {
        int status = 0;
        if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0) ++failed;
    }
    std::printf(
        "%llu passed, %llu failed\n", static_cast<unsigned long long>(passed), static_cast<unsigned long long>(failed));
    return failed == 0 && passed > 0 ? 0 : 1;
}

int usage() {
    std::fprintf(stderr, "usage: fairway_simulate [--seeds N] [--from S] [--jobs J] [--hash] [--first] [--only KIND]\n"
                         "       fairway_simulate --seed S [--trace] [--only KIND]\n"
                         "KIND is broker, hub, streams or amqp\n");
    return 2;
}

} // namespace

int main(int argc, char** argv) {
    arguments a;
    for (int i = 1; i < argc; ++i) {
        std::string_view const name = argv[i];
        std::uint64_t value = 0;
        if (name == "--only") {
            if (++i == argc) return usage();
            a.kind = argv[i];
            if (a.kind == "broker")
                a.only = workload::carrier::broker;
            else if (a.kind == "hub")
                a.only = workload::carrier::hub;
            else if (a.kind == "streams")
                a.only = workload::carrier::streams;
            else if (a.kind == "amqp")
                a.only = workload::carrier::amqp;
            else
                return usage();
            continue;
        }
        bool const takes = name == "--seeds" || name == "--from" || name == "--seed" || name == "--jobs";
        if (takes) {
            if (++i == argc) return usage();
            char* end = nullptr;
            value = std::strtoull(argv[i], &end, 10);
            if (end == argv[i] || *end != '\0') return usage();
        }
        if (name == "--seeds")
            a.seeds = value;
        else if (name == "--from")
            a.from = value;
        else if (name == "--seed")
            a.from = value, a.seeds = 1;
        else if (name == "--jobs")
            a.jobs = value < 1 ? 1 : static_cast<unsigned>(value);
        else if (name == "--hash")
            a.hash = true;
        else if (name == "--trace")
            a.trace = true;
        else if (name == "--first")
            a.first = true;
        else
            return usage();
    }
    for (int const s : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL}) std::signal(s, died);
    return run_all(a);
}
