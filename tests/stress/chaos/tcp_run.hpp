// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Chaos without a broker: receivers are killed and started again, stopped and continued, and their connections are
// delayed, split, stalled, cut and half cut.
#ifndef FAIRWAY_TESTS_STRESS_CHAOS_TCP_RUN_HPP
#define FAIRWAY_TESTS_STRESS_CHAOS_TCP_RUN_HPP

#include "run.hpp"

namespace chaos {

/// One sender, and a proxy for each receiver. What is killed may handle again what nobody has accepted from it.
class tcp_run final : public run {
public:
    explicit tcp_run(plan const& p)
        : run(p, mode_of(p), 1, {.order = mode_of(p) != mode::competing, .once = false}), mode_(mode_of(p)) {}

private:
    static mode mode_of(plan const& p) { return static_cast<mode>(p.seed % 3); }
    static std::string place(faults::proxy const& of) { return of.address().substr(std::strlen("tcp://")); }

    void set_up() override {
        auto const seed = what_is_planned().seed;
        std::string const nowhere = "tcp://127.0.0.1:1";
        std::string all;
        for (std::size_t i = 0; i < receivers; ++i) {
            proxies_[i] =
                std::make_unique<faults::proxy>(io().get_executor(), "tcp://127.0.0.1:0", nowhere, seed * 10 + i);
            all += (i == 0 ? "" : ",") + place(*proxies_[i]);
        }
        begin_sender(0, all);
        if (mode_ == mode::published)
            for (auto& p : proxies_) p->target(listening(*all_senders()[0]));
        for (std::size_t i = 0; i < receivers; ++i) begin(i);
    }
    void begin(std::size_t i) {
        begin_receiver(i, place(*proxies_[i]));
        auto const at = listening(*all_receivers()[i]);
        if (mode_ != mode::published) proxies_[i]->target(at);
    }

    fault next_fault() override {
        auto const victim = draw(receivers);
        auto& receiver = all_receivers()[victim];
        auto& between = *proxies_[victim];
        using faults::direction;
        using faults::flow_faults;
        auto const both = [&between](flow_faults const& f) {
            between.set(direction::up, f);
            between.set(direction::down, f);
        };
        flow_faults late, split, still, gone;
        late.latency = draw_ms(10, 90);
        late.jitter = late.latency / 2;
        split.split = 1 + draw(200);
        still.stall = true;
        gone.drop = true;
        auto const cut_after = 1 + draw(20'000);
        struct {
            char const* name;
            std::function<void()> begin;
        } const all[] = {
            {"kill", [&receiver] { receiver.reset(); }},
            {"stop", [&receiver] { receiver->signal(SIGSTOP); }},
            {"latency", [=] { both(late); }},
            {"split", [=] { both(split); }},
            {"reset", [&between] { between.reset(); }},
            {"refuse", [&between] { between.refuse(true), between.reset(); }},
            {"stall", [=] { both(still); }},
            {"stall up", [=, &between] { between.set(direction::up, still); }},
            {"black hole", [=] { both(gone); }},
            {"one way up", [=, &between] { between.set(direction::down, gone); }},
            {"one way down", [=, &between] { between.set(direction::up, gone); }},
            {"half open client", [&between] { between.half_open(faults::side::client); }},
            {"half open target", [&between] { between.half_open(faults::side::target); }},
            {"cut after", [=, &between] { between.cut_after(direction::down, cut_after); }},
        };
        // Half of them are what only processes do.
        auto const& what = draw(2) ? all[draw(2)] : all[draw(std::size(all))];
        // Sometimes longer than a session lives without a connection.
        bool const for_long = what_is_planned().time >= 20s && draw(4) == 0;
        return {what.name, "receiver " + std::to_string(victim), what.begin,
            for_long ? draw_ms(5'500, 2'000) : draw_ms(100, 900), [this, victim, &receiver, &between] {
                if (!receiver) begin(victim);
                receiver->signal(SIGCONT);
                between.heal();
            }};
    }

    mode mode_;
    std::array<std::unique_ptr<faults::proxy>, receivers> proxies_;
};

} // namespace chaos

#endif
