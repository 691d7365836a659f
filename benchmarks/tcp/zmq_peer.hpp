// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// ZeroMQ as a rival: its C interface, one I/O thread, as by default.
#ifndef FAIRWAY_BENCHMARKS_TCP_ZMQ_PEER_HPP
#define FAIRWAY_BENCHMARKS_TCP_ZMQ_PEER_HPP

#include "../inproc/threads.hpp"
#include "latency.hpp"
#include "link.hpp"

#include <zmq.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace bench {

inline int zmq_checked(int result) {
    if (result >= 0) return result;
    std::fprintf(stderr, "zmq: %s\n", zmq_strerror(zmq_errno()));
    std::abort();
}

/// A context with its I/O thread, and two sockets that are connected to each other.
class zmq_ends {
public:
    /// The I/O thread is where this thread is, or on all processors.
    zmq_ends(road r, int here, int there, bool on_all = false) : context_(zmq_ctx_new()) {
        if (on_all)
            for (auto const each : processors()) zmq_checked(zmq_ctx_set(context_, ZMQ_THREAD_AFFINITY_CPU_ADD, each));
        here_socket = make(here);
        there_socket = make(there);
        zmq_checked(zmq_bind(there_socket, r == road::tcp ? "tcp://127.0.0.1:*" : ("ipc://" + file_.path()).c_str()));
        std::array<char, 256> address{};
        auto size = address.size();
        zmq_checked(zmq_getsockopt(there_socket, ZMQ_LAST_ENDPOINT, address.data(), &size));
        zmq_checked(zmq_connect(here_socket, address.data()));
    }
    zmq_ends(zmq_ends const&) = delete;
    zmq_ends& operator=(zmq_ends const&) = delete;
    ~zmq_ends() {
        zmq_close(here_socket);
        zmq_close(there_socket);
        zmq_ctx_term(context_);
    }

    void* here_socket = nullptr;
    void* there_socket = nullptr;

private:
    void* make(int type) {
        void* const socket = zmq_socket(context_, type);
        int const none = 0;
        int const many = 10'000; // as many as Fairway's queues hold
        zmq_checked(zmq_setsockopt(socket, ZMQ_LINGER, &none, sizeof none));
        zmq_checked(zmq_setsockopt(socket, ZMQ_SNDHWM, &many, sizeof many));
        zmq_checked(zmq_setsockopt(socket, ZMQ_RCVHWM, &many, sizeof many));
        return socket;
    }

    socket_file file_;
    void* context_;
};

/// Messages of two parts: the packed headers, and the body. The receiver takes both and does not look into them.
class zmq_one_way {
public:
    /// The receiver is on the k-th processor; if that is not this one, the I/O thread is where the scheduler wants it.
    zmq_one_way(road r, std::size_t body, std::size_t k = 0)
        : ends_(r, ZMQ_PUSH, ZMQ_PULL, k != 0), body_(body, 'x'), receiver_(k) {}
    void operator()(std::size_t n) {
        receiver_.start([this, n] { receive(n); });
        std::string packed;
        begin_series();
        for (std::size_t i = 0; i < n; ++i) {
            packed.clear();
            append_headers(packed, headers_);
            zmq_checked(zmq_send(ends_.here_socket, packed.data(), packed.size(), ZMQ_SNDMORE));
            zmq_checked(zmq_send(ends_.here_socket, body_.data(), body_.size(), 0));
        }
        receiver_.wait();
    }

private:
    void receive(std::size_t n) {
        std::string headers(512, '\0');
        std::string body(body_.size(), '\0');
        for (std::size_t i = 0; i < n; ++i) {
            auto const got = zmq_checked(zmq_recv(ends_.there_socket, headers.data(), headers.size(), 0));
            zmq_checked(zmq_recv(ends_.there_socket, body.data(), body.size(), 0));
            if (got < 100) std::abort();
        }
    }

    std::vector<std::pair<std::string, std::string>> headers_ = make_headers();
    zmq_ends ends_;
    std::string body_;
    helper receiver_;
};

/// A thread that answers each request of a socket with its own body, until a request is empty.
class zmq_echo {
public:
    /// On the k-th processor. `has_address`: each request comes behind the address of who asks, as with a ROUTER.
    zmq_echo(void* socket, bool has_address, std::size_t k = 0) : thread_(k) {
        thread_.start([socket, has_address] {
            std::array<char, 64> address{};
            std::array<char, 4096> body{};
            for (;;) {
                auto const to = has_address ? zmq_recv(socket, address.data(), address.size(), 0) : 0;
                auto const size = zmq_recv(socket, body.data(), body.size(), 0);
                zmq_checked(to);
                if (zmq_checked(size) == 0) return;
                if (has_address)
                    zmq_checked(zmq_send(socket, address.data(), static_cast<std::size_t>(to), ZMQ_SNDMORE));
                zmq_checked(zmq_send(socket, body.data(), static_cast<std::size_t>(size), 0));
            }
        });
    }
    /// After an empty request was sent.
    void wait() { thread_.wait(); }

private:
    helper thread_;
};

/// One request after the other, REQ to REP, in two threads.
class zmq_requests {
public:
    zmq_requests(road r, std::size_t body)
        : ends_(r, ZMQ_REQ, ZMQ_REP), body_(body, 'x'), echo_(ends_.there_socket, false) {}
    ~zmq_requests() {
        zmq_send(ends_.here_socket, "", 0, 0);
        echo_.wait();
    }
    void operator()(std::size_t n, latencies& seen) {
        for (std::size_t i = 0; i < n; ++i) {
            auto const start = now_ns();
            zmq_checked(zmq_send(ends_.here_socket, body_.data(), body_.size(), 0));
            zmq_checked(zmq_recv(ends_.here_socket, body_.data(), body_.size(), 0));
            seen.add(now_ns() - start);
        }
    }

private:
    zmq_ends ends_;
    std::string body_;
    zmq_echo echo_;
};

/// Many requests at once, DEALER to ROUTER, in two threads.
class zmq_in_flight {
public:
    /// The other thread is on the k-th processor.
    zmq_in_flight(road r, std::size_t body, std::size_t k = 0)
        : ends_(r, ZMQ_DEALER, ZMQ_ROUTER),
          question_(body, 'x'),
          answer_(body, '\0'),
          echo_(ends_.there_socket, true, k) {}
    ~zmq_in_flight() {
        zmq_send(ends_.here_socket, "", 0, 0);
        echo_.wait();
    }
    void operator()(std::size_t n) {
        std::size_t sent = 0;
        begin_series();
        for (; sent < window && sent < n; ++sent) send();
        for (std::size_t got = 0; got < n; ++got) {
            zmq_checked(zmq_recv(ends_.here_socket, answer_.data(), answer_.size(), 0));
            if (sent < n) {
                send();
                ++sent;
            }
        }
    }

    // For an open loop.

    void begin(std::uint64_t stamp) {
        std::memcpy(question_.data(), &stamp, sizeof stamp);
        send();
    }
    void turn() {
        while (zmq_recv(ends_.here_socket, answer_.data(), answer_.size(), ZMQ_DONTWAIT) >= 0) {
            std::uint64_t stamp = 0;
            std::memcpy(&stamp, answer_.data(), sizeof stamp);
            answered->add(now_ns() - stamp);
        }
    }
    latencies* answered = nullptr;

private:
    void send() { zmq_checked(zmq_send(ends_.here_socket, question_.data(), question_.size(), 0)); }

    zmq_ends ends_;
    std::string question_;
    std::string answer_;
    zmq_echo echo_;
};

} // namespace bench

#endif
