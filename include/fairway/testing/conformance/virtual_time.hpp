// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_VIRTUAL_TIME_HPP
#define FAIRWAY_TESTING_CONFORMANCE_VIRTUAL_TIME_HPP

#include <fairway/env/random.hpp>
#include <fairway/testing/conformance/stage.hpp>
#include <fairway/testing/manual_clock.hpp>
#include <fairway/testing/unmet.hpp>

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fairway::testing::conformance {

/// A stage on manual clocks: any number of execution contexts, all run by the calling thread, one handler at a time in
/// turn. Time passes where nothing else is left to do, from alarm to alarm, in all of them at once.
///
/// To derive from: `connect` makes a transport on `add_context()`, or on one that is there; `drop` ends it.
class virtual_time_stage : public stage {
public:
    bool run_until(std::function<bool()> const& done, duration most) override {
        auto const end = fairway::detail::saturating_add(now_, most);
        for (std::size_t steps = 0;;) {
            if (done()) return true;
            if (steps++ > most_steps_) throw unmet("expected the stage to come to rest: too much happens on it");
            if (step()) continue;
            auto const next = next_alarm();
            if (next && *next <= end) {
                advance_to(*next);
                continue;
            }
            advance_to(end);
            return done();
        }
    }
    void pass(duration d) override {
        run_until([] { return false; }, d);
    }
    std::string unique(std::string_view name) override { return std::string(name) + std::to_string(++names_); }
    duration quiet() const override { return std::chrono::seconds(1); }
    bool virtual_time() const override { return true; }

protected:
    /// Another execution context, with a clock that shows the stage's time and random numbers that are the same in
    /// every run.
    asio::io_context& add_context() {
        auto& c = contexts_.emplace_back(std::make_unique<place>());
        asio::make_service<env::random>(c->io, contexts_.size());
        c->clock.advance_to(now_);
        return c->io;
    }
    /// Ends one, with all that is suspended in it.
    void end_context(asio::io_context const& which) {
        for (auto& c : contexts_)
            if (c && &c->io == &which) c.reset();
    }
    /// Ends all.
    void end_contexts() {
        for (auto& c : contexts_) c.reset();
        contexts_.clear();
    }
    /// Runs one handler; false where there is none.
    virtual bool step() {
        for (std::size_t tried = 0; tried < contexts_.size(); ++tried) {
            turn_ = turn_ + 1 < contexts_.size() ? turn_ + 1 : 0;
            auto const& c = contexts_[turn_];
            if (!c) continue;
            c->io.restart();
            if (c->io.poll_one() > 0) return true;
        }
        return false;
    }

private:
    struct place {
        asio::io_context io{1};
        manual_clock& clock = asio::make_service<manual_clock>(io);
    };

    std::optional<env::steady_point> next_alarm() const {
        std::optional<env::steady_point> first;
        for (auto const& c : contexts_) {
            auto const next = c ? c->clock.next_alarm() : std::nullopt;
            if (next && (!first || *next < *first)) first = next;
        }
        return first;
    }
    void advance_to(env::steady_point to) {
        now_ = std::max(now_, to);
        for (auto const& c : contexts_)
            if (c) c->clock.advance_to(now_);
    }

    static constexpr std::size_t most_steps_ = 2'000'000;
    // Behind the time at which manual clocks start.
    env::steady_point now_{std::chrono::hours(2)};
    std::vector<std::unique_ptr<place>> contexts_;
    std::size_t turn_ = 0;
    std::size_t names_ = 0;
};

} // namespace fairway::testing::conformance

#endif
