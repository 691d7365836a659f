// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The table of pending requests: what a request costs in it while many others are pending, against a map that is keyed
// by text or by id, and an array of slots with generations, which has neither ids nor deadlines.
#include "../kit.hpp"

#include <fairway/delivery/correlation.hpp>
#include <fairway/delivery/deadline_queue.hpp>
#include <fairway/env/clock.hpp>

#include <malloc.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

namespace {

using bench::peer;
using fairway::message_id;
using fairway::env::steady_point;

// What all tables complete: a count goes up.
std::uint64_t completed = 0;

// Small steps of xorshift (Marsaglia 2003): cheap beside what is measured.
class random_numbers {
public:
    std::uint64_t next() noexcept {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        return state_ ^= state_ << 17;
    }

private:
    std::uint64_t state_ = 0x9e3779b97f4a7c15ULL;
};

// A microsecond goes by from one request to the next. Of ten, nine have 30 s and one has between 0.1 and 5 s.
class requests {
public:
    explicit requests(std::uint64_t seed = 1) : ids_(seed) {}

    void step() noexcept { now_ += std::chrono::microseconds(1); }
    steady_point now() const noexcept { return now_; }
    message_id id() noexcept { return ids_.next(now_.time_since_epoch().count() + 1'700'000'000'000'000'000); }
    steady_point deadline() noexcept {
        auto const r = random_.next();
        if (r % 10 != 0) return now_ + std::chrono::seconds(30);
        return now_ + std::chrono::milliseconds(100 + (r >> 8) % 4900);
    }
    std::size_t below(std::size_t n) noexcept { return random_.next() % n; }

private:
    steady_point now_{std::chrono::hours(1000)};
    fairway::id_generator ids_;
    random_numbers random_;
};

// The tables, with one interface. `key` is what the request is found by later.

class fairway_table {
public:
    using key = message_id;
    // As large as what a service keeps: what resumes a coroutine, and where its answer goes.
    struct call {
        void (*f)(void*);
        void* context;
        std::uint64_t* into;
    };

    key insert(requests& r, std::size_t place) {
        auto const id = r.id();
        auto const deadline = r.deadline();
        pending_.insert(id, deadline, call{&add, reinterpret_cast<void*>(place), &completed});
        alarm_ = std::min(alarm_, deadline);
        return id;
    }
    void complete(key id) {
        if (auto const c = pending_.take(id)) c->f(c->context);
    }
    // Calls `expired(place)` for what is late, as a service does: when the alarm for the earliest one rings.
    template <class Expired>
    void expire(steady_point now, Expired expired) {
        if (now < alarm_) return;
        while (auto const id = pending_.due(now)) {
            auto const c = pending_.take(*id);
            c->f(c->context);
            expired(reinterpret_cast<std::size_t>(c->context));
        }
        alarm_ = pending_.next_deadline().value_or(steady_point::max());
    }
    bool has(message_id id) { return pending_.find(id) != nullptr; }

private:
    static void add(void*) { ++completed; }

    fairway::correlation<steady_point, call> pending_;
    steady_point alarm_ = steady_point::max();
};

// Without deadlines, as the next ones.
template <class Key>
class map_table {
public:
    using key = Key;
    key insert(requests& r, std::size_t place) {
        auto id = make(r.id());
        pending_.emplace(id, [place] { completed += 1 + (place >> 63); });
        return id;
    }
    void complete(key const& id) {
        auto const found = pending_.find(id);
        found->second();
        pending_.erase(found);
    }
    template <class Expired>
    void expire(steady_point, Expired) {}
    bool has(message_id id) { return pending_.find(make(id)) != pending_.end(); }

private:
    static key make(message_id id) {
        if constexpr (std::is_same_v<Key, std::string>)
            return to_string(id);
        else
            return id;
    }

    std::unordered_map<Key, std::function<void()>> pending_;
};

// The limit: the id is the place in an array, and how often that was used.
class slot_table {
public:
    using key = std::uint64_t;
    key insert(requests& r, std::size_t place) {
        bench::keep(r.id());
        if (free_ == none) {
            slots_.push_back({nullptr, nullptr, 0, none});
            free_ = static_cast<std::uint32_t>(slots_.size() - 1);
        }
        auto const at = free_;
        auto& s = slots_[at];
        free_ = s.next;
        s.f = [](void*) { ++completed; };
        s.context = reinterpret_cast<void*>(place);
        key id = std::uint64_t{++s.generation} << 32 | at;
        asm volatile("" : "+r"(id));
        return id;
    }
    void complete(key id) {
        auto const at = static_cast<std::uint32_t>(id);
        auto& s = slots_[at];
        if (s.generation != id >> 32) std::abort();
        s.f(s.context);
        ++s.generation;
        s.next = free_;
        free_ = at;
    }
    template <class Expired>
    void expire(steady_point, Expired) {}
    bool has(message_id id) const {
        auto const at = static_cast<std::uint32_t>(id.low) % slots_.size();
        return slots_[at].generation == id.low >> 32;
    }

private:
    static constexpr std::uint32_t none = 0xffffffffU;
    struct slot {
        void (*f)(void*);
        void* context;
        std::uint32_t generation;
        std::uint32_t next;
    };

    std::vector<slot> slots_;
    std::uint32_t free_ = none;
};

// A table with `size` pending requests.
template <class Table>
class filled {
public:
    explicit filled(std::size_t size) {
        keys_.reserve(size);
        for (std::size_t i = 0; i < size; ++i) {
            requests_.step();
            keys_.push_back(table_.insert(requests_, i));
        }
    }

    // One more is made, and completed at once.
    void newest(std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) {
            next();
            table_.complete(table_.insert(requests_, keys_.size()));
        }
    }
    // Any one of all is completed, and a new one made.
    void any(std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) {
            next();
            auto const place = requests_.below(keys_.size());
            table_.complete(keys_[place]);
            keys_[place] = table_.insert(requests_, place);
        }
    }
    // The ids of others are looked up.
    void unknown(std::size_t n) {
        for (std::size_t i = 0; i < n; ++i)
            if (table_.has(others_.id())) std::abort();
    }

private:
    void next() {
        requests_.step();
        table_.expire(requests_.now(), [this](std::size_t place) {
            if (place < keys_.size()) keys_[place] = table_.insert(requests_, place);
        });
    }

    requests requests_;
    requests others_{2};
    Table table_;
    std::vector<typename Table::key> keys_;
};

// The peers of one size: `operation` is called with a filled table and a number.
template <class Operation>
std::vector<peer> peers_of(std::size_t size, Operation operation) {
    std::vector<peer> peers;
    auto const add = [&]<class Table>(char const* name, std::type_identity<Table>) {
        auto table = std::make_shared<filled<Table>>(size);
        peers.emplace_back(name, size, [table, operation](std::size_t n) { operation(*table, n); });
    };
    add("fairway-correlation", std::type_identity<fairway_table>());
    add("unordered_map-by-text", std::type_identity<map_table<std::string>>());
    add("unordered_map-by-id", std::type_identity<map_table<message_id>>());
    add("limit-slots-generation", std::type_identity<slot_table>());
    return peers;
}

template <class Operation>
void measure(char const* scenario, Operation operation) {
    if (!bench::wanted(scenario)) return;
    for (std::size_t const size : {1'000U, 10'000U, 100'000U, 1'000'000U}) {
        auto peers = peers_of(size, operation);
        bench::print_factors(scenario, peers, bench::run(scenario, peers));
    }
}

// From none to `size`: the mean, and the insertion that took longest, which a growing table makes wait.
template <class Table>
void measure_growth(char const* name, std::size_t size) {
    constexpr auto scenario = "pending_growth";
    std::vector<double> means;
    std::vector<double> worst;
    for (int round = 0; round < bench::settings().rounds; ++round) {
        requests r;
        Table table;
        std::uint64_t longest = 0;
        auto const start = bench::now_ns();
        auto last = start;
        for (std::size_t i = 0; i < size; ++i) {
            r.step();
            bench::keep(table.insert(r, i));
            auto const now = bench::now_ns();
            longest = std::max(longest, now - last);
            last = now;
        }
        means.push_back(static_cast<double>(last - start) / static_cast<double>(size));
        worst.push_back(static_cast<double>(longest) / 1000);
    }
    bench::print(scenario, name, size, "ns_per_op", bench::median(means), "ns");
    bench::print(scenario, name, size, "slowest_op", *std::min_element(worst.begin(), worst.end()), "us");
}

// All deadlines pass: at once, or one after the other.
void measure_expiry(std::size_t size) {
    constexpr auto scenario = "pending_expiry";
    for (bool const at_once : {true, false}) {
        std::vector<double> means;
        for (int round = 0; round < bench::settings().rounds; ++round) {
            requests r;
            fairway_table table;
            for (std::size_t i = 0; i < size; ++i) {
                r.step();
                table.insert(r, i);
            }
            std::size_t expired = 0;
            auto const count = [&](std::size_t) { ++expired; };
            auto const start = bench::now_ns();
            if (at_once) {
                table.expire(r.now() + std::chrono::seconds(30), count);
            } else {
                for (auto now = r.now(); now < r.now() + std::chrono::seconds(31); now += std::chrono::milliseconds(1))
                    table.expire(now, count);
            }
            means.push_back(static_cast<double>(bench::now_ns() - start) / static_cast<double>(size));
            if (expired < size) std::abort();
        }
        bench::print(
            scenario, at_once ? "fairway-at-once" : "fairway-each-ms", size, "ns_per_op", bench::median(means), "ns");
    }
}

// The deadlines alone, `size` of them: each round takes out the oldest one and puts in a new one.

class fairway_deadlines {
public:
    explicit fairway_deadlines(std::size_t size) : nodes_(first_member + size) {}
    void push(std::size_t i, steady_point deadline) {
        auto const ticks = static_cast<std::uint64_t>(deadline.time_since_epoch().count());
        queue_.push(nodes_, static_cast<std::uint32_t>(first_member + i), ticks);
    }
    void erase(std::size_t i) { queue_.erase(nodes_, static_cast<std::uint32_t>(first_member + i)); }

private:
    static constexpr std::size_t first_member = fairway::detail::deadline_queue::ends;
    std::vector<fairway::detail::deadline_node> nodes_;
    fairway::detail::deadline_queue queue_;
};

class deadline_map {
public:
    explicit deadline_map(std::size_t size) : places_(size) {}
    void push(std::size_t i, steady_point deadline) { places_[i] = deadlines_.emplace(deadline, i); }
    void erase(std::size_t i) { deadlines_.erase(places_[i]); }

private:
    std::multimap<steady_point, std::size_t> deadlines_;
    std::vector<std::multimap<steady_point, std::size_t>::iterator> places_;
};

// Of one level, with ticks of 32 ms: nobody asks it what is due.
class timing_wheel {
public:
    explicit timing_wheel(std::size_t size) : nodes_(size), wheel_(1024) {
        for (auto& n : wheel_) n.before = n.after = &n;
    }
    void push(std::size_t i, steady_point deadline) {
        auto& end = wheel_[static_cast<std::size_t>(deadline.time_since_epoch().count()) >> 25 & 1023];
        auto& n = nodes_[i];
        n = {end.before, &end};
        n.before->after = end.before = &n;
    }
    void erase(std::size_t i) {
        nodes_[i].before->after = nodes_[i].after;
        nodes_[i].after->before = nodes_[i].before;
    }

private:
    struct node {
        node* before = nullptr;
        node* after = nullptr;
    };
    std::vector<node> nodes_;
    std::vector<node> wheel_;
};

template <class Deadlines>
class filled_deadlines {
public:
    explicit filled_deadlines(std::size_t size) : size_(size), deadlines_(size) {
        for (std::size_t i = 0; i < size; ++i) deadlines_.push(i, next());
    }
    void operator()(std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) {
            deadlines_.erase(at_);
            deadlines_.push(at_, next());
            if (++at_ == size_) at_ = 0;
        }
    }

private:
    steady_point next() {
        requests_.step();
        return requests_.deadline();
    }
    std::size_t size_;
    std::size_t at_ = 0;
    requests requests_;
    Deadlines deadlines_;
};

void measure_deadlines(std::size_t size) {
    constexpr auto scenario = "pending_deadlines";
    if (!bench::wanted(scenario)) return;
    std::vector<peer> peers;
    auto const add = [&]<class Deadlines>(char const* name, std::type_identity<Deadlines>) {
        auto deadlines = std::make_shared<filled_deadlines<Deadlines>>(size);
        peers.emplace_back(name, size, [deadlines](std::size_t n) { (*deadlines)(n); });
    };
    add("fairway-deadlines", std::type_identity<fairway_deadlines>());
    add("multimap", std::type_identity<deadline_map>());
    add("limit-timing-wheel", std::type_identity<timing_wheel>());
    bench::print_factors(scenario, peers, bench::run(scenario, peers));
}

std::size_t heap_in_use() {
    auto const info = ::mallinfo2();
    return info.uordblks + info.hblkhd;
}

template <class Table>
void measure_memory(char const* name, std::size_t size) {
    auto const before = heap_in_use();
    requests r;
    auto const table = std::make_unique<Table>();
    for (std::size_t i = 0; i < size; ++i) {
        r.step();
        bench::keep(table->insert(r, i));
    }
    bench::print("pending_memory", name, size, "bytes_per_op",
        static_cast<double>(heap_in_use() - before) / static_cast<double>(size), "B");
}

} // namespace

int main(int argc, char** argv) {
    bench::begin(argc, argv);
    std::thread([] {}).join(); // from now on glibc's mutexes are real ones
    measure("pending_insert_complete", [](auto& table, std::size_t n) { table.newest(n); });
    measure("pending_complete_any", [](auto& table, std::size_t n) { table.any(n); });
    measure("pending_unknown", [](auto& table, std::size_t n) { table.unknown(n); });
    for (std::size_t const size : {1'000U, 10'000U, 100'000U, 1'000'000U}) measure_deadlines(size);
    constexpr std::size_t most = 1'000'000;
    if (bench::wanted("pending_growth")) {
        measure_growth<fairway_table>("fairway-correlation", most);
        measure_growth<map_table<std::string>>("unordered_map-by-text", most);
        measure_growth<slot_table>("limit-slots-generation", most);
    }
    if (bench::wanted("pending_expiry"))
        for (std::size_t const size : {1'000U, 100'000U, 1'000'000U}) measure_expiry(size);
    if (bench::wanted("pending_memory")) {
        for (std::size_t const size : {1'000U, 10'000U, 1'000'000U}) {
            measure_memory<fairway_table>("fairway-correlation", size);
            measure_memory<map_table<std::string>>("unordered_map-by-text", size);
            measure_memory<slot_table>("limit-slots-generation", size);
        }
    }
}
