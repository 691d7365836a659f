// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Resident memory, measured in a process of its own, so that what one peer leaves behind is nothing to the next.
#ifndef FAIRWAY_BENCHMARKS_MEMORY_HPP
#define FAIRWAY_BENCHMARKS_MEMORY_HPP

#include "kit.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace bench {

/// The memory that the process has in use now, in bytes.
inline double resident_bytes() {
    long all = 0;
    long resident = 0;
    std::FILE* const file = std::fopen("/proc/self/statm", "r");
    if (!file || std::fscanf(file, "%ld %ld", &all, &resident) != 2) std::abort();
    std::fclose(file);
    return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

/// Does something in a child process, which it leaves without tidying up. The caller has no second thread.
template <class Work>
void in_child(Work&& work) {
    std::fflush(stdout);
    pid_t const child = fork();
    if (child < 0) std::abort();
    if (child == 0) {
        work();
        std::fflush(stdout);
        _exit(0);
    }
    int status = 0;
    if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0) std::abort();
}

} // namespace bench

#endif
