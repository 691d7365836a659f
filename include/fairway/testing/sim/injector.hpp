// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_SIM_INJECTOR_HPP
#define FAIRWAY_TESTING_SIM_INJECTOR_HPP

#include <fairway/testing/sim/draw.hpp>
#include <fairway/testing/sim/engine.hpp>
#include <fairway/testing/sim/fault_plan.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace fairway::testing::sim_detail {

// Lets happen what fault plans say, and mends it in the end.
class injector {
public:
    explicit injector(engine& world) : world_(world), dice_(world.options().seed(), 3) {}

    void add(fault_plan const& plan) {
        auto const p = std::make_shared<running>(running{plan, later(world_.now(), plan.window()), {}, false});
        repeat(p, plan.crashes(), &injector::crash);
        repeat(p, plan.pauses(), &injector::pause);
        if (world_.has_network()) {
            repeat(p, plan.cuts(), &injector::cut);
            repeat(p, plan.slow_links(), &injector::slow);
            repeat(p, plan.broker_restarts(), &injector::restart_broker);
            if (plan.duplicates() > 0) world_.duplicate(plan.duplicates());
        }
        if (world_.options().carried_by() == carrier::own) {
            repeat(p, plan.cuts(), &injector::cut_streams);
            repeat(p, plan.resets(), &injector::reset_streams);
            repeat(p, plan.refusals(), &injector::refuse_streams);
        }
        world_.at(p->end, [this, p] { mend(*p); });
    }

private:
    struct running {
        fault_plan plan;
        duration end;
        std::vector<host*> crashed;
        bool over = false;
    };
    using fault = void (injector::*)(running& p, duration length);

    // The intervals are uniform, so that their mean is `every`. A fault does not come when all is at rest, but a few
    // steps into what its time wakes.
    void repeat(std::shared_ptr<running> const& p, fault_rate const& rate, fault f) {
        if (rate.every <= duration::zero()) return;
        auto const when = world_.now() + dice_.between(duration(1), 2 * rate.every);
        if (when >= p->end) return;
        auto const length = dice_.between(rate.least, rate.most);
        auto const steps = dice_.below(40);
        world_.at(when, [this, p, rate, f, length, steps] {
            world_.after_steps(steps, [this, p, f, length] {
                if (!p->over) (this->*f)(*p, length);
            });
            repeat(p, rate, f);
        });
    }

    host* victim(running const& p) {
        std::vector<host*> able;
        for (auto const& h : world_.hosts())
            if (h->up() && !p.plan.spares(h->name())) able.push_back(h.get());
        return able.empty() ? nullptr : able[static_cast<std::size_t>(dice_.below(able.size()))];
    }
    void crash(running& p, duration length) {
        host* const h = victim(p);
        if (!h) return;
        world_.crash(*h, length);
        p.crashed.push_back(h);
    }
    void pause(running& p, duration length) {
        if (host* const h = victim(p)) world_.pause(*h, length);
    }
    void cut(running& p, duration length) {
        auto const way = dice_.below(4);
        host* const h = victim(p);
        if (h) world_.cut(*h, way == 0 ? link_way::up : way == 1 ? link_way::down : link_way::both, length);
    }
    void slow(running& p, duration length) {
        if (host* const h = victim(p)) world_.slow(*h, p.plan.extra_latency(), length);
    }
    void restart_broker(running&, duration length) { world_.restart_broker(length); }

    // One of the hosts around which streams fail.
    std::string const& center(running const& p) {
        auto const& all = p.plan.around();
        return all[static_cast<std::size_t>(dice_.below(all.size()))];
    }
    // Two hosts, and how to name them; nothing where there are none.
    template <class F>
    void between_two(running const& p, F f) {
        std::vector<host*> able;
        for (auto const& h : world_.hosts())
            if (!p.plan.spares(h->name())) able.push_back(h.get());
        if (auto const& all = p.plan.around(); !all.empty()) {
            std::erase_if(
                able, [&](host const* h) { return std::find(all.begin(), all.end(), h->name()) != all.end(); });
            if (able.empty()) return;
            auto const& one = center(p);
            auto const& other = able[static_cast<std::size_t>(dice_.below(able.size()))]->name();
            return dice_.one_in(2) ? f(one, other) : f(other, one);
        }
        if (able.size() < 2) return;
        auto const one = dice_.below(able.size());
        auto const other = (one + 1 + dice_.below(able.size() - 1)) % able.size();
        f(able[static_cast<std::size_t>(one)]->name(), able[static_cast<std::size_t>(other)]->name());
    }
    void cut_streams(running& p, duration length) {
        bool const both = !dice_.one_in(3);
        between_two(p, [&](std::string const& one, std::string const& other) {
            world_.streams().cut(one, other);
            if (both) world_.streams().cut(other, one);
            world_.at(later(world_.now(), length), [this, one, other, both] {
                world_.streams().heal(one, other);
                if (both) world_.streams().heal(other, one);
            });
        });
    }
    void reset_streams(running& p, duration) {
        between_two(p, [&](std::string const& one, std::string const& other) { world_.streams().reset(one, other); });
    }
    void refuse_streams(running& p, duration length) {
        host* const h = p.plan.around().empty() ? victim(p) : world_.find(center(p));
        if (!h) return;
        world_.note(h->name(), "refuse");
        world_.streams().refuse(h->name());
        world_.at(later(world_.now(), length), [this, h] { world_.streams().refuse(h->name(), false); });
    }

    void mend(running& p) {
        p.over = true;
        world_.note("world", "mend");
        for (host* const h : p.crashed)
            if (!h->up()) world_.start(*h);
        for (auto const& h : world_.hosts()) {
            if (p.plan.spares(h->name())) continue;
            world_.resume(*h);
            if (world_.has_network()) world_.heal(*h);
        }
        if (world_.options().carried_by() == carrier::own) {
            world_.streams().heal_all();
            for (auto const& h : world_.hosts()) world_.streams().refuse(h->name(), false);
        }
        if (!world_.has_network()) return;
        world_.end_broker_restart();
        if (p.plan.duplicates() > 0) world_.duplicate(0);
    }

    engine& world_;
    dice dice_;
};

} // namespace fairway::testing::sim_detail

#endif
