// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "program.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <numeric>

namespace program {

namespace {

using order = std::memory_order;

bool writes(kind k) { return k == kind::store || k == kind::exchange || k == kind::compare; }
bool reads(kind k) { return k == kind::load || k == kind::exchange || k == kind::compare; }

// An operation of a candidate execution. Number i writes the value i; the first ones are the variables' beginnings.
struct operation {
    int thread = -1;
    kind what = kind::store;
    unsigned at = 0;
    order how = order::relaxed;
    bool does_read = false;
    bool does_write = false;
    std::size_t from = 0; // which it reads
};

// A relation between at most 16 operations.
class relation {
public:
    bool operator()(std::size_t a, std::size_t b) const { return (after_[a] >> b & 1U) != 0; }
    void add(std::size_t a, std::size_t b) { after_[a] |= 1U << b; }
    void close(std::size_t n) {
        for (std::size_t k = 0; k < n; ++k)
            for (std::size_t a = 0; a < n; ++a)
                if ((*this)(a, k)) after_[a] |= after_[k];
    }
    bool has_cycle(std::size_t n) const {
        for (std::size_t a = 0; a < n; ++a)
            if ((*this)(a, a)) return true;
        return false;
    }

private:
    std::array<std::uint32_t, 16> after_{};
};

// Candidate executions: who reads from whom, and the modification orders; those that are consistent count.
class definition {
public:
    explicit definition(threads_of const& p) : program_(p) {
        for (unsigned v = 0; v < p.variables; ++v) {
            operation beginning;
            beginning.at = v;
            beginning.does_write = true;
            all_.push_back(beginning);
        }
        first_ = all_.size();
        for (std::size_t t = 0; t < p.threads.size(); ++t)
            for (auto const& s : p.threads[t]) {
                operation o;
                o.thread = static_cast<int>(t);
                o.what = s.what;
                o.at = s.at;
                o.how = s.order;
                o.does_read = reads(s.what);
                o.does_write = writes(s.what);
                all_.push_back(o);
                steps_.push_back(s);
            }
    }

    std::set<std::string> outcomes() {
        choose_reads(first_);
        return std::move(outcomes_);
    }

private:
    int value(std::size_t i) const { return i < first_ ? 0 : static_cast<int>(i - first_ + 1); }

    void choose_reads(std::size_t i) {
        if (i == all_.size()) {
            // A failed compare_exchange does not write: it can't be read.
            for (auto const& o : all_)
                if (o.does_read && !all_[o.from].does_write) return;
            orders_.clear();
            for (unsigned v = 0; v < program_.variables; ++v) {
                std::vector<std::size_t> writers;
                for (std::size_t w = first_; w < all_.size(); ++w)
                    if (all_[w].does_write && all_[w].at == v) writers.push_back(w);
                orders_.push_back(writers);
            }
            return choose_orders(0);
        }
        auto& o = all_[i];
        if (!o.does_read) return choose_reads(i + 1);
        auto const& s = steps_[i - first_];
        for (std::size_t from = 0; from < all_.size(); ++from) {
            if (from == i || all_[from].at != o.at || (from >= first_ && !writes(all_[from].what))) continue;
            o.from = from;
            if (o.what == kind::compare) {
                o.does_write = value(from) == s.expected;
                o.how = o.does_write ? s.order : s.failure;
            }
            choose_reads(i + 1);
        }
    }

    void choose_orders(unsigned v) {
        if (v == program_.variables) return check();
        auto& writers = orders_[v];
        std::sort(writers.begin(), writers.end());
        do choose_orders(v + 1);
        while (std::next_permutation(writers.begin(), writers.end()));
    }

    bool before_in_thread(std::size_t a, std::size_t b) const {
        return b >= first_ && a < b && (a < first_ || all_[a].thread == all_[b].thread);
    }
    bool fence_before(std::size_t of, bool (*is)(order)) const {
        for (std::size_t f = first_; f < of; ++f)
            if (all_[f].what == kind::fence && before_in_thread(f, of) && is(all_[f].how)) return true;
        return false;
    }

    // [intro.races], [atomics.order] and [atomics.fences].
    void check() {
        std::size_t const n = all_.size();
        relation modified, read_from, happens;
        for (unsigned v = 0; v < program_.variables; ++v) {
            std::size_t last = v;
            modified_after(modified, v, orders_[v]);
            for (auto const w : orders_[v]) {
                // A read-modify-write reads what is right before it.
                if (all_[w].does_read && all_[w].from != last) return;
                last = w;
            }
        }
        for (std::size_t i = first_; i < n; ++i)
            if (all_[i].does_read) read_from.add(all_[i].from, i);

        relation executed; // what the order of execution extends: program order and reads-from
        for (std::size_t a = 0; a < n; ++a)
            for (std::size_t b = 0; b < n; ++b) {
                if (before_in_thread(a, b)) {
                    happens.add(a, b);
                    executed.add(a, b);
                }
                if (read_from(a, b)) executed.add(a, b);
            }
        for (std::size_t b = first_; b < n; ++b)
            if (all_[b].does_read) synchronize(happens, b);
        happens.close(n);

        relation coherent;
        for (std::size_t a = 0; a < n; ++a)
            for (std::size_t b = 0; b < n; ++b) {
                bool const from_read = all_[a].does_read && a != b && modified(all_[a].from, b);
                if (modified(a, b) || read_from(a, b) || from_read) coherent.add(a, b);
            }
        coherent.close(n);
        for (std::size_t a = 0; a < n; ++a)
            for (std::size_t b = 0; b < n; ++b)
                if (coherent(a, a) || (happens(a, b) && coherent(b, a))) return;

        // S, which also is part of the order of execution.
        for (std::size_t a = 0; a < n; ++a)
            for (std::size_t b = 0; b < n; ++b)
                if (coherent(a, b)) order_in_s(executed, happens, a, b);
        executed.close(n);
        if (executed.has_cycle(n)) return;
        note();
    }

    static void modified_after(relation& modified, std::size_t beginning, std::vector<std::size_t> const& order_of) {
        for (std::size_t i = 0; i < order_of.size(); ++i) {
            modified.add(beginning, order_of[i]);
            for (std::size_t k = i + 1; k < order_of.size(); ++k) modified.add(order_of[i], order_of[k]);
        }
    }

    // What is released by the head of a release sequence that `b` reads from happens before what acquires it.
    void synchronize(relation& happens, std::size_t b) const {
        std::vector<std::size_t> heads;
        for (std::size_t head = all_[b].from;; head = all_[head].from) {
            heads.push_back(head);
            if (!all_[head].does_read) break;
        }
        std::vector<std::size_t> releasing, acquiring;
        for (auto const head : heads) {
            if (head < first_) continue;
            if (model::releases(all_[head].how)) releasing.push_back(head);
            for (std::size_t f = first_; f < head; ++f)
                if (all_[f].what == kind::fence && before_in_thread(f, head) && model::releases(all_[f].how))
                    releasing.push_back(f);
        }
        if (model::acquires(all_[b].how)) acquiring.push_back(b);
        for (std::size_t f = b + 1; f < all_.size(); ++f)
            if (all_[f].what == kind::fence && before_in_thread(b, f) && model::acquires(all_[f].how))
                acquiring.push_back(f);
        for (auto const from : releasing)
            for (auto const to : acquiring) happens.add(from, to);
    }

    // [atomics.order] 4: where a is coherence-ordered before b.
    void order_in_s(relation& s, relation const& happens, std::size_t a, std::size_t b) const {
        std::vector<std::size_t> first, second;
        if (model::is_seq_cst(all_[a].how)) first.push_back(a);
        if (model::is_seq_cst(all_[b].how)) second.push_back(b);
        for (std::size_t f = first_; f < all_.size(); ++f) {
            if (all_[f].what != kind::fence || !model::is_seq_cst(all_[f].how)) continue;
            if (happens(f, a)) first.push_back(f);
            if (happens(b, f)) second.push_back(f);
        }
        for (auto const x : first)
            for (auto const y : second) s.add(x, y);
    }

    void note() {
        std::string outcome;
        for (std::size_t i = first_; i < all_.size(); ++i)
            if (all_[i].does_read) outcome += std::to_string(value(all_[i].from)) + " ";
        for (unsigned v = 0; v < program_.variables; ++v)
            outcome += "| " + std::to_string(orders_[v].empty() ? 0 : value(orders_[v].back()));
        outcomes_.insert(outcome);
    }

    threads_of const& program_;
    std::size_t first_ = 0;
    std::vector<operation> all_;
    std::vector<step> steps_;
    std::vector<std::vector<std::size_t>> orders_;
    std::set<std::string> outcomes_;
};

struct variables {
    explicit variables(unsigned count) {
        for (unsigned v = 0; v < count; ++v) at.push_back(std::make_unique<model::atomic<int>>(0));
    }
    std::vector<std::unique_ptr<model::atomic<int>>> at;
    std::array<int, 32> read{};
};

} // namespace

std::set<std::string> by_definition(threads_of const& p) { return definition(p).outcomes(); }

model::result by_checker(threads_of const& p, model::options const& how) {
    return model::explore(
        [&p](model::scene& s) {
            auto& v = s.make<variables>(p.variables);
            int number = 0;
            for (std::size_t t = 0; t < p.threads.size(); ++t) {
                s.thread("thread " + std::to_string(t), [&p, &v, t, number]() mutable {
                    for (auto const& x : p.threads[t]) {
                        int const mine = ++number;
                        auto& at = *v.at[x.at];
                        int& read = v.read[static_cast<std::size_t>(mine)];
                        switch (x.what) {
                        case kind::load: read = at.load(x.order); break;
                        case kind::store: at.store(mine, x.order); break;
                        case kind::exchange: read = at.exchange(mine, x.order); break;
                        case kind::compare:
                            read = x.expected;
                            at.compare_exchange_strong(read, mine, x.order, x.failure);
                            break;
                        case kind::fence: model::fence(x.order); break;
                        }
                    }
                });
                number += static_cast<int>(p.threads[t].size());
            }
            s.at_end([&p, &v, &s] {
                std::string outcome;
                std::size_t i = 0;
                for (auto const& steps : p.threads)
                    for (auto const& x : steps)
                        if (++i; reads(x.what)) outcome += std::to_string(v.read[i]) + " ";
                for (auto const& a : v.at) outcome += "| " + std::to_string(a->load());
                s.outcome(outcome);
            });
        },
        how);
}

threads_of random(std::uint32_t seed) {
    // A linear congruential generator, Numerical Recipes' constants.
    std::uint32_t state = seed;
    auto const draw = [&state](std::uint32_t below) {
        state = state * 1664525U + 1013904223U;
        return (state >> 16) % below;
    };
    draw(2);
    constexpr std::array loads{order::relaxed, order::acquire, order::seq_cst};
    constexpr std::array stores{order::relaxed, order::release, order::seq_cst};
    constexpr std::array both{order::relaxed, order::acquire, order::release, order::acq_rel, order::seq_cst};
    constexpr std::array fences{order::acquire, order::release, order::acq_rel, order::seq_cst, order::seq_cst};
    threads_of p;
    constexpr std::array<unsigned, 4> variables{2, 2, 1, 3};
    p.variables = variables[draw(4)];
    std::size_t const threads = 2 + draw(2);
    std::size_t const most = threads == 2 ? 4 : 2;
    p.threads.resize(threads);
    std::uint32_t const total = static_cast<std::uint32_t>(threads * most);
    for (auto& t : p.threads) {
        for (std::size_t i = 0; i < most; ++i) {
            step s;
            s.at = draw(p.variables);
            auto const k = draw(16);
            if (k < 5) {
                s.what = kind::load;
                s.order = loads[draw(3)];
            } else if (k < 10) {
                s.what = kind::store;
                s.order = stores[draw(3)];
            } else if (k < 12) {
                s.what = kind::exchange;
                s.order = both[draw(5)];
            } else if (k < 14) {
                s.what = kind::compare;
                s.order = both[draw(5)];
                s.failure = loads[draw(3)];
                s.expected = draw(2) ? 0 : static_cast<int>(draw(total) + 1);
            } else {
                s.what = kind::fence;
                s.order = fences[draw(5)];
            }
            t.push_back(s);
        }
    }
    return p;
}

std::string text(threads_of const& p) {
    constexpr std::array names{"load", "store", "exchange", "compare", "fence"};
    std::string all;
    int number = 0;
    for (auto const& t : p.threads) {
        for (auto const& s : t) {
            all += std::to_string(++number) + ":" + names[static_cast<std::size_t>(s.what)];
            if (s.what != kind::fence) all += " v" + std::to_string(s.at);
            if (s.what == kind::compare) all += " expects " + std::to_string(s.expected) + " " + model::text(s.failure);
            all += " " + model::text(s.order) + "; ";
        }
        all += "\n";
    }
    return all;
}

} // namespace program
