// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_PIPELINE_STATE_HPP
#define FAIRWAY_PORT_PIPELINE_STATE_HPP

#include <fairway/env/random.hpp>
#include <fairway/port/attempt.hpp>
#include <fairway/port/dead_letters.hpp>
#include <fairway/port/duplicates.hpp>
#include <fairway/port/failure.hpp>
#include <fairway/port/handler_options.hpp>
#include <fairway/port/parking.hpp>
#include <fairway/port/settling.hpp>
#include <fairway/port/workers.hpp>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace fairway::detail {

// What the stages of a pipeline work with.
struct pipeline_state {
    // A delivery on its way through the stages.
    struct job {
        delivery message;
        handler_entry const* entry;
        // When its first attempt failed.
        time_point first_attempt = no_time;
        // It is parked until its dead letter is there.
        bool given_up = false;
    };
    using started = lanes<job>::started;

    pipeline_state(any_transport transport, subscription what, handler_options options, pipeline_parts parts)
        : transport_(std::move(transport)),
          what_(std::move(what)),
          options_(std::move(options)),
          parts_(std::move(parts)),
          counts_(*parts_.counts),
          executor_(transport_.get_executor()),
          clock_(env::clock::of(executor_)),
          now_{nullptr, what_.from.channel},
          most_deliveries_(most_deliveries(options_.retry().attempts())),
          surroundings_{what_.from.channel, what_.from.channel + " " + what_.group, options_.memory(), clock_},
          random_(env::random::of(executor_)),
          lanes_(options_.concurrency()),
          parking_(clock_, executor_),
          stuck_(what_, parts_.counts),
          workers_(executor_, what_.from.channel, options_.concurrency()),
          dead_(std::make_shared<dead_letters>(transport_, what_.from.channel, what_.group)),
          settling_(transport_.describe().settles_prefix, what_.from.shards, parts_.counts) {
        auto const& table = parts_.table;
        last_ = table.data();
        concurrent_ = std::any_of(table.begin(), table.end(), [](auto const& e) { return e.coroutine != nullptr; });
        if (!(transport_.describe().duplicates && options_.window_ids() > 0) && !options_.memory()) return;
        auto const key = random_key(random_);
        duplicates_.emplace(std::max<std::size_t>(options_.window_ids(), 1), options_.window_age(), key);
        parts_.answers->keep_replies(key);
    }

    subscription const& what() const noexcept { return what_; }
    bool idle() const noexcept { return settling_.in_flight() == 0; }

    void flush() {
        if (source_) settling_.flush(*source_);
    }
    void settle_now() {
        if (taking_) return;
        flush();
        tell_idle();
    }
    void tell_idle() {
        if (idle() && on_idle_) on_idle_();
    }

    void tell_failure(delivery const& d, failure const& why) const noexcept {
        tally(counts_.failed);
        tell(occurrence::handler_failed, d, why.error, why.told);
    }
    void tell(occurrence what, delivery const& d, error_code error, std::string_view text = {}) const noexcept {
        counts_.tell({what, {}, what_.from.channel, d.type(), d.id(), error, text});
    }

    any_transport transport_;
    subscription what_;
    handler_options options_;
    pipeline_parts parts_;
    telemetry& counts_;
    asio::any_io_executor executor_;
    env::clock& clock_;
    // What is being handled without a worker.
    env::handled now_;
    std::exception_ptr failed_;
    // When the deliveries of this turn were looked at.
    env::steady_point looked_at_;
    // The entry of the last delivery.
    handler_entry const* last_;
    std::uint32_t most_deliveries_;
    surroundings surroundings_;
    env::random& random_;
    lanes<job> lanes_;
    parking<job> parking_;
    stuck_shards stuck_;
    workers workers_;
    std::shared_ptr<dead_letters> dead_;
    settling settling_;
    std::optional<duplicates> duplicates_;
    std::shared_ptr<source> source_;
    std::function<void()> on_idle_;
    bool concurrent_ = false;
    bool surrounded_ = false;
    bool taking_ = false;
    bool stopped_ = false;
};

} // namespace fairway::detail

#endif
