// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What a spin budget gains, and what it costs: requests between two threads, with and without one.
#include "../kit.hpp"
#include "fairway_threads_peer.hpp"
#include "order.hpp"
#include "requests.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

namespace {

using pair = bench::fairway_request_across<bench::plain_handler>;

boost::asio::awaitable<void> pausing(bench::process& where, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) co_await bench::pause(where);
}

} // namespace

int main(int argc, char** argv) {
    bench::begin(argc, argv);
    bench::pin(0);
    bench::lazy<pair> const spinning;
    bench::lazy<pair> const sleeping([] { return std::make_unique<pair>(std::chrono::microseconds(0)); });
    bench::lazy<bench::process> const alone;
    auto const peers = [&](void (pair::*work)(std::size_t)) {
        std::vector<bench::peer> both;
        auto const add = [&](char const* name, bench::lazy<pair> const& who) {
            both.emplace_back(name, bench::order_size, [who, work](std::size_t n) { ((*who).*work)(n); });
        };
        add("fairway-50us", spinning);
        add("fairway-without", sleeping);
        return both;
    };
    // The gain: one request after the other.
    auto const in_turn = peers(&pair::operator());
    bench::print_factors("spin_budget_request", in_turn, bench::run("spin_budget_request", in_turn));
    // The price: processor time where requests are rare, of both threads and with what it takes to wait for the timer.
    auto rare = peers(&pair::now_and_then);
    rare.emplace_back("timer-only", bench::order_size, [&](std::size_t n) { alone->run(pausing(*alone, n)); });
    bench::run("spin_budget_rare_request", rare);
    // And what else the context has to do waits until the budget is used up.
    bench::run("spin_budget_other_work", peers(&pair::with_other_work));
}
