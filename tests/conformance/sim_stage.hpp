// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The simulated transport on the stage: each participant is a host of its own, behind a link to a model broker.
#ifndef FAIRWAY_TESTS_CONFORMANCE_SIM_STAGE_HPP
#define FAIRWAY_TESTS_CONFORMANCE_SIM_STAGE_HPP

#include <fairway/testing/conformance/stage.hpp>
#include <fairway/testing/simulation.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace conformance_kit {

namespace conformance = fairway::testing::conformance;
using namespace fairway;

class sim_stage final : public conformance::stage {
public:
    sim_stage(std::string name, testing::broker_options const& broker, std::uint64_t seed)
        : name_(std::move(name)), broker_(broker), seed_(seed) {}
    ~sim_stage() override { clear(); }

    std::string_view name() const override { return name_; }
    conformance::participant connect() override {
        if (!wide_) wide_.emplace(options());
        return join(*wide_);
    }
    // A log is never full.
    std::size_t narrow_room() const override { return broker_.log() ? 0 : 4; }
    conformance::participant connect_narrow() override {
        if (!narrow_) {
            auto few = broker_;
            auto links = testing::link_options().unsent_messages(narrow_room());
            narrow_.emplace(options().broker(few.queue_messages(narrow_room())).links(links));
        }
        return join(*narrow_);
    }
    bool run_until(std::function<bool()> const& done, duration most) override {
        if (!narrow_) return wide_ ? wide_->run_until(done, most) : done();
        // Two worlds, side by side.
        duration const slice = std::max<duration>(std::chrono::milliseconds(20), most / 1'000);
        for (duration passed{}; passed < most; passed += slice)
            for (auto* world : {&wide_, &narrow_})
                if (*world && (*world)->run_until(done, slice)) return true;
        return done();
    }
    void pass(duration d) override {
        run_until([] { return false; }, d);
    }
    void drop(conformance::participant const& who) override {
        auto& m = members_.at(who.id);
        m.world->crash(*m.machine);
    }
    std::string unique(std::string_view name) override { return std::string(name) + std::to_string(++names_); }
    duration quiet() const override { return std::chrono::seconds(1); }
    duration patience() const override { return std::chrono::minutes(1); }
    duration clock_error() const override { return std::chrono::milliseconds(300); }
    bool can_cut() const override { return true; }
    void cut(conformance::participant const& who) override {
        auto& m = members_.at(who.id);
        m.world->cut(*m.machine);
    }
    void restore(conformance::participant const& who) override {
        auto& m = members_.at(who.id);
        m.world->heal(*m.machine);
    }
    bool virtual_time() const override { return true; }

protected:
    void end() override {
        members_.clear();
        wide_.reset();
        narrow_.reset();
    }

private:
    struct member {
        testing::simulation* world;
        testing::host* machine;
    };

    testing::simulation_options options() {
        testing::simulation_options o(++seed_);
        o.broker(broker_);
        return o;
    }
    conformance::participant join(testing::simulation& world) {
        auto& machine = world.add_host("host-" + std::to_string(members_.size()), [](testing::host&) {});
        members_.push_back({&world, &machine});
        return {machine.transport(), members_.size() - 1};
    }

    std::string name_;
    testing::broker_options broker_;
    std::uint64_t seed_;
    std::size_t names_ = 0;
    std::optional<testing::simulation> wide_;
    std::optional<testing::simulation> narrow_;
    std::vector<member> members_;
};

} // namespace conformance_kit

#endif
