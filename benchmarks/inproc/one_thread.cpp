// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// One thread: send an order to a plain handler, in bursts of 64 and singly.
// rivals: concurrentqueue
#include "../kit.hpp"
#include "asio_peer.hpp"
#include "fairway_peer.hpp"
#include "order.hpp"
#include "rivals.hpp"

#include <boost/asio/awaitable.hpp>
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

// What a coroutine costs that the context resumes as often as the one that sends by co_await, and that has nothing to
// send: a post that is awaited, with the frame and the erased handler of asio::awaitable. Fairway's own wait within
// `co_await send` is not in it, nor is the turn of the context in which the message is handled.
asio::awaitable<void> pausing(process& where, std::size_t n, std::size_t burst) {
    for (std::size_t left = bench::calls_for(n, burst); left > 0; --left)
        co_await asio::post(where.context(), asio::deferred);
}

// asio::post of a closure that holds the message.
template <class Message>
void post_each(process& where, std::size_t n, std::size_t burst) {
    std::int64_t sum = 0;
    auto send = [&] { asio::post(where.context(), [&sum, m = Message()] { bench::keep(&m), ++sum; }); };
    bench::send_in_bursts(where, n, burst, send, [] { return true; });
    bench::keep(sum);
}

template <class Message>
using channel_of = asio::experimental::channel<void(boost::system::error_code, Message)>;

template <class Message>
void through_channel(process& where, std::size_t n, std::size_t burst) {
    channel_of<Message> channel(where.context(), burst);
    asio::co_spawn(where.context(), bench::send_each<Message>(channel, n), asio::detached);
    where.run(bench::receive_each<Message>(channel, n, [] {}));
}

#if FAIRWAY_RIVAL_CONCURRENTQUEUE
// A queue alone: no handler table, no execution context.
template <class Message>
class moodycamel_queue {
public:
    void operator()(std::size_t n, std::size_t burst) {
        Message out;
        for (std::size_t left = n; left > 0;) {
            std::size_t const now = std::min(left, burst);
            for (std::size_t i = 0; i < now; ++i) queue_.enqueue(producer_, Message());
            for (std::size_t i = 0; i < now; ++i) {
                if (!queue_.try_dequeue(consumer_, out)) std::abort();
                bench::keep(&out);
            }
            left -= now;
        }
    }

private:
    moodycamel::ConcurrentQueue<Message> queue_;
    moodycamel::ProducerToken producer_{queue_};
    moodycamel::ConsumerToken consumer_{queue_};
};
#endif

void measure(std::string const& scenario, std::size_t burst) {
    if (!bench::wanted(scenario)) return;
    bench::lazy<bench::fairway_sender<shop::placed_orders>> const fairway;
    bench::lazy<process> const plain;
    std::vector<bench::peer> peers;
    auto const add = [&](char const* name, auto operation) {
        peers.emplace_back(name, bench::order_size, [operation, burst](std::size_t n) mutable { operation(n, burst); });
    };
    add("fairway-try_send", [&](std::size_t n, std::size_t b) { fairway->try_send(n, b); });
    add("fairway-co_await-send", [&](std::size_t n, std::size_t b) { fairway->co_send(n, b); });
    add("driver-only", [&](std::size_t n, std::size_t b) { bench::send_nothing(*plain, n, b); });
    add("driver-only-coroutine", [&](std::size_t n, std::size_t b) { plain->run(pausing(*plain, n, b)); });
    add("asio-post-message", [&](std::size_t n, std::size_t b) { post_each<naive_message>(*plain, n, b); });
    add("asio-post-body", [&](std::size_t n, std::size_t b) { post_each<shop::order_placed>(*plain, n, b); });
    add("asio-channel-message", [&](std::size_t n, std::size_t b) { through_channel<naive_message>(*plain, n, b); });
    add("asio-channel-body", [&](std::size_t n, std::size_t b) { through_channel<shop::order_placed>(*plain, n, b); });
#if FAIRWAY_RIVAL_CONCURRENTQUEUE
    bench::lazy<moodycamel_queue<naive_message>> const messages;
    bench::lazy<moodycamel_queue<shop::order_placed>> const bodies;
    add("moodycamel-message", [&](std::size_t n, std::size_t b) { (*messages)(n, b); });
    add("moodycamel-body", [&](std::size_t n, std::size_t b) { (*bodies)(n, b); });
#endif
    bench::print_factors(scenario, peers, bench::run(scenario, peers));
}

} // namespace

int main(int argc, char** argv) {
    bench::begin(argc, argv);
    std::thread([] {}).join(); // from now on glibc's mutexes are real ones
    measure("send_one_thread_burst64", 64);
    measure("send_one_thread_single", 1);
}
