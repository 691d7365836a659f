// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// RabbitMQ: persistent messages into a quorum queue, confirmed, 256 at most of them not yet; and out of it again with a
// prefetch of 256, acknowledged. A broker of the program's own, and one queue, which each peer fills and empties in
// turn. The broker needs most of the processors, so that what counts beside the rate is the client's processor time.
//
// `librabbitmq` publishes Fairway's own message, with all of its properties and headers, so that the broker has the
// same to do; `librabbitmq-bare` the body and that it is persistent, and nothing else.
//
// rivals: rabbitmq
#include "../../tests/rabbitmq/broker.hpp"
#include "../kit.hpp"
#include "fairway_peer.hpp"
#if FAIRWAY_RIVAL_RABBITMQ
#include "librabbitmq_peer.hpp"
#endif

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace {

constexpr std::size_t window = 256;
constexpr std::size_t body_size = 100;

// What has gone by since it was made, for each of n.
class stopwatch {
public:
    struct reading {
        double ns, cpu;
    };
    reading read(std::size_t n) const {
        auto const each = [n](std::uint64_t all) { return static_cast<double>(all) / static_cast<double>(n); };
        return {each(bench::now_ns() - start_), each(bench::cpu_ns() - cpu_)};
    }

private:
    std::uint64_t start_ = bench::now_ns();
    std::uint64_t cpu_ = bench::cpu_ns();
};

// Told of the first message and of the last one, by their numbers.
using told = std::function<void(std::size_t)>;
// Fills the queue and empties it. What it takes to consume counts from the first message to the last one.
struct rival {
    std::string name;
    std::function<void(std::size_t n)> publish;
    std::function<void(std::size_t n, told at)> consume;
    std::vector<double> ns[2]{};
    std::vector<double> cpu[2]{};
};

void one_round(rival& r, std::size_t n) {
    auto const note = [&r](int which, stopwatch::reading const& one) {
        r.ns[which].push_back(one.ns);
        r.cpu[which].push_back(one.cpu);
    };
    bench::let_others_end();
    stopwatch const publishing;
    r.publish(n);
    note(0, publishing.read(n));
    bench::let_others_end();
    stopwatch consuming;
    r.consume(n, [&](std::size_t i) {
        if (i == 1)
            consuming = {};
        else
            note(1, consuming.read(n - 1));
    });
}

std::vector<rival> make_rivals(std::uint16_t port) {
    std::string const body(body_size, 'x');
    auto const fairway = std::make_shared<bench::fairway_over_rabbitmq>(port, window);
    fairway->publish(body, 1); // the queue is there
    std::vector<rival> all;
#if FAIRWAY_RIVAL_RABBITMQ
    bench::librabbitmq taker(port);
    taker.consume(bench::parcels_queue, 1);
    auto const same = taker.next().message.properties; // never destroyed
    taker.acknowledge();
#else
    fairway->consume(1, [](std::size_t) {});
#endif
    all.push_back({"fairway", [=](std::size_t n) { fairway->publish(body, n); },
        [=](std::size_t n, told at) { fairway->consume(n, std::move(at)); }});
#if FAIRWAY_RIVAL_RABBITMQ
    amqp_basic_properties_t bare{};
    bare._flags = AMQP_BASIC_DELIVERY_MODE_FLAG;
    bare.delivery_mode = 2;
    for (auto const& [name, properties] : {std::pair{"librabbitmq", same}, std::pair{"librabbitmq-bare", bare}}) {
        auto const client = std::make_shared<bench::librabbitmq>(port);
        client->confirm();
        auto const consume = [=](std::size_t n, told const& at) {
            constexpr std::size_t at_once = 64;
            bench::librabbitmq consumer(port);
            consumer.consume(bench::parcels_queue, window);
            for (std::size_t i = 1; i <= n; ++i) {
                auto one = consumer.next();
                if (one.message.body.len != body_size) std::abort();
                amqp_destroy_envelope(&one);
                if (i % at_once == 0 || i == n) consumer.acknowledge();
                if (i == 1 || i == n) at(i);
            }
        };
        all.push_back(
            {name, [=, p = properties](std::size_t n) { client->publish(bench::parcels_queue, p, body, n, window); },
                consume});
    }
#endif
    std::erase_if(all, [](rival const& r) {
        auto const& only = bench::settings().peer;
        return !only.empty() && r.name != only;
    });
    return all;
}

void measure(std::uint16_t port) {
    constexpr char const* scenarios[] = {"rabbitmq_publish", "rabbitmq_consume"};
    auto all = make_rivals(port);
    bool const quick = bench::settings().rounds < 9;
    std::size_t const n = bench::settings().count > 0 ? bench::settings().count : quick ? 2'000 : 10'000;
    for (auto& r : all) one_round(r, n); // warms up
    for (auto& r : all)
        for (int which : {0, 1}) r.ns[which].clear(), r.cpu[which].clear();
    // More than others: what the broker takes for the same differs by a fifth from one round to the next.
    int const rounds = 3 * bench::settings().rounds;
    for (int round = 0; round < rounds; ++round)
        for (auto& r : all) one_round(r, n);
    for (int which : {0, 1})
        for (auto const& r : all) {
            bench::print(scenarios[which], r.name, body_size, "ns_per_op", bench::median(r.ns[which]), "ns");
            bench::print(scenarios[which], r.name, body_size, "cpu_ns_per_op", bench::median(r.cpu[which]), "ns");
        }
}

} // namespace

int main(int argc, char** argv) {
    bench::begin(argc, argv);
    if (!bench::wanted("rabbitmq_publish") && !bench::wanted("rabbitmq_consume")) return 0;
    if (!rabbitmq_kit::broker::installed()) {
        std::puts("# rabbitmq is left out: there is no RabbitMQ in /usr/lib/rabbitmq");
        return 0;
    }
    rabbitmq_kit::broker const broker;
    measure(broker.port());
}
