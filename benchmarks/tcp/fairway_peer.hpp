// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Fairway over sockets: two nodes in one program, each with a service; everything is as it is by default.
#ifndef FAIRWAY_BENCHMARKS_TCP_FAIRWAY_PEER_HPP
#define FAIRWAY_BENCHMARKS_TCP_FAIRWAY_PEER_HPP

#include "../inproc/threads.hpp"
#include "latency.hpp"
#include "link.hpp"

#include <fairway/tcp.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <optional>
#include <string>

namespace bench {

/// Bodies of bytes.
struct parcel {
    using contract = fairway::event<"bench.parcel">;
    using codec = fairway::raw_codec;
    std::string bytes;
};
struct echo {
    using contract = fairway::event<"bench.echo">;
    using codec = fairway::raw_codec;
    std::string bytes;
};
struct question {
    using contract = fairway::command<"bench.question", echo>;
    using codec = fairway::raw_codec;
    std::string bytes;
};
using parcels = fairway::point_to_point<"bench.parcels", parcel>;
using questions = fairway::point_to_point<"bench.questions", question>;

/// A node on this thread, which sends, and one that listens: here too, or on the k-th processor's thread.
class fairway_ends {
public:
    fairway_ends(road r, std::optional<std::size_t> k) {
        if (k) other_ = std::make_unique<running_process>(*k);
        auto const listen = r == road::tcp ? "127.0.0.1:0" : file_.path();
        do_there([&] {
            auto const executor = other_ ? (*other_)->executor() : here_.executor();
            fairway::tcp const node(executor, fairway::tcp_options().listen(listen));
            at_ = *node.local();
            auto const url = r == road::tcp ? at_.text() : "unix://" + file_.path();
            there.emplace(fairway::any_transport(node), "there");
            here.emplace(fairway::open<fairway::tcp, fairway::unix_socket>(here_.executor(), url), "here");
        });
    }
    process& here_process() { return here_; }
    process& there_process() { return other_ ? **other_ : here_; }
    /// Where the other end listens.
    fairway::env::endpoint const& at() const { return at_; }
    /// Does something where the other end is.
    template <class Work>
    void do_there(Work&& work) {
        if (other_)
            other_->do_there(work);
        else
            work();
    }
    /// Before what the handlers use is gone.
    void end() {
        here.reset();
        do_there([this] { there.reset(); });
        other_.reset();
    }

private:
    socket_file file_;
    fairway::env::endpoint at_;
    process here_;
    std::unique_ptr<running_process> other_;

public:
    std::optional<fairway::service> here;
    std::optional<fairway::service> there;
};

/// Messages with four headers, each handled once.
class fairway_one_way {
public:
    fairway_one_way(road r, std::size_t body, std::optional<std::size_t> second_thread = std::nullopt)
        : ends_(r, second_thread) {
        parcel_.bytes.assign(body, 'x');
        ends_.do_there([this, body] {
            ends_.there->handle<parcels>([this, body](parcel const& p, fairway::delivery const& d) {
                auto const type = d.headers().find("event-type");
                if (!type || type->size() != 23 || p.bytes.size() != body) std::abort();
                if (++handled_ == wanted_.load(std::memory_order_relaxed)) {
                    handled_ = 0;
                    // Posted: it may run later than this, and a stop before would be lost.
                    boost::asio::post(ends_.here_process().context(), [this] { ends_.here_process().stop(); });
                }
            });
            ends_.there->start();
        });
        port_.emplace(ends_.here->sender<parcels>());
        (*this)(1); // once it is connected
    }
    ~fairway_one_way() { ends_.end(); }
    void operator()(std::size_t n) {
        wanted_.store(n, std::memory_order_relaxed);
        boost::asio::co_spawn(ends_.here_process().context(), sending(n), [](std::exception_ptr const& error) {
            if (error) std::abort();
        });
        ends_.here_process().run();
    }

private:
    // Others have their turn now and then; it waits only where there is no room.
    fairway::task<> sending(std::size_t n) {
        begin_series();
        for (std::size_t i = 1; i <= n; ++i) {
            if (port_->try_send(parcel_, options_)) co_await port_->send(parcel_, options_);
            if (i % 128 == 0) co_await boost::asio::post(ends_.here_process().context(), boost::asio::deferred);
        }
    }

    fairway_ends ends_;
    parcel parcel_;
    fairway::send_options options_ = order_options();
    std::optional<fairway::sender_port<parcels>> port_;
    std::atomic<std::size_t> wanted_{0};
    std::size_t handled_ = 0;
};

/// Requests with four headers, whose body comes back.
class fairway_asks {
public:
    fairway_asks(road r, std::size_t body, std::optional<std::size_t> second_thread = std::nullopt)
        : ends_(r, second_thread) {
        question_.bytes.assign(body, 'x');
        ends_.do_there([this] {
            ends_.there->handle<questions>([](question const& q) { return echo{q.bytes}; });
            ends_.there->start();
        });
        port_.emplace(ends_.here->sender<questions>());
    }
    ~fairway_asks() { ends_.end(); }

protected:
    auto ask() const { return port_->request(question_, std::chrono::seconds(30), options_); }
    fairway_ends& ends() { return ends_; }
    process& here() { return ends_.here_process(); }

private:
    fairway_ends ends_;
    fairway::send_options options_ = order_options();
    std::optional<fairway::sender_port<questions>> port_;

protected:
    question question_;
};

/// One request after the other.
class fairway_socket_requests : public fairway_asks {
public:
    using fairway_asks::fairway_asks;
    void operator()(std::size_t n, latencies& seen) { here().run(asking(n, seen)); }

private:
    fairway::task<> asking(std::size_t n, latencies& seen) {
        for (std::size_t i = 0; i < n; ++i) {
            auto const start = now_ns();
            auto const answer = co_await ask();
            if (answer.bytes.size() != question_.bytes.size()) std::abort();
            seen.add(now_ns() - start);
        }
    }
};

/// `window` requests under way.
class fairway_in_flight : public fairway_asks {
public:
    using fairway_asks::fairway_asks;
    void operator()(std::size_t n) {
        auto askers = std::min(n, window);
        auto const ended = [this, &askers](std::exception_ptr const& error) {
            if (error) std::abort();
            if (--askers == 0) here().stop();
        };
        left_ = n;
        begin_series();
        for (auto k = askers; k > 0; --k) boost::asio::co_spawn(here().context(), asking(), ended);
        here().run();
    }

    // For an open loop.

    void begin(std::uint64_t stamp) {
        boost::asio::co_spawn(here().context(), asking_once(stamp), [](std::exception_ptr const& error) {
            if (error) std::abort();
        });
    }
    void turn() {
        here().context().restart();
        here().context().poll();
    }
    latencies* answered = nullptr;

private:
    fairway::task<> asking() {
        while (left_ > 0) {
            --left_;
            auto const answer = co_await ask();
            if (answer.bytes.size() != question_.bytes.size()) std::abort();
        }
    }
    fairway::task<> asking_once(std::uint64_t stamp) {
        auto const answer = co_await ask();
        if (answer.bytes.size() != question_.bytes.size()) std::abort();
        answered->add(now_ns() - stamp);
    }

    std::size_t left_ = 0;
};

} // namespace bench

#endif
