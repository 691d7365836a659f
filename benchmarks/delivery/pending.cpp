// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The table of pending requests: one of many is completed, whichever, and a new one put in; and what its deadline
// costs.
#include "pending.hpp"
#include "../kit.hpp"
#include "../memory.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace {

using bench::lazy;
using fairway::env::steady_point;
using pending::fairway_table;
using pending::filled;
using pending::map_table;
using pending::requests;
using pending::slot_table;

// The limit for deadlines: a wheel of lists (Varghese, Lauck 1987), coarse and without a look at what is due.
class wheel_table {
public:
    using key = std::uint32_t;
    key insert(requests& from) {
        bench::keep(from.id());
        nodes_.push_back({});
        auto const at = static_cast<key>(nodes_.size() - 1);
        link(at, from.deadline());
        return at;
    }
    void reschedule(key at, requests& from) {
        bench::keep(from.id());
        auto const n = nodes_[at];
        nodes_[n.before].after = n.after;
        nodes_[n.after].before = n.before;
        link(at, from.deadline());
    }

private:
    static constexpr std::size_t lists = 1024;
    struct node {
        key before;
        key after;
        steady_point deadline;
    };
    static std::vector<node> empty_lists() {
        std::vector<node> all(lists);
        for (key i = 0; i < lists; ++i) all[i] = {i, i, {}};
        return all;
    }
    void link(key at, steady_point deadline) {
        auto const ticks = deadline.time_since_epoch() / std::chrono::milliseconds(10);
        auto const list = static_cast<key>(static_cast<std::uint64_t>(ticks) % lists);
        nodes_[at] = {list, nodes_[list].after, deadline};
        nodes_[nodes_[list].after].before = at;
        nodes_[list].after = at;
    }
    std::vector<node> nodes_ = empty_lists();
};

template <class Table>
lazy<filled<Table>> fill(std::size_t size) {
    return lazy<filled<Table>>([size] { return std::make_unique<filled<Table>>(size); });
}

void measure_completion(std::size_t size) {
    constexpr auto scenario = "pending_completed";
    if (!bench::wanted(scenario)) return;
    std::vector<bench::peer> peers;
    auto const add = [&](char const* name, auto table) {
        peers.emplace_back(name, size, [table](std::size_t n) { table->complete(n); });
    };
    add("fairway-correlation", fill<fairway_table>(size));
    add("unordered_map-text-function", fill<map_table>(size));
    add("limit-slots", fill<slot_table>(size));
    bench::print_factors(scenario, peers, bench::run(scenario, peers));
}

// What a deadline costs is what it costs to change it, without what it takes to find the request.
void measure_deadlines(std::size_t size) {
    constexpr auto scenario = "pending_deadline";
    if (!bench::wanted(scenario)) return;
    auto const table = fill<fairway_table>(size);
    auto const wheel = fill<wheel_table>(size);
    std::vector<bench::peer> const peers{
        {"fairway-reschedule", size, [table](std::size_t n) { table->reschedule(n); }},
        {"fairway-find", size, [table](std::size_t n) { table->find(n); }},
        {"limit-timing-wheel", size, [wheel](std::size_t n) { wheel->reschedule(n); }},
    };
    auto const times = bench::run(scenario, peers);
    if (times.size() != peers.size()) return;
    constexpr auto without = "fairway-reschedule-without-find";
    bench::print(scenario, without, size, "ns_per_op", times[0].ns - times[1].ns, "ns");
    bench::print(scenario, without, size, "cpu_ns_per_op", times[0].cpu_ns - times[1].cpu_ns, "ns");
}

template <class Table>
void measure_memory(char const* name, std::size_t size) {
    if (!bench::wanted("pending_memory")) return;
    bench::in_child([&] {
        requests from;
        auto* const table = new Table();
        auto const before = bench::resident_bytes();
        for (std::size_t i = 0; i < size; ++i) bench::keep(table->insert(from));
        bench::print("pending_memory", name, size, "bytes_per_request",
            (bench::resident_bytes() - before) / static_cast<double>(size), "B");
    });
}

} // namespace

int main(int argc, char** argv) {
    bench::begin(argc, argv);
    constexpr std::size_t most = 1'000'000;
    measure_memory<fairway_table>("fairway-correlation", most);
    measure_memory<map_table>("unordered_map-text-function", most);
    measure_memory<slot_table>("limit-slots", most);
    // 10,000 is the most that a service has pending.
    for (std::size_t const size : {std::size_t{1'000}, std::size_t{10'000}, most}) {
        measure_completion(size);
        measure_deadlines(size);
    }
}
