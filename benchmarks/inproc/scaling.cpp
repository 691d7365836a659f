// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What a message costs while there is more and more of everything: groups, channels, pending requests, waiting
// messages. One thread; the size is how many there are. scripts/bench --plot draws it.
#include "../delivery/pending.hpp"
#include "../kit.hpp"
#include "order.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <chrono>
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

namespace asio = boost::asio;
using bench::process;

// Sends bursts, each when the one before has been handled.
class one_thread {
protected:
    template <class Send>
    void send(std::size_t messages, std::size_t burst, std::size_t handlers, Send send_one) {
        auto count_and_send = [this, handlers, &send_one] {
            wanted_ += handlers;
            send_one();
        };
        bench::send_in_bursts(process_, messages, burst, count_and_send, [this] { return handled_ == wanted_; });
    }

    std::size_t wanted_ = 0;
    std::size_t handled_ = 0;
    process process_;
};

// One channel with so many groups; an operation is a delivery.
class groups : one_thread {
public:
    explicit groups(std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) {
            auto& s = subscribers_.emplace_back(net_, "group" + std::to_string(i));
            s.handle<shop::order_events>([this](shop::order_placed const& o) { handled_ += o.quantity > 0; });
            s.start();
        }
    }
    void operator()(std::size_t deliveries) {
        send(deliveries / subscribers_.size(), 64, subscribers_.size(), [this] {
            if (port_.try_send(order_, options_)) std::abort();
        });
    }

private:
    fairway::any_transport net_ = fairway::open<fairway::inproc>(process_.executor(), "inproc://");
    std::list<fairway::service> subscribers_;
    fairway::service shop_{net_, "shop"};
    fairway::sender_port<shop::order_events> port_ = shop_.sender<shop::order_events>();
    fairway::send_options options_ = bench::order_options();
    shop::order_placed order_;
};

// So many channels, each with a sender and a handler, a thousand to a service; the messages go to one after the other.
class channels : one_thread {
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
        send(n, 64, 1, [this] {
            if (++at_ >= ports_.size()) at_ = 0;
            if (ports_[at_].try_send(order_, options_)) std::abort();
        });
    }

private:
    fairway::any_transport net_ = fairway::open<fairway::inproc>(process_.executor(), "inproc://");
    std::list<fairway::service> services_;
    std::vector<fairway::sender_port<shop::numbered_orders>> ports_;
    std::size_t at_ = 0;
    fairway::send_options options_ = bench::order_options();
    shop::order_placed order_;
};

// A queue in which so many messages wait before the first one is handled.
class depth : one_thread {
public:
    explicit depth(std::size_t n) : depth_(n), hub_(roomy(n)) {
        stock_.handle<shop::placed_orders>([this](shop::order_placed const& o) { handled_ += o.quantity > 0; });
        stock_.start();
    }
    void operator()(std::size_t n) {
        send(n, depth_, 1, [this] {
            if (port_.try_send(order_, options_)) std::abort();
        });
    }

private:
    static fairway::inproc::options roomy(std::size_t n) {
        fairway::inproc::options o;
        o.queue_messages = std::max(o.queue_messages, n);
        o.queue_bytes = std::max(o.queue_bytes, n * 1024);
        return o;
    }

    std::size_t depth_;
    fairway::inproc::hub hub_;
    fairway::any_transport net_ = fairway::inproc(process_.executor(), hub_);
    fairway::service stock_{net_, "stock"};
    fairway::service shop_{net_, "shop"};
    fairway::sender_port<shop::placed_orders> port_ = shop_.sender<shop::placed_orders>();
    fairway::send_options options_ = bench::order_options();
    shop::order_placed order_;
};

// So many coroutines that ask, and wait for the answer, again and again; an operation is a request.
class askers {
public:
    explicit askers(std::size_t n) : askers_(n) {
        stock_.handle<shop::orders>([](shop::place_order const& o) {
            return shop::order_placed{o.order_id, o.sku, o.customer, o.quantity, o.cents, o.gift};
        });
        stock_.start();
    }
    void operator()(std::size_t n) {
        left_ = askers_;
        for (std::size_t i = 0; i < askers_; ++i)
            asio::co_spawn(process_.context(), asking(n / askers_), asio::detached);
        process_.run();
    }

private:
    fairway::task<> asking(std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) {
            auto const placed = co_await port_.request(order_, std::chrono::seconds(30), options_);
            if (placed.quantity != order_.quantity) std::abort();
        }
        if (--left_ == 0) process_.stop();
    }

    std::size_t askers_;
    std::size_t left_ = 0;
    process process_;
    fairway::any_transport net_ = fairway::open<fairway::inproc>(process_.executor(), "inproc://");
    fairway::service stock_{net_, "stock"};
    fairway::service shop_{net_, "shop"};
    fairway::sender_port<shop::orders> port_ = shop_.sender<shop::orders>();
    fairway::send_options options_ = bench::order_options();
    shop::place_order order_;
};

// A point of a series: a peer that is made for `n`, and does its operations in multiples of `unit`.
template <class Peer>
bench::peer point(std::size_t n, std::size_t unit, void (Peer::*work)(std::size_t) = &Peer::operator()) {
    bench::lazy<Peer> const made([n] { return std::make_unique<Peer>(n); });
    return {"fairway", n, [made, work](std::size_t operations) { ((*made).*work)(operations); }, unit};
}
template <class Peer>
void series(char const* scenario, std::vector<std::size_t> const& sizes, bool in_units) {
    if (!bench::wanted(scenario)) return;
    std::vector<bench::peer> peers;
    for (auto const n : sizes) peers.push_back(point<Peer>(n, in_units ? n : 1));
    bench::run(scenario, peers);
}

} // namespace

int main(int argc, char** argv) {
    bench::begin(argc, argv);
    std::thread([] {}).join(); // from now on glibc's mutexes are real ones
    series<groups>("scaling_groups", {1, 4, 16, 64, 256, 1024, 4096}, true);
    series<channels>("scaling_channels", {1, 10, 100, 1'000, 10'000, 100'000}, false);
    series<askers>("scaling_requests", {1, 10, 100, 1'000, 10'000}, true);
    series<depth>("scaling_depth", {1, 10, 100, 1'000, 10'000, 100'000, 1'000'000}, true);

    constexpr auto scenario = "scaling_pending";
    if (!bench::wanted(scenario)) return 0;
    using table = pending::filled<pending::fairway_table>;
    std::vector<bench::peer> peers;
    for (std::size_t n = 1; n <= 1'000'000; n *= 10) peers.push_back(point<table>(n, 1, &table::complete));
    bench::run(scenario, peers);
}
