// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What a message costs while there is more and more of everything: groups, channels, pending requests, waiting
// messages. One thread; the size is how many there are. scripts/bench --plot draws it.
#include "../delivery/pending.hpp"
#include "../kit.hpp"
#include "fairway_peer.hpp"
#include "order.hpp"
#include "requests.hpp"

#include <cstddef>
#include <cstdlib>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace shop {

// Channels whose names are made up at run time: a port asks for the name when it is bound.
struct numbered_orders : fairway::point_to_point<"orders.numbered", order_placed> {
    static inline std::string_view name;
};

} // namespace shop

namespace {

using bench::process;

// One channel with so many groups; an operation is a delivery.
class groups {
public:
    explicit groups(std::size_t n) : n_(n), sender_(n) {}
    void operator()(std::size_t deliveries) { sender_.try_send(deliveries / n_, 64); }

private:
    std::size_t n_;
    bench::fairway_sender<shop::order_events> sender_;
};

// So many channels, each with a sender and a handler, a thousand to a service; the messages go to one after the other.
class channels {
public:
    explicit channels(std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) {
            if (i % 1000 == 0) services_.emplace_back(net_, "service" + std::to_string(i));
            auto& s = services_.back();
            auto const name = "orders." + std::to_string(i);
            shop::numbered_orders::name = name;
            s.handle<shop::numbered_orders>([this](shop::order_placed const& o) { handled_ += o.quantity > 0; });
            ports_.push_back(s.sender<shop::numbered_orders>());
        }
        for (auto& each : services_) each.start();
    }
    void operator()(std::size_t n) {
        auto send = [this] {
            ++sent_;
            if (++at_ >= ports_.size()) at_ = 0;
            if (ports_[at_].try_send(order_, options_)) std::abort();
        };
        bench::send_in_bursts(process_, n, 64, send, [this] { return handled_ == sent_; });
    }

private:
    process process_;
    fairway::any_transport net_ = fairway::open<fairway::inproc>(process_.executor(), "inproc://");
    std::list<fairway::service> services_;
    std::vector<fairway::sender_port<shop::numbered_orders>> ports_;
    std::size_t at_ = 0;
    std::size_t sent_ = 0;
    std::size_t handled_ = 0;
    fairway::send_options options_ = bench::order_options();
    shop::order_placed order_;
};

// A queue in which so many messages wait before the first one is handled.
class depth {
public:
    explicit depth(std::size_t n) : n_(n), sender_(1, bench::room_for(n)) {}
    void operator()(std::size_t n) { sender_.try_send(n, n_); }

private:
    std::size_t n_;
    bench::fairway_sender<shop::placed_orders> sender_;
};

// So many coroutines that ask, and wait for the answer, again and again; an operation is a request.
using askers = bench::fairway_requests<bench::plain_handler>;

// A point of a series: a peer that is made for `n`, and does its operations in multiples of `unit`.
template <class Peer>
bench::peer point(std::size_t n, std::size_t unit, void (Peer::*work)(std::size_t) = &Peer::operator()) {
    bench::lazy<Peer> const made([n] { return std::make_unique<Peer>(n); });
    return {"fairway", n, [made, work](std::size_t operations) { ((*made).*work)(operations); }, unit};
}
// A round has at least so many operations for each of what there is: whole bursts, and coroutines that have been
// running for a while.
template <class Peer>
void series(char const* scenario, std::vector<std::size_t> const& sizes, std::size_t at_least) {
    if (!bench::wanted(scenario)) return;
    std::vector<bench::peer> peers;
    for (auto const n : sizes) peers.push_back(point<Peer>(n, at_least == 0 ? 1 : n * at_least));
    bench::run(scenario, peers);
}

} // namespace

int main(int argc, char** argv) {
    bench::begin(argc, argv);
    std::thread([] {}).join(); // from now on glibc's mutexes are real ones
    series<groups>("scaling_groups", {1, 4, 16, 64, 256, 1024, 4096}, 64);
    series<channels>("scaling_channels", {1, 10, 100, 1'000, 10'000, 100'000}, 0);
    series<askers>("scaling_requests", {1, 10, 100, 1'000, 10'000}, 16);
    series<depth>("scaling_depth", {1, 10, 100, 1'000, 10'000, 100'000, 1'000'000}, 1);

    constexpr auto scenario = "scaling_pending";
    if (!bench::wanted(scenario)) return 0;
    using table = pending::filled<pending::fairway_table>;
    std::vector<bench::peer> peers;
    for (std::size_t n = 1; n <= 1'000'000; n *= 10) peers.push_back(point<table>(n, 1, &table::complete));
    bench::run(scenario, peers);
}
