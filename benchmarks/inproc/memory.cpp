// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Memory of a million messages that wait in a queue, each with four headers and a body: 254 bytes, in which the headers
// count with their text and two lengths of two bytes; and what a further group adds to a message that waits for it.
#include "../memory.hpp"
#include "../kit.hpp"
#include "order.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace shop {

struct reading {
    using contract = fairway::event<"shop.reading">;
    std::array<std::int64_t, 14> values{};
};
using readings = fairway::point_to_point<"readings", reading>;
using reading_events = fairway::publish_subscribe<"readings.events", reading>;

} // namespace shop

namespace {

using headers = std::vector<std::pair<std::string, std::string>>;

std::size_t bytes_of(headers const& all) {
    std::size_t n = 0;
    for (auto const& [name, value] : all) n += name.size() + value.size() + 4;
    return n;
}
std::size_t payload() { return bytes_of(bench::make_headers()) + sizeof(shop::reading); }

// Prints what `make(n)` leaves behind for each of n.
template <class Make>
void measure(char const* scenario, char const* peer, std::size_t n, Make make) {
    if (!bench::wanted(scenario)) return;
    bench::in_child([&] {
        auto const before = bench::resident_bytes();
        bench::keep(make(n));
        auto const each = (bench::resident_bytes() - before) / static_cast<double>(n);
        bench::print(scenario, peer, payload(), "bytes_per_message", each, "B");
        bench::print(scenario, peer, payload(), "times_payload", each / static_cast<double>(payload()), "x");
    });
}

// The hub is made for as many messages as are to wait; all else is as it is by default. What is made is never freed:
// the process ends with it.
class fairway_queue {
public:
    explicit fairway_queue(std::size_t n) : hub_(bench::room_for(n)) {}

    template <class Channel>
    void fill(std::size_t n) {
        auto const port = shop_.sender<Channel>();
        auto const options = bench::order_options();
        shop::reading const one{};
        for (std::size_t i = 0; i < n; ++i)
            if (port.try_send(one, options)) std::abort();
    }
    void subscribe(std::size_t groups) {
        for (std::size_t i = 0; i < groups; ++i)
            groups_.emplace_back(net_, "group" + std::to_string(i))
                .handle<shop::reading_events>([](shop::reading const&) {});
    }

private:
    bench::process process_;
    fairway::inproc::hub hub_;
    fairway::any_transport net_ = fairway::inproc(process_.executor(), hub_);
    fairway::service shop_{net_, "shop"};
    std::list<fairway::service> groups_;
};

fairway_queue* waiting_in_one_queue(std::size_t n) {
    auto* const q = new fairway_queue(n);
    q->fill<shop::readings>(n);
    return q;
}
fairway_queue* waiting_for(std::size_t groups, std::size_t n) {
    auto* const q = new fairway_queue(n);
    q->subscribe(groups);
    q->fill<shop::reading_events>(n);
    return q;
}

void* one_block_each(std::size_t n) {
    auto* const q = new std::deque<std::unique_ptr<char[]>>;
    for (std::size_t i = 0; i < n; ++i) {
        q->push_back(std::make_unique<char[]>(payload()));
        std::memset(q->back().get(), 1, payload());
    }
    return q;
}
void* bytes_in_a_row(std::size_t n) {
    auto* const q = new std::vector<char>;
    q->reserve(n * payload());
    for (std::size_t i = 0; i < n; ++i) q->insert(q->end(), payload(), 1);
    return q;
}
template <class Headers>
void* struct_each(std::size_t n) {
    struct message {
        Headers headers;
        shop::reading body;
    };
    auto const four = bench::make_headers();
    message const one{Headers(four.begin(), four.end()), {}};
    return new std::deque<message>(n, one);
}

// What each of 14 more groups adds to a message.
void measure_groups(std::size_t n) {
    constexpr auto scenario = "memory_group_slot";
    if (!bench::wanted(scenario)) return;
    bench::in_child([&] {
        auto const start = bench::resident_bytes();
        bench::keep(waiting_for(2, n));
        auto const two = bench::resident_bytes();
        bench::keep(waiting_for(16, n));
        auto const sixteen = bench::resident_bytes();
        bench::print(scenario, "fairway", payload(), "bytes_per_slot",
            ((sixteen - two) - (two - start)) / static_cast<double>(14 * n), "B");
    });
}

} // namespace

int main(int argc, char** argv) {
    bench::begin(argc, argv);
    constexpr std::size_t n = 1'000'000;
    measure("memory_queued", "fairway", n, waiting_in_one_queue);
    measure("memory_queued", "one-block-each", n, one_block_each);
    measure("memory_queued", "vector-of-pairs", n, struct_each<headers>);
    measure("memory_queued", "map-of-strings", n, struct_each<std::map<std::string, std::string>>);
    measure("memory_queued", "limit-bytes-in-a-row", n, bytes_in_a_row);
    measure_groups(250'000);
}
