// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_SERVICE_CORE_HPP
#define FAIRWAY_SERVICE_CORE_HPP

#include <fairway/env/context_end.hpp>
#include <fairway/env/execute.hpp>
#include <fairway/port/consumer.hpp>
#include <fairway/port/responder.hpp>
#include <fairway/port/sender_core.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fairway::detail {

// What a service is made of; its parts outlive the `service` object until they have ended. The consumers are used on
// the executor only.
class service_core final : public env::keeper, public std::enable_shared_from_this<service_core> {
public:
    service_core(any_transport transport, std::string name, std::shared_ptr<observer> watcher)
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

    any_transport& transport() noexcept { return transport_; }
    asio::any_io_executor const& executor() const noexcept { return executor_; }
    std::string const& name() const noexcept { return counts_->service; }
    std::shared_ptr<telemetry> const& counts() const noexcept { return counts_; }
    std::shared_ptr<responder> const& answers() const noexcept { return responder_; }
    bool closed() const noexcept { return closed_.load(); }
    std::shared_ptr<middleware_chain> const& around() const noexcept { return around_; }

    // Throws where the transport cannot carry the channel.
    void check(address const& a) const {
        auto const able = transport_.describe();
        if (a.kind == channel_kind::point_to_point && !able.point_to_point)
            fail(errc::unsupported, a.channel + ": point-to-point channels");
        if (a.kind == channel_kind::publish_subscribe && !able.publish_subscribe)
            fail(errc::unsupported, a.channel + ": publish-subscribe channels");
        if (a.shards > 0 && !able.sharded) fail(errc::unsupported, a.channel + ": sharded channels");
    }

    std::size_t pending_requests() const { return replies_->pending(); }

    void enlist() { env::context_end::tell(executor_, weak_from_this()); }

    std::shared_ptr<sender_core> sender(address const& to, bool asks) {
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

    void add(std::shared_ptr<consumer> c) {
        if (closed()) fail(errc::closed, "handle " + c->what().from.channel);
        env::dispatch(executor_, [self = shared_from_this(), c = std::move(c)]() mutable {
            if (self->closed() || self->draining_) return;
            if (self->started_) c->start();
            self->consumers_.push_back(std::move(c));
        });
    }

    void start() {
        env::dispatch(executor_, [self = shared_from_this()] {
            if (self->closed() || self->draining_ || std::exchange(self->started_, true)) return;
            for (auto const& c : self->consumers_) c->start();
        });
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

    // Thread-safe; the part that needs the executor is done there.
    void close() {
        if (closed_.exchange(true)) return;
        for (auto const& s : senders()) s->close();
        responder_->close();
        replies_->close();
        if (context_gone_) return;
        env::dispatch(executor_, [self = shared_from_this()] { self->stop(); });
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

    void shutdown(duration deadline) override;

private:
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

// Flushes several ports, and waits for that no longer than to a deadline: where there is no room, or no connection, it
// may take for ever.
class last_flush : public std::enable_shared_from_this<last_flush> {
public:
    explicit last_flush(asio::any_io_executor executor) : executor_(std::move(executor)) {}

    // `into`, which lives as long as `done`, gets the first failure by then, if there is one.
    void start(std::vector<std::shared_ptr<sender_core>> const& all, env::steady_point until, error_code& into,
        env::continuation done) {
        into_ = &into;
        done_.emplace(std::move(done));
        open_ = all.size();
        failed_.resize(all.size());
        if (open_ == 0) return finish();
        alarm_ = env::clock::of(executor_).make_alarm(executor_);
        alarm_->set(until, [weak = weak_from_this()] {
            if (auto const self = weak.lock()) self->finish();
        });
        for (std::size_t i = 0; i < all.size(); ++i)
            all[i]->flush_into(failed_[i], asio::bind_executor(executor_, [self = shared_from_this()] {
                if (--self->open_ == 0) self->finish();
            }));
    }

private:
    void finish() {
        if (!done_) return;
        for (auto const& e : failed_)
            if (e && !*into_) *into_ = e;
        env::continuation done(std::move(*done_));
        done_.reset();
        alarm_.reset();
        env::resume(std::move(done));
    }

    asio::any_io_executor executor_;
    error_code* into_ = nullptr;
    std::vector<error_code> failed_;
    std::size_t open_ = 0;
    std::optional<env::continuation> done_;
    std::unique_ptr<env::alarm> alarm_;
};

inline task<ledger> drain(std::shared_ptr<service_core> self, duration deadline) {
    error_code failed;
    if (!self->closed()) {
        auto const until = saturating_add(env::clock::of(self->executor()).steady_now(), deadline);
        auto quiesce = [&](env::continuation h) { self->quiesce(deadline, std::move(h)); };
        co_await env::suspend(quiesce);
        auto open = self->senders();
        std::erase_if(open, [](auto const& s) { return s->closed(); });
        // It keeps itself: what waits must not be owned by the coroutine that waits.
        auto flush = [&](env::continuation h) {
            std::make_shared<last_flush>(self->executor())->start(open, until, failed, std::move(h));
        };
        co_await env::suspend(flush);
        self->close();
    }
    auto wait = [&](env::continuation h) { self->wait(std::move(h)); };
    co_await env::suspend(wait);
    if (failed) throw system_error(failed, "flush of " + self->name());
    co_return self->counts()->read();
}

inline task<> drain_and_forget(std::shared_ptr<service_core> self, duration deadline) {
    (void)co_await drain(self, deadline);
}

inline void service_core::shutdown(duration deadline) {
    env::spawn(executor_, drain_and_forget(shared_from_this(), deadline), [] {});
}

} // namespace fairway::detail

#endif
