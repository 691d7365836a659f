// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The table of pending requests: one of many is completed, whichever, and a new one put in; and what its deadline
// costs.
#include "../kit.hpp"
#include "../memory.hpp"

#include <fairway/delivery/correlation.hpp>
#include <fairway/env/clock.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace {

using bench::lazy;
using fairway::message_id;
using fairway::env::steady_point;

std::uint64_t completed = 0;

// What is called in the end: two words, as a coroutine's handle and a place for the result would be.
struct waiter {
    void (*call)(void*) = nullptr;
    void* context = nullptr;
};
waiter const a_waiter{[](void*) { ++completed; }, nullptr};

// New requests, a microsecond after the last one: their ids, and deadlines of which some come earlier than the last.
class requests {
public:
    message_id id() noexcept { return ids_.next((now_ += std::chrono::microseconds(1)).time_since_epoch().count()); }
    steady_point deadline() noexcept { return now_ + timeouts_[++count_ % timeouts_.size()]; }

private:
    steady_point now_{std::chrono::hours(500'000)};
    fairway::id_generator ids_{1};
    std::size_t count_ = 0;
    std::array<std::chrono::seconds, 5> timeouts_{std::chrono::seconds(30), std::chrono::seconds(30),
        std::chrono::seconds(10), std::chrono::seconds(30), std::chrono::seconds(25)};
};

class fairway_table {
public:
    using key = message_id;
    key insert(requests& from) {
        auto const id = from.id();
        waiter w = a_waiter;
        if (!table_.insert(id, from.deadline(), std::move(w))) std::abort();
        return id;
    }
    void complete(key id) {
        auto const w = table_.take(id);
        w->call(w->context);
    }
    void find(key id) {
        if (!table_.find(id)) std::abort();
    }
    void reschedule(key id, requests& from) {
        bench::keep(from.id());
        table_.reschedule(id, from.deadline());
    }

private:
    fairway::correlation<steady_point, waiter> table_;
};

// As one writes it without a library; without deadlines.
class map_table {
public:
    using key = std::string;
    key insert(requests& from) {
        auto id = to_string(from.id());
        table_.emplace(id, [] { ++completed; });
        return id;
    }
    void complete(key const& id) {
        auto const found = table_.find(id);
        found->second();
        table_.erase(found);
    }

private:
    std::unordered_map<std::string, std::function<void()>> table_;
};

// The limit: an id is a place in an array and how often it was used; without deadlines.
class slot_table {
public:
    using key = std::uint64_t;
    key insert(requests& from) {
        bench::keep(from.id());
        if (free_ == slots_.size()) slots_.push_back({{}, 0, static_cast<std::uint32_t>(slots_.size() + 1)});
        auto const at = free_;
        auto& s = slots_[at];
        free_ = s.next_free;
        s.who = a_waiter;
        return std::uint64_t{++s.generation} << 32 | at;
    }
    void complete(key id) {
        auto const at = static_cast<std::uint32_t>(id);
        auto& s = slots_[at];
        if (s.generation != id >> 32) std::abort();
        ++s.generation;
        s.who.call(s.who.context);
        s.next_free = free_;
        free_ = at;
    }

private:
    struct slot {
        waiter who;
        std::uint32_t generation;
        std::uint32_t next_free;
    };
    std::vector<slot> slots_;
    std::uint32_t free_ = 0;
};

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

// A table with so many pending requests. Their keys are shuffled: who walks along them jumps about in the table.
template <class Table>
class filled {
public:
    explicit filled(std::size_t size) {
        for (std::size_t i = 0; i < size; ++i) keys_.push_back(table_.insert(requests_));
        std::shuffle(keys_.begin(), keys_.end(), std::mt19937_64(1));
    }
    void complete(std::size_t n) {
        for_each(n, [this](auto& key) {
            table_.complete(key);
            key = table_.insert(requests_);
        });
    }
    void find(std::size_t n) {
        for_each(n, [this](auto& key) {
            bench::keep(requests_.id());
            bench::keep(requests_.deadline());
            table_.find(key);
        });
    }
    void reschedule(std::size_t n) {
        for_each(n, [this](auto& key) { table_.reschedule(key, requests_); });
    }

private:
    template <class Work>
    void for_each(std::size_t n, Work work) {
        for (std::size_t i = 0; i < n; ++i) {
            work(keys_[at_]);
            if (++at_ == keys_.size()) at_ = 0;
        }
    }

    requests requests_;
    Table table_;
    std::vector<typename Table::key> keys_;
    std::size_t at_ = 0;
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
    if (times.size() == peers.size())
        bench::print(scenario, "fairway-reschedule-without-find", size, "ns_per_op", times[0] - times[1], "ns");
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
    for (std::size_t const size : {std::size_t{1'000}, most}) {
        measure_completion(size);
        measure_deadlines(size);
    }
}
