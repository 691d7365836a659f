// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// One thread: publish an order to 16 groups, per delivery.
// rivals: caf eventpp
#include "../kit.hpp"
#include "order.hpp"

#if FAIRWAY_RIVAL_CAF
#include "caf_peer.hpp"
#endif
#if FAIRWAY_RIVAL_EVENTPP
#include <eventpp/eventqueue.h>
#endif

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <list>
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

std::size_t publications(std::size_t deliveries) { return (deliveries + groups - 1) / groups; }

class fairway_groups {
public:
    fairway_groups() {
        for (std::size_t i = 0; i < groups; ++i) {
            auto& s = subscribers_.emplace_back(net_, "group" + std::to_string(i));
            s.handle<shop::order_events>([this](shop::order_placed const& o) { handled_ += o.quantity > 0; });
            s.start();
        }
    }
    void operator()(std::size_t deliveries, std::size_t burst) {
        auto send = [this] {
            ++sent_;
            if (port_.try_send(order_, options_)) std::abort();
        };
        bench::send_in_bursts(
            process_, publications(deliveries), burst, send, [this] { return handled_ == sent_ * groups; });
    }

private:
    process process_;
    fairway::any_transport net_ = fairway::open<fairway::inproc>(process_.executor(), "inproc://");
    std::list<fairway::service> subscribers_;
    fairway::service shop_{net_, "shop"};
    fairway::sender_port<shop::order_events> port_ = shop_.sender<shop::order_events>();
    fairway::send_options options_ = bench::order_options();
    shop::order_placed order_;
    std::size_t sent_ = 0;
    std::size_t handled_ = 0;
};

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
    bench::lazy<fairway_groups> const fairway;
    bench::lazy<process> const plain;
    std::vector<bench::peer> peers;
    peers.emplace_back("fairway-try_send", size, [&](std::size_t n) { (*fairway)(n, burst); });
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
