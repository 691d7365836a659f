// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// One thread: a coroutine asks and waits for the answer, one request after the other.
// rivals: caf
#include "../kit.hpp"
#include "asio_peer.hpp"
#include "fairway_peer.hpp"
#include "order.hpp"
#include "requests.hpp"
#include "rivals.hpp"

#include <boost/asio/experimental/channel.hpp>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
using bench::naive_message;
using bench::process;

// The same loop over a coroutine that answers at once.
class driver {
public:
    void operator()(std::size_t n) {
        process_.run(bench::ask_in_turn(n, [this] { return answer(); }));
    }

private:
    fairway::task<shop::order_placed> answer() { co_return bench::answer_to(order_); }

    process process_;
    shop::place_order order_;
};

template <class Message>
auto channels_in(bench::lazy<process> const& where) {
    using channel = asio::experimental::channel<void(boost::system::error_code, Message)>;
    using pair = bench::asio_request<channel, Message>;
    return bench::lazy<pair>([where] { return std::make_unique<pair>(*where, where->context()); });
}

void measure(std::string const& scenario) {
    if (!bench::wanted(scenario)) return;
    using handle = std::shared_ptr<shop::order_placed const>;
    std::vector<bench::peer> peers;
    auto const add = [&](char const* name, auto const& who) { peers.emplace_back(name, bench::order_size, who); };
    add("fairway-coroutine-handler", bench::lazy<bench::fairway_requests<bench::coroutine_handler>>());
    add("fairway-plain-handler", bench::lazy<bench::fairway_requests<bench::plain_handler>>());
    add("driver-only", bench::lazy<driver>());
    bench::lazy<process> const plain;
    bench::lazy<process> const bare([] { return std::make_unique<process>(false); });
    add("asio-channels-message", channels_in<naive_message>(plain));
    add("asio-channels-handle", channels_in<handle>(plain));
    add("asio-channels-handle-without-timer", channels_in<handle>(bare));
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
