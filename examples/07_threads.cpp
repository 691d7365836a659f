// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Several threads: each service lives on the one thread of its io_context, a hub joins them, a pool does what takes
// long, main calls and waits.
#include <fairway/fairway.hpp>
#include <fairway/inproc.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <iostream>
#include <string>
#include <thread>

using namespace std::chrono_literals;
using fairway::task;
namespace asio = fairway::asio;

namespace kitchen {
struct meal {
    using contract = fairway::document<"kitchen.meal">;
    std::string what;
};
struct chop {
    using contract = fairway::command<"kitchen.chop", meal>;
    std::string what;
};
struct cook {
    using contract = fairway::command<"kitchen.cook", meal>;
    std::string what;
};
using knives = fairway::point_to_point<"kitchen.knives", chop>;
using stoves = fairway::point_to_point<"kitchen.stoves", cook>;
} // namespace kitchen

// An event loop and the one thread that runs it.
class event_loop {
public:
    ~event_loop() { context_.stop(); }
    auto executor() { return context_.get_executor(); }

private:
    asio::io_context context_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
    std::jthread thread_{[this] { context_.run(); }};
};

// [pool]
// Computes long, or blocks: on a thread of a pool, so that the service stays awake. It knows nothing of the service.
task<std::string> chopped(std::string what) { co_return "chopped " + what; }

class cutting_board {
public:
    explicit cutting_board(asio::thread_pool& pool) : pool_(pool) {}
    task<kitchen::meal> operator()(kitchen::chop const& c) {
        auto const what = co_await asio::co_spawn(pool_, chopped(c.what), asio::use_awaitable);
        co_return kitchen::meal{.what = what}; // on the service's executor again
    }

private:
    asio::thread_pool& pool_;
};
// [/pool]

int main() {
    asio::thread_pool pool{2};
    // [hub]
    fairway::inproc::hub hub;
    event_loop first, second;

    fairway::service knives{fairway::inproc(first.executor(), hub), "knives"};
    knives.handle<kitchen::knives>(cutting_board{pool}); // runs on the first thread, but for what it gives to the pool
    knives.start();
    // [/hub]

    fairway::service stoves{fairway::inproc(second.executor(), hub), "stoves"};
    stoves.handle<kitchen::stoves>(
        [chopping = stoves.sender<kitchen::knives>()](kitchen::cook const& c) -> task<kitchen::meal> {
            kitchen::chop const order{.what = c.what};
            auto const chopped = co_await chopping.request(order, 2s); // over to the first thread and back
            co_return kitchen::meal{.what = chopped.what + " soup"};
        });
    stoves.start();

    // [blocking]
    // Ports may be used on any thread. This one is no coroutine, so it blocks.
    kitchen::cook const leeks{.what = "leek"};
    auto const meal = fairway::blocking(stoves.sender<kitchen::stoves>()).request(leeks, 2s);
    std::cout << meal.what << "\n";
    // [/blocking]

    for (auto* const service : {&stoves, &knives}) {
        auto const did = asio::co_spawn(service->get_executor(), service->drain(), asio::use_future).get();
        std::cout << service->name() << " handled " << did.accepted << "\n";
    }
    return 0;
}
