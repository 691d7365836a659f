// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_CONSUMER_HPP
#define FAIRWAY_PORT_CONSUMER_HPP

#include <fairway/env/run_loop.hpp>
#include <fairway/port/pipeline.hpp>
#include <fairway/transport/any_transport.hpp>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace fairway::detail {

// The intake of one subscription: receives its deliveries, and hands them to its pipeline. Everything runs on the
// service's executor but `ready`.
class consumer final : public receiver, public env::runnable, public std::enable_shared_from_this<consumer> {
public:
    consumer(any_transport transport, subscription const& what, handler_options const& options, pipeline_parts parts)
        : transport_(std::move(transport)),
          counts_(parts.counts),
          answers_(parts.answers),
          pipeline_(std::make_shared<pipeline>(transport_, what, options, std::move(parts))) {
        if (options.retry().longest() > transport_.describe().max_hold)
            fail(errc::invalid_argument, what.from.channel + ": the retries may take longer than the transport holds a "
                                                             "delivery: lower retry_policy::max_delay or attempts");
        transport_.declare(what);
    }
    ~consumer() override {
        if (source_) source_->close();
    }

    subscription const& what() const noexcept { return pipeline_->what(); }

    void start() {
        if (source_ || stopped_) return;
        waker_.emplace(env::run_loop::of(transport_.get_executor()), weak_from_this());
        source_ = transport_.listen(what(), *this);
        pipeline_->open(source_);
    }

    // No more intake, but of what can't go back; `idle` becomes true when what was received has ended.
    void pause() {
        paused_ = true;
        if (!source_) return;
        source_->pause();
        ready();
    }
    bool idle() const noexcept { return (dry_ || !source_) && pipeline_->idle(); }
    // Called on the executor whenever it became idle.
    void on_idle(std::function<void()> told) {
        pipeline_->on_idle([weak = weak_from_this(), told = std::move(told)] {
            auto const self = weak.lock();
            if (!self) return;
            if (self->paused_ && !self->idle()) return self->ready(); // there is room for more
            told();
        });
    }

    // Leaves at once: handlers are cancelled, what is not settled goes back.
    void stop() {
        if (!stopped_.exchange(true)) pipeline_->stop();
    }

    // The execution context goes: leaves, so that others get what is not settled.
    void abandon() {
        stopped_ = true;
        if (source_) source_->close();
        pipeline_->abandon();
    }

    void ready() noexcept override {
        if (!stopped_) waker_->wake();
    }

    // Takes in what is there.
    bool run() override {
        // Of shards no more than half of the places at a time, so that one whose messages fail can be held before it
        // has all.
        bool const sharded = what().from.shards > 0;
        std::size_t const at_once = std::clamp<std::size_t>(sharded ? what().prefetch / 2 : what().prefetch, 1, 64);
        constexpr std::size_t most = 256;
        std::size_t done = 0;
        bool more = true;
        while (more && done < most && !stopped_ && !answers_->closed()) {
            heed_notices();
            batch_.clear(); // also where taking it in has thrown
            std::size_t const n = source_->receive(batch_, at_once);
            done += n;
            more = n == at_once;
            dry_ = paused_ && n == 0 && pipeline_->idle();
            pipeline_->take(batch_);
            batch_.clear();
        }
        // Others on this executor get their turn.
        if (more && !stopped_) ready();
        return more;
    }

private:
    void heed_notices() {
        source_->notices(notices_);
        for (auto const& n : notices_) {
            switch (n.what) {
            case notice_kind::connected: tell(occurrence::connected); break;
            case notice_kind::disconnected:
                pipeline_->disconnected();
                tell(occurrence::disconnected);
                break;
            case notice_kind::gap: tell(occurrence::gap); break;
            case notice_kind::shard_gained: break;
            case notice_kind::shard_revoking: pipeline_->hand_back(n.shard, false); break;
            case notice_kind::shard_lost: pipeline_->hand_back(n.shard, true); break;
            }
        }
        notices_.clear();
    }
    void tell(occurrence happened) const noexcept {
        counts_->tell({happened, {}, what().from.channel, {}, {}, {}, {}});
    }

    any_transport transport_;
    std::optional<env::waker> waker_;
    std::shared_ptr<telemetry> counts_;
    std::shared_ptr<responder> answers_;
    std::shared_ptr<pipeline> pipeline_;
    std::shared_ptr<source> source_;
    std::vector<delivery> batch_;
    std::vector<notice> notices_;
    std::atomic<bool> paused_{false};
    bool dry_ = false; // paused, and nothing comes any more
    std::atomic<bool> stopped_{false};
};

} // namespace fairway::detail

#endif
