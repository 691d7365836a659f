// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Counts the system calls that move data or wait for it, in all threads and libraries of the program: it defines the
// functions of the C library that make them, which come before those of the shared one, and then makes the calls. Not
// counted is what sleeping threads take to be woken without a descriptor (futexes).
//
// Include it in one translation unit per program, and time nothing else there.
#ifndef FAIRWAY_BENCHMARKS_TCP_CALLS_HPP
#define FAIRWAY_BENCHMARKS_TCP_CALLS_HPP

#include "link.hpp"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace bench {

/// The calls since the last `reset`.
struct call_counts {
    std::atomic<std::uint64_t> writes{0};
    std::atomic<std::uint64_t> reads{0};
    /// poll, epoll_wait and select.
    std::atomic<std::uint64_t> waits{0};
    /// What changes what is waited for.
    std::atomic<std::uint64_t> changes{0};
    /// When something as long as a message was first written.
    std::atomic<std::uint64_t> first_write{0};

    std::uint64_t all() const { return writes + reads + waits + changes; }
    void reset() { writes = reads = waits = changes = first_write = 0; }
    void write(std::size_t bytes) {
        writes.fetch_add(1, std::memory_order_relaxed);
        // What only wakes a thread up is shorter.
        if (bytes < small_body || first_write.load(std::memory_order_relaxed) != 0) return;
        std::uint64_t none = 0;
        first_write.compare_exchange_strong(none, now_ns());
    }
    void read() { reads.fetch_add(1, std::memory_order_relaxed); }
    void wait() { waits.fetch_add(1, std::memory_order_relaxed); }
    void change() { changes.fetch_add(1, std::memory_order_relaxed); }
};
inline call_counts calls;

inline std::size_t bytes_of(iovec const* parts, std::size_t n) {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += parts[i].iov_len;
    return sum;
}

} // namespace bench

// The C library's own declarations say noexcept for some of them and differ in names: what counts is the symbol.
extern "C" {

ssize_t write(int file, void const* from, size_t n) {
    bench::calls.write(n);
    return syscall(SYS_write, file, from, n);
}
ssize_t writev(int file, iovec const* parts, int n) {
    bench::calls.write(bench::bytes_of(parts, static_cast<std::size_t>(n)));
    return syscall(SYS_writev, file, parts, n);
}
ssize_t send(int socket, void const* from, size_t n, int flags) {
    bench::calls.write(n);
    return syscall(SYS_sendto, socket, from, n, flags, nullptr, 0);
}
ssize_t sendto(int socket, void const* from, size_t n, int flags, sockaddr const* to, socklen_t size) {
    bench::calls.write(n);
    return syscall(SYS_sendto, socket, from, n, flags, to, size);
}
ssize_t sendmsg(int socket, msghdr const* message, int flags) {
    bench::calls.write(bench::bytes_of(message->msg_iov, message->msg_iovlen));
    return syscall(SYS_sendmsg, socket, message, flags);
}
ssize_t read(int file, void* to, size_t n) {
    bench::calls.read();
    return syscall(SYS_read, file, to, n);
}
ssize_t readv(int file, iovec const* parts, int n) {
    bench::calls.read();
    return syscall(SYS_readv, file, parts, n);
}
ssize_t recv(int socket, void* to, size_t n, int flags) {
    bench::calls.read();
    return syscall(SYS_recvfrom, socket, to, n, flags, nullptr, nullptr);
}
ssize_t recvfrom(int socket, void* to, size_t n, int flags, sockaddr* from, socklen_t* size) {
    bench::calls.read();
    return syscall(SYS_recvfrom, socket, to, n, flags, from, size);
}
ssize_t recvmsg(int socket, msghdr* message, int flags) {
    bench::calls.read();
    return syscall(SYS_recvmsg, socket, message, flags);
}
int epoll_wait(int files, epoll_event* events, int n, int milliseconds) {
    bench::calls.wait();
    // The call takes the kernel's set of signals, which is shorter than the C library's.
    return static_cast<int>(syscall(SYS_epoll_pwait, files, events, n, milliseconds, nullptr, 8));
}
int poll(pollfd* files, nfds_t n, int milliseconds) {
    bench::calls.wait();
    timespec const time{milliseconds / 1000, milliseconds % 1000 * 1'000'000L};
    timespec left = time; // the kernel writes into it
    return static_cast<int>(syscall(SYS_ppoll, files, n, milliseconds < 0 ? nullptr : &left, nullptr, 8));
}
int epoll_ctl(int files, int what, int file, epoll_event* event) noexcept {
    bench::calls.change();
    return static_cast<int>(syscall(SYS_epoll_ctl, files, what, file, event));
}
int timerfd_settime(int file, int flags, itimerspec const* time, itimerspec* before) noexcept {
    bench::calls.change();
    return static_cast<int>(syscall(SYS_timerfd_settime, file, flags, time, before));
}

} // extern "C"

#endif
