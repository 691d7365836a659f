// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What hostile peers cost healthy ones: how long a healthy client's requests take, 2,000 a second, while each kind of
// hostile peers is at the same node, and while it is alone. Each round has nodes of its own, so that nothing is left of
// an earlier kind.
//
// The thread that asks looks for answers all the time and has a processor to itself; the node and its attackers share
// the other one. Attackers have machines of their own elsewhere: so theirs here is a thread that runs only while the
// node has nothing to do (SCHED_IDLE), does something at a fixed rate, and catches up on nothing. What counts is how
// the node reacts, and not who gets the processor. The kernel's part in what they send, on the loopback within their
// system calls, remains: it can't be interrupted, and counts against the node, too.
#include "../kit.hpp"
#include "fairway_peer.hpp"
#include "hostile_peers.hpp"
#include "latency.hpp"
#include "link.hpp"

#include <boost/asio/steady_timer.hpp>

#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace {

using bench::hostile_kind;
using std::chrono::milliseconds;

constexpr double requests_per_second = 2'000;

// Publishes each millisecond, on the node's thread.
class publisher {
public:
    publisher(bench::process& on, fairway::service& by)
        : timer_(on.context(), std::chrono::steady_clock::now()), port_(by.sender<bench::stories>()) {
        story_.bytes.assign(4096, 'x');
        go_on();
    }
    // As much as a subscriber's session and the kernel keep for it, and more.
    void publish_much() {
        for (int i = 0; i < 4'000; ++i) publish();
    }

private:
    void publish() { static_cast<void>(port_.try_send(story_, options_)); } // where there is no room it is lost
    void go_on() {
        timer_.expires_at(timer_.expiry() + milliseconds(1));
        timer_.async_wait([this](boost::system::error_code ec) {
            if (ec) return;
            publish();
            go_on();
        });
    }

    boost::asio::steady_timer timer_;
    fairway::sender_port<bench::stories> port_;
    bench::parcel story_;
    fairway::send_options options_ = bench::order_options();
};

// The client, and the node that it asks.
class healthy : public bench::fairway_in_flight {
public:
    explicit healthy(bool publishes) : fairway_in_flight(bench::road::tcp, bench::small_body, 1) {
        if (publishes) ends().do_there([this] { publisher_.emplace(ends().there_process(), *ends().there); });
        (*this)(bench::window); // once it is connected
    }
    ~healthy() {
        ends().do_there([this] { publisher_.reset(); });
    }
    std::uint16_t port() { return ends().at().port; }
    void publish_much() {
        if (publisher_) ends().do_there([this] { publisher_->publish_much(); });
    }

private:
    std::optional<publisher> publisher_;
};

// A kind of hostile peers at work, from when it has begun until it is destroyed.
class attack {
public:
    attack(hostile_kind const& kind, std::uint16_t port) : thread_([this, &kind, port] { work(kind, port); }) {
        begun_.wait(false);
    }
    ~attack() {
        over_ = true;
        thread_.join();
    }
    std::size_t visits() const { return visits_; }

private:
    void work(hostile_kind const& kind, std::uint16_t port) {
        bench::pin(1);
        sched_param const none{};
        sched_setscheduler(0, SCHED_IDLE, &none);
        auto const visit = kind.begin(port);
        begun_ = true;
        begun_.notify_one();
        auto const each = std::chrono::nanoseconds(static_cast<std::int64_t>(1e9 / kind.visits_per_second));
        for (auto due = std::chrono::steady_clock::now(); !over_;) {
            visit();
            ++visits_;
            due = std::max(due + each, std::chrono::steady_clock::now());
            while (!over_ && std::chrono::steady_clock::now() < due)
                std::this_thread::sleep_until(std::min(due, std::chrono::steady_clock::now() + milliseconds(50)));
        }
    }

    std::atomic<bool> begun_{false};
    std::atomic<bool> over_{false};
    std::atomic<std::size_t> visits_{0};
    std::thread thread_;
};

struct results {
    std::vector<double> p50, p99, visits;
};

// `kind` is null where the client is alone, with a node that publishes to nobody or does not.
void one_round(hostile_kind const* kind, bool publishes, results& into) {
    auto const measured = 8 * bench::settings().round_ns;
    bench::lazy<healthy> const client([publishes] { return std::make_unique<healthy>(publishes); });
    bench::open_loop_peer const who("fairway", client);
    bench::latencies seen;
    bench::open_loop(who, requests_per_second, measured / 4, seen);
    std::optional<attack> by;
    if (kind) by.emplace(*kind, client->port());
    bench::open_loop(who, requests_per_second, measured / 4, seen);
    client->publish_much();
    bench::open_loop(who, requests_per_second, measured / 4, seen);
    auto const before = by ? by->visits() : 0;
    if (!bench::open_loop(who, requests_per_second, measured, seen)) std::puts("# the node does not keep up");
    auto const visits = by ? by->visits() - before : 0;
    into.p50.push_back(seen.percentile(0.5));
    into.p99.push_back(seen.percentile(0.99));
    into.visits.push_back(1e9 * static_cast<double>(visits) / static_cast<double>(measured));
}

void measure() {
    auto const scenario = "tcp_hostile";
    if (!bench::wanted(scenario)) return;
    auto kinds = bench::hostile_kinds();
    auto const& only = bench::settings().peer;
    if (!only.empty()) std::erase_if(kinds, [&](hostile_kind const& k) { return k.name != only; });
    results alone;
    results publishing;
    std::vector<results> all(kinds.size());
    for (int round = 0; round < bench::settings().rounds; ++round) {
        one_round(nullptr, false, alone);
        one_round(nullptr, true, publishing);
        for (std::size_t i = 0; i < kinds.size(); ++i) one_round(&kinds[i], kinds[i].published, all[i]);
    }
    auto const print = [&](std::string const& name, results const& r) {
        bench::print(scenario, name, bench::small_body, "p50", bench::median(r.p50), "ns");
        bench::print(scenario, name, bench::small_body, "p99", bench::median(r.p99), "ns");
    };
    print("alone", alone);
    print("alone-publishing", publishing);
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        print(kinds[i].name, all[i]);
        bench::print(scenario, kinds[i].name, bench::small_body, "visits", bench::median(all[i].visits), "visits/s");
    }
}

} // namespace

int main(int argc, char** argv) {
    bench::begin(argc, argv);
    bench::pin(0);
    if (bench::processors().size() < 2) {
        std::puts("# an open loop needs two processors");
        return 0;
    }
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max; // both ends of each connection are here
    setrlimit(RLIMIT_NOFILE, &files);
    measure();
}
