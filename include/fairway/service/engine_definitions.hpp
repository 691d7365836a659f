// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_SERVICE_ENGINE_DEFINITIONS_HPP
#define FAIRWAY_SERVICE_ENGINE_DEFINITIONS_HPP

#include <fairway/detail/compile_once.hpp>
#include <fairway/env/context_end.hpp>
#include <fairway/env/execute.hpp>
#include <fairway/env/spawn.hpp>
#include <fairway/env/suspend.hpp>
#include <fairway/port/consumer.hpp>
#include <fairway/port/responder.hpp>
#include <fairway/port/sender_core.hpp>
#include <fairway/service/core.hpp>
#include <fairway/service/engine.hpp>
#include <fairway/service/last_flush.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace fairway::detail {

// What a service is made of; its parts outlive the `service` object until they have ended. The consumers are used on
// the executor only.
class service_engine final : public service_core,
                             public env::keeper,
                             public std::enable_shared_from_this<service_engine> {
public:
    service_engine(any_transport transport, std::string name, std::shared_ptr<observer> watcher)
        : transport_(std::move(transport)),
          executor_(transport_.get_executor()),
          clock_(env::clock::of(executor_)),
          counts_(std::make_shared<telemetry>()) {
        if (!is_valid_name(name)) fail(errc::invalid_name, "service name");
        counts_->service = std::move(name);
        counts_->watcher = std::move(watcher);
        replies_ = std::make_shared<replies>(transport_, counts_);
        responder_ = std::make_shared<responder>(transport_, counts_);
    }

    // Lets the execution context know it.
    void enlist() { env::context_end::tell(executor_, weak_from_this()); }

    std::string const& name() const noexcept override { return counts_->service; }
    asio::any_io_executor executor() const override { return executor_; }
    std::size_t pending_requests() const override { return replies_->pending(); }
    ledger stats() const noexcept override { return counts_->read(); }

    void around_deliveries(delivery_middleware m) override { around_->deliveries.push_back(std::move(m)); }
    void around_sends(std::shared_ptr<send_middleware> m) override { around_->sends.push_back(std::move(m)); }

    void handle(address from, bound_handler handler, handler_options const& options) override {
        check(from);
        auto const channel = from.channel;
        claim(channel);
        try {
            subscription const what{std::move(from), name(), options.prefetch()};
            pipeline_parts parts{std::move(handler.object), std::move(handler.table), counts_, responder_, around_};
            add(std::make_shared<consumer>(transport_, what, options, std::move(parts)));
        } catch (...) {
            std::lock_guard const lock(mutex_);
            std::erase(handled_, channel);
            throw;
        }
    }

    std::shared_ptr<sender_core> sender(address const& to, bool asks) override {
        if (closed()) fail(errc::closed, "sender of " + to.channel);
        check(to);
        if (asks && !transport_.describe().replies) fail(errc::unsupported, "replies on this transport");
        std::lock_guard const lock(mutex_);
        // Again, now that close() can't slip between.
        if (closed()) fail(errc::closed, "sender of " + to.channel);
        for (auto const& s : senders_)
            if (s->to().channel == to.channel && s->to().kind == to.kind && s->to().shards == to.shards) return s;
        return senders_.emplace_back(std::make_shared<sender_core>(transport_, to, counts_, replies_, around_));
    }

    void start() override {
        env::dispatch(executor_, [self = shared_from_this()] {
            if (self->closed() || self->draining_ || std::exchange(self->started_, true)) return;
            for (auto const& c : self->consumers_) c->start();
        });
    }

    task<> run() override { return run_until_closed(shared_from_this()); }
    task<ledger> drain(duration deadline) override { return drain_all(shared_from_this(), deadline); }
    void shutdown(duration deadline) override {
        env::spawn(executor_, drain_and_forget(shared_from_this(), deadline), [] {});
    }

    // Thread-safe; the part that needs the executor is done there.
    void close() override {
        if (closed_.exchange(true)) return;
        auto const self = shared_from_this(); // what is resumed here may drop the service
        for (auto const& s : senders()) s->close();
        responder_->close();
        replies_->close();
        if (context_gone_) return;
        env::dispatch(executor_, [self] { self->stop(); });
    }

    void abandon() noexcept override {
        closed_ = true;
        context_gone_ = true;
        for (auto const& s : senders()) s->close();
        responder_->close();
        replies_->abandon();
        for (auto const& c : consumers_) c->abandon();
        alarm_.reset();
        std::vector<env::continuation> dropped;
        std::lock_guard const lock(mutex_);
        finished_ = true;
        for (auto* list : {&waiters_, &quiet_waiters_}) {
            for (auto& h : *list) dropped.push_back(std::move(h));
            list->clear();
        }
    }

private:
    bool closed() const noexcept { return closed_.load(); }

    // Throws where the transport cannot carry the channel.
    void check(address const& a) const {
        auto const able = transport_.describe();
        if (a.kind == channel_kind::point_to_point && !able.point_to_point)
            fail(errc::unsupported, a.channel + ": point-to-point channels");
        if (a.kind == channel_kind::publish_subscribe && !able.publish_subscribe)
            fail(errc::unsupported, a.channel + ": publish-subscribe channels");
        if (a.shards > 0 && !able.sharded) fail(errc::unsupported, a.channel + ": sharded channels");
    }

    // Of two handlers each would get a part of the messages.
    void claim(std::string const& channel) {
        std::lock_guard const lock(mutex_);
        if (std::find(handled_.begin(), handled_.end(), channel) != handled_.end())
            fail(errc::invalid_argument, "handle " + channel + ": " + name() + " has a handler for it");
        handled_.push_back(channel);
    }
    void add(std::shared_ptr<consumer> c) {
        if (closed()) fail(errc::closed, "handle " + c->what().from.channel);
        env::dispatch(executor_, [self = shared_from_this(), c = std::move(c)]() mutable {
            if (self->closed() || self->draining_) return;
            if (self->started_) c->start();
            self->consumers_.push_back(std::move(c));
        });
    }

    static task<> run_until_closed(std::shared_ptr<service_engine> self) {
        self->start();
        auto wait = [&self](env::continuation h) {
            auto slot = asio::get_associated_cancellation_slot(h);
            if (slot.is_connected())
                slot.assign([weak = std::weak_ptr(self)](asio::cancellation_type) {
                    if (auto const one = weak.lock()) one->close();
                });
            self->wait(std::move(h));
        };
        co_await env::suspend(wait);
    }

    static task<ledger> drain_all(std::shared_ptr<service_engine> self, duration deadline) {
        error_code failed;
        if (!self->closed()) {
            auto until = saturating_add(self->clock_.steady_now(), deadline);
            auto quiesce = [&](env::continuation h) { self->quiesce(deadline, std::move(h)); };
            co_await env::suspend(quiesce);
            // A moment for what was sent, even where handlers have taken all the time.
            auto const a_moment = [&] {
                return saturating_add(self->clock_.steady_now(), std::chrono::milliseconds(100));
            };
            until = std::max(until, a_moment());
            auto open = self->senders();
            std::erase_if(open, [](auto const& s) { return s->closed(); });
            // It keeps itself: what waits must not be owned by the coroutine that waits.
            auto flush = [&](env::continuation h) {
                std::make_shared<last_flush>(self->executor_)->start(open, until, failed, std::move(h));
            };
            co_await env::suspend(flush);
            until = std::max(until, a_moment()); // and for what was received, where the flush has
            auto settle = [&](env::continuation h) { self->transport_.settle(until, std::move(h)); };
            co_await env::suspend(settle);
            self->close();
        }
        auto wait = [&](env::continuation h) { self->wait(std::move(h)); };
        co_await env::suspend(wait);
        if (failed) self->counts_->tell({occurrence::unflushed, {}, {}, {}, {}, failed, {}});
        if (failed) throw system_error(failed, "flush of " + self->name());
        co_return self->stats();
    }

    static task<> drain_and_forget(std::shared_ptr<service_engine> self, duration deadline) {
        (void)co_await drain_all(std::move(self), deadline);
    }

    // Completes when the service is closed.
    void wait(env::continuation h) {
        {
            std::lock_guard const lock(mutex_);
            if (!finished_) {
                waiters_.push_back(std::move(h));
                return;
            }
        }
        env::post(executor_, [h = std::move(h)]() mutable { env::resume(std::move(h)); });
    }

    // Stops intake and completes when all that was received has ended, or at the deadline, whichever is first.
    void quiesce(duration deadline, env::continuation h) {
        env::dispatch(executor_, [self = shared_from_this(), deadline, h = std::move(h)]() mutable {
            self->quiesce_here(deadline, std::move(h));
        });
    }

    std::vector<std::shared_ptr<sender_core>> senders() {
        std::lock_guard const lock(mutex_);
        return senders_;
    }

    void quiesce_here(duration deadline, env::continuation h) {
        if (!std::exchange(draining_, true)) {
            for (auto const& c : consumers_) {
                c->on_idle([weak = weak_from_this()] {
                    if (auto const self = weak.lock()) self->quiet();
                });
                c->pause();
            }
        }
        quiet_waiters_.push_back(std::move(h));
        auto const when = saturating_add(clock_.steady_now(), deadline);
        if (!alarm_ || when < quiet_at_) {
            if (!alarm_) alarm_ = clock_.make_alarm(executor_);
            quiet_at_ = when;
            alarm_->set(when, [weak = weak_from_this()] {
                if (auto const self = weak.lock()) self->wake_quiet();
            });
        }
        quiet();
    }

    void quiet() {
        for (auto const& c : consumers_)
            if (!c->idle()) return;
        wake_quiet();
    }
    void wake_quiet() {
        alarm_.reset();
        wake(std::exchange(quiet_waiters_, {}));
    }
    void stop() {
        for (auto const& c : consumers_) c->stop();
        wake_quiet();
        std::vector<env::continuation> all;
        {
            std::lock_guard const lock(mutex_);
            finished_ = true;
            all = std::move(waiters_);
            waiters_.clear();
        }
        wake(std::move(all));
    }
    static void wake(std::vector<env::continuation> all) {
        for (auto& h : all) env::resume(std::move(h));
    }

    any_transport transport_;
    asio::any_io_executor executor_;
    env::clock& clock_;
    std::shared_ptr<telemetry> counts_;
    std::shared_ptr<replies> replies_;
    std::shared_ptr<responder> responder_;
    std::shared_ptr<middleware_chain> around_ = std::make_shared<middleware_chain>();
    std::atomic<bool> closed_{false};
    std::atomic<bool> context_gone_{false};
    std::mutex mutex_;
    std::vector<std::shared_ptr<sender_core>> senders_;
    std::vector<std::string> handled_; // channels
    std::vector<env::continuation> waiters_;
    bool finished_ = false;
    // Used on the executor only.
    std::vector<std::shared_ptr<consumer>> consumers_;
    std::vector<env::continuation> quiet_waiters_;
    std::unique_ptr<env::alarm> alarm_;
    env::steady_point quiet_at_;
    bool started_ = false;
    bool draining_ = false;
};

FAIRWAY_DEFINITION std::shared_ptr<service_core> make_engine(
    any_transport const& on, std::string name, std::shared_ptr<observer> watcher) {
    auto const made = std::make_shared<service_engine>(on, std::move(name), std::move(watcher));
    made->enlist();
    return made;
}

} // namespace fairway::detail

#endif
