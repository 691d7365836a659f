// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_SIM_CLOCK_HPP
#define FAIRWAY_TESTING_SIM_CLOCK_HPP

#include <fairway/env/clock.hpp>
#include <fairway/testing/manual_clock.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace fairway::testing::sim_detail {

// How a host's clock differs from the simulation's virtual time.
struct clock_error {
    duration skew{};            // of the calendar
    std::int64_t drift = 0;     // millionths by which it runs fast, above -1,000,000
    env::steady_point origin{}; // its monotonic time when the simulation began

    // What has passed on the host when `world` has passed in the simulation; never decreases.
    duration local(duration world) const noexcept {
        constexpr std::int64_t million = 1'000'000;
        std::int64_t const n = world.count();
        return duration(n + n / million * drift + n % million * drift / million);
    }
    // The first moment of the simulation at which `passed` has passed on the host.
    duration world(duration passed) const noexcept {
        constexpr std::int64_t million = 1'000'000;
        std::int64_t const n = passed.count();
        duration guess(n - n / (million + drift) * drift - n % (million + drift) * drift / (million + drift));
        while (local(guess) < passed) ++guess;
        while (guess > duration::zero() && local(guess - duration(1)) >= passed) --guess;
        return guess;
    }
};

// The clock of a simulated host, advanced by the simulation.
class host_clock final : public env::clock {
public:
    host_clock(asio::execution_context& context, clock_error const& error)
        : clock(context), error_(error), schedule_(std::make_shared<detail::schedule>()) {}

    bool is_virtual() const noexcept override { return true; }
    time_point now() const override { return manual_clock::start + error_.skew + (schedule_->now() - error_.origin); }
    env::steady_point steady_now() const override { return schedule_->now(); }
    std::unique_ptr<env::alarm> make_alarm(asio::any_io_executor executor) override {
        return std::make_unique<detail::manual_alarm>(schedule_, std::move(executor));
    }

    // When the first alarm rings, in the simulation's time.
    std::optional<duration> next_alarm() const {
        auto const next = schedule_->next();
        if (!next) return std::nullopt;
        // Far alarms, such as a timeout of duration::max(), never ring, and would overflow.
        constexpr duration far = std::chrono::hours(24 * 365 * 50);
        auto const passed = *next - error_.origin;
        if (*next > error_.origin + far) return std::nullopt;
        return error_.world(std::max(passed, duration::zero()));
    }
    // Posts what is due; returns how many alarms that were.
    std::size_t advance_to(duration world) { return schedule_->advance_to(error_.origin + error_.local(world)); }

private:
    void shutdown() override { schedule_->close(); }

    clock_error error_;
    std::shared_ptr<detail::schedule> schedule_;
};

} // namespace fairway::testing::sim_detail

#endif
