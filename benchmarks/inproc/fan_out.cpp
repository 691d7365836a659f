// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// One thread: publish an order to 16 groups, per delivery.
// rivals: caf eventpp
#include "../kit.hpp"
#include "fairway_peer.hpp"
#include "order.hpp"
#include "rivals.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
using bench::process;
using shared_order = std::shared_ptr<shop::order_placed const>;
constexpr std::size_t groups = 16;

std::size_t publications(std::size_t deliveries) { return bench::calls_for(deliveries, groups); }

void post_to_each(process& where, std::size_t deliveries, std::size_t burst) {
    std::size_t handled = 0;
    auto send = [&] {
        auto const order = std::make_shared<shop::order_placed const>();
        for (std::size_t i = 0; i < groups; ++i)
            asio::post(where.context(), [order, &handled] { handled += order->quantity > 0; });
    };
    bench::send_in_bursts(where, publications(deliveries), burst, send, [] { return true; });
    bench::keep(handled);
}

// The limit: no queue, no headers.
void call_each(std::size_t deliveries) {
    std::size_t handled = 0;
    std::vector<std::function<void(shop::order_placed const&)>> const subscribers(
        groups, [&handled](shop::order_placed const& o) { handled += o.quantity > 0; });
    for (std::size_t n = publications(deliveries); n > 0; --n) {
        shop::order_placed const order;
        for (auto const& each : subscribers) each(order);
    }
    bench::keep(handled);
}

#if FAIRWAY_RIVAL_EVENTPP
// A thread-safe queue of events with 16 listeners; the one thread empties it after each burst.
class eventpp_queue {
public:
    eventpp_queue() {
        for (std::size_t i = 0; i < groups; ++i)
            queue_.appendListener(0, [this](shared_order const& o) { handled_ += o->quantity > 0; });
    }
    void operator()(std::size_t deliveries, std::size_t burst) {
        for (std::size_t left = publications(deliveries); left > 0;) {
            std::size_t const now = std::min(left, burst);
            for (std::size_t i = 0; i < now; ++i) queue_.enqueue(0, std::make_shared<shop::order_placed const>());
            queue_.process();
            left -= now;
        }
        bench::keep(handled_);
    }

private:
    eventpp::EventQueue<int, void(shared_order const&)> queue_;
    std::size_t handled_ = 0;
};
#endif

void measure(std::string const& scenario, std::size_t burst) {
    if (!bench::wanted(scenario)) return;
    constexpr auto size = bench::order_size;
    using subscribers = bench::fairway_sender<shop::order_events>;
    bench::lazy<subscribers> const fairway([] { return std::make_unique<subscribers>(groups); });
    bench::lazy<process> const plain;
    std::vector<bench::peer> peers;
    peers.emplace_back("fairway-try_send", size, [&](std::size_t n) { fairway->try_send(publications(n), burst); });
    peers.emplace_back(
        "driver-only", size, [&](std::size_t n) { bench::send_nothing(*plain, publications(n), burst); });
    peers.emplace_back("asio-post-shared-body", size, [&](std::size_t n) { post_to_each(*plain, n, burst); });
#if FAIRWAY_RIVAL_EVENTPP
    bench::lazy<eventpp_queue> const events;
    peers.emplace_back("eventpp-queue-shared-body", size, [&](std::size_t n) { (*events)(n, burst); });
#endif
#if FAIRWAY_RIVAL_CAF
    bench::lazy<bench::caf_system> const actors;
    peers.emplace_back("caf-shared-body", size, [&](std::size_t n) { actors->publish(n, burst, groups); });
#endif
    peers.emplace_back("vector-of-functions", size, [](std::size_t n) { call_each(n); });
    bench::print_factors(scenario, peers, bench::run(scenario, peers));
}

} // namespace

int main(int argc, char** argv) {
    bench::begin(argc, argv);
    std::thread([] {}).join(); // from now on glibc's mutexes are real ones
    measure("publish_16_groups_burst64", 64);
    measure("publish_16_groups_single", 1);
}
