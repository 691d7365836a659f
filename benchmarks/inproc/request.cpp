// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// One thread: a coroutine asks and waits for the answer, one request after the other.
// rivals: caf
#include "../kit.hpp"
#include "order.hpp"

#if FAIRWAY_RIVAL_CAF
#include "caf_peer.hpp"
#endif

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/channel.hpp>

#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
using bench::naive_message;
using bench::process;

shop::order_placed answer_to(shop::place_order const& o) {
    return {o.order_id, o.sku, o.customer, o.quantity, o.cents, o.gift};
}

struct plain_handler {
    shop::order_placed operator()(shop::place_order const& o) const { return answer_to(o); }
};
struct coroutine_handler {
    fairway::task<shop::order_placed> operator()(shop::place_order const& o) const { co_return answer_to(o); }
};

template <class Handler>
class fairway_pair {
public:
    fairway_pair() {
        stock_.handle<shop::orders>(Handler());
        stock_.start();
    }
    void operator()(std::size_t n) {
        asio::co_spawn(process_.context(), asking(n), asio::detached);
        process_.run();
    }

private:
    fairway::task<> asking(std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) {
            auto const placed = co_await port_.request(order_, std::chrono::seconds(30), options_);
            if (placed.quantity != order_.quantity) std::abort();
        }
        process_.stop();
    }

    process process_;
    fairway::any_transport net_ = fairway::open<fairway::inproc>(process_.executor(), "inproc://");
    fairway::service stock_{net_, "stock"};
    fairway::service shop_{net_, "shop"};
    fairway::sender_port<shop::orders> port_ = shop_.sender<shop::orders>();
    fairway::send_options options_ = bench::order_options();
    shop::place_order order_;
};

// The same loop over a coroutine that answers at once.
class driver {
public:
    void operator()(std::size_t n) {
        asio::co_spawn(process_.context(), asking(n), asio::detached);
        process_.run();
    }

private:
    fairway::task<shop::order_placed> answer() { co_return answer_to(order_); }
    fairway::task<> asking(std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) {
            auto const placed = co_await answer();
            if (placed.quantity != order_.quantity) std::abort();
        }
        process_.stop();
    }

    process process_;
    shop::place_order order_;
};

// A pair of channels: one for requests, one for replies.
template <class Message>
class channel_pair {
public:
    void operator()(std::size_t n) {
        asio::co_spawn(process_.context(), answering(n), asio::detached);
        asio::co_spawn(process_.context(), asking(n), asio::detached);
        process_.run();
    }

private:
    using channel = asio::experimental::channel<void(boost::system::error_code, Message)>;

    asio::awaitable<void> answering(std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) {
            Message const question = co_await requests_.async_receive(asio::deferred);
            bench::keep(&question);
            Message answer;
            co_await replies_.async_send(boost::system::error_code(), std::move(answer), asio::deferred);
        }
    }
    asio::awaitable<void> asking(std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) {
            Message question;
            co_await requests_.async_send(boost::system::error_code(), std::move(question), asio::deferred);
            Message const answer = co_await replies_.async_receive(asio::deferred);
            bench::keep(&answer);
        }
        process_.stop();
    }

    process process_;
    channel requests_{process_.context(), 1};
    channel replies_{process_.context(), 1};
};

void measure(std::string const& scenario) {
    if (!bench::wanted(scenario)) return;
    using handle = std::shared_ptr<shop::order_placed const>;
    std::vector<bench::peer> peers;
    auto const add = [&]<class Peer>(char const* name, bench::lazy<Peer> who) {
        peers.emplace_back(name, bench::order_size, [who](std::size_t n) { (*who)(n); });
    };
    add("fairway-coroutine-handler", bench::lazy<fairway_pair<coroutine_handler>>());
    add("fairway-plain-handler", bench::lazy<fairway_pair<plain_handler>>());
    add("driver-only", bench::lazy<driver>());
    add("asio-channels-message", bench::lazy<channel_pair<naive_message>>());
    add("asio-channels-handle", bench::lazy<channel_pair<handle>>());
#if FAIRWAY_RIVAL_CAF
    bench::lazy<bench::caf_system> const actors;
    peers.emplace_back("caf-request-message", bench::order_size, [&](std::size_t n) { actors->request(n); });
#endif
    bench::print_factors(scenario, peers, bench::run(scenario, peers));
}

} // namespace

int main(int argc, char** argv) {
    bench::begin(argc, argv);
    std::thread([] {}).join(); // from now on glibc's mutexes are real ones
    measure("request_one_thread");
}
