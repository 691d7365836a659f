// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_HUB_ENDS_HPP
#define FAIRWAY_TRANSPORT_HUB_ENDS_HPP

// The ends of a hub's channels, as the seam has them: sinks and sources of one execution context.

#include <fairway/env/context_end.hpp>
#include <fairway/env/execute.hpp>
#include <fairway/transport/hub/hub.hpp>
#include <fairway/transport/seam.hpp>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace fairway {

namespace hub_detail {

// A transport's share in a hub: its context's clock releases delayed messages.
class attachment final : public env::keeper, public std::enable_shared_from_this<attachment> {
public:
    attachment(asio::any_io_executor executor, std::shared_ptr<hub_state> hub)
        : executor_(std::move(executor)),
          hub_(std::move(hub)),
          clock_(env::clock::of(executor_)),
          alarm_(clock_.make_alarm(executor_)) {}
    ~attachment() override { detach(); }

    void start() {
        env::context_end::tell(executor_, weak_from_this());
        hub_->add_ticker(this, [weak = weak_from_this(), executor = executor_](time_point due) {
            env::post(executor, [weak, due] {
                if (auto const self = weak.lock()) self->arm(due);
            });
        });
    }
    // No more sends; those that wait end.
    void close() {
        if (detach()) hub_->end_sends(this);
    }

    void abandon() noexcept override {
        detach();
        hub_->abandon(asio::query(executor_, asio::execution::context));
        alarm_.reset();
    }

    asio::any_io_executor const& executor() const noexcept { return executor_; }
    hub_state& hub() const noexcept { return *hub_; }
    std::shared_ptr<hub_state> const& shared_hub() const noexcept { return hub_; }
    bool closed() const noexcept { return closed_.load(std::memory_order_relaxed); }

private:
    // False where it was done before.
    bool detach() {
        if (closed_.exchange(true)) return false;
        hub_->remove_ticker(this);
        return true;
    }
    void arm(time_point due) {
        if (closed()) return;
        auto const when = detail::saturating_add(clock_.steady_now(), std::max(due - clock_.now(), duration::zero()));
        alarm_->set(when, [weak = weak_from_this()] {
            if (auto const self = weak.lock()) self->hub_->release_due(self->clock_.now());
        });
    }

    asio::any_io_executor executor_;
    std::shared_ptr<hub_state> hub_;
    env::clock& clock_;
    std::unique_ptr<env::alarm> alarm_;
    std::atomic<bool> closed_{false};
};

class hub_sink final : public sink {
public:
    hub_sink(std::shared_ptr<attachment> through, std::shared_ptr<channel_state> to)
        : through_(std::move(through)), to_(std::move(to)) {}

    std::size_t try_send(std::span<envelope> envelopes, error_code& why) override {
        if (through_->closed()) {
            why = errc::closed;
            return 0;
        }
        bool const bytes_only = through_->hub().options().paranoid;
        bool plain = true;
        for (auto const& e : envelopes) plain = plain && !e.is_delayed() && !(bytes_only && e.object_type());
        if (plain) return to_->try_send(envelopes, why);
        for (std::size_t i = 0; i < envelopes.size(); ++i)
            if (!try_one(envelopes[i], why)) return i;
        return envelopes.size();
    }

    void send(std::vector<envelope> envelopes, env::steady_point deadline, std::vector<outcome>& into,
        env::continuation done) override {
        // In order: what is to be delayed goes aside at once, the rest waits for room. All outcomes together at the
        // end.
        std::vector<envelope> now;
        std::vector<outcome> outcomes(envelopes.size());
        std::vector<std::size_t> places;
        for (std::size_t i = 0; i < envelopes.size(); ++i) {
            error_code why;
            envelope const ready = prepare(envelopes[i], why);
            if (through_->closed()) why = errc::closed;
            if (!why && ready.is_delayed()) {
                if (!through_->hub().delay(to_, ready)) why = errc::queue_full;
            } else if (!why) {
                places.push_back(i);
                now.push_back(ready);
            }
            outcomes[i].error = why;
        }
        if (places.size() == outcomes.size()) return wait(std::move(now), deadline, into, std::move(done));
        auto const part = std::make_shared<std::vector<outcome>>();
        auto merge = [part, &into, outcomes = std::move(outcomes), places = std::move(places)]() mutable {
            for (std::size_t k = 0; k < places.size(); ++k) outcomes[places[k]] = (*part)[k];
            into = std::move(outcomes);
        };
        wait(std::move(now), deadline, *part, env::before(std::move(done), std::move(merge)));
    }

    bool accepts_at_once() const noexcept override { return true; }

    void flush(error_code& into, env::continuation done) override {
        into = {};
        env::post(through_->executor(), [done = std::move(done)]() mutable { env::resume(std::move(done)); });
    }

private:
    void wait(
        std::vector<envelope> now, env::steady_point deadline, std::vector<outcome>& into, env::continuation done) {
        // Once the send has begun, this may go on another thread.
        auto const to = to_;
        auto const through = through_;
        to->send(through->executor(), through, std::move(now), deadline, into, std::move(done));
        if (through->closed()) to->end_sends(through.get()); // it was closed meanwhile
    }
    // In paranoid mode every body is written and read, as a broker would have it.
    envelope prepare(envelope const& e, error_code& why) const {
        if (!through_->hub().options().paranoid || !e.object_type()) return e;
        try {
            return envelope::of_bytes(e.head(), e.headers(), e.body());
        } catch (system_error const& error) {
            why = error.code();
        } catch (std::exception const&) {
            why = errc::encode_failed; // a codec of the user's own
        }
        return e;
    }
    bool try_one(envelope& e, error_code& why) {
        why = {}; // The caller's value means nothing here, and would be taken for an error of `prepare`.
        envelope ready = prepare(e, why);
        if (why) return false;
        if (!ready.is_delayed()) return to_->try_send({&ready, 1}, why) == 1;
        bool const kept = through_->hub().delay(to_, ready);
        if (!kept) why = errc::queue_full;
        return kept;
    }

    std::shared_ptr<attachment> through_;
    std::shared_ptr<channel_state> to_;
};

class hub_source final : public source {
public:
    hub_source(std::shared_ptr<hub_state> hub, std::shared_ptr<channel_state> from, subscription const& what,
        receiver& told, std::string reply_name = {})
        : hub_(std::move(hub)),
          from_(std::move(from)),
          reply_name_(std::move(reply_name)),
          me_(hub_->next_member(), told, std::max<std::size_t>(what.prefetch, 1)),
          group_(from_->join(me_, what.group)) {}
    ~hub_source() override { close(); }

    member_id id() const noexcept { return me_.id(); }

    std::size_t receive(std::vector<delivery>& out, std::size_t most) override {
        return from_->receive(group_, me_, out, most);
    }
    // Nothing to tell: a shard moves once its owner has settled what it received, and nothing is ever lost.
    void notices(std::vector<notice>&) override {}
    void hold(std::uint32_t shard, bool on) override {
        if (!closed_.load(std::memory_order_acquire)) from_->hold(group_, me_, shard, on);
    }
    void settle(std::span<settlement const> settlements) override {
        if (!closed_.load(std::memory_order_acquire)) from_->settle(group_, me_, settlements);
    }
    void pause() override {
        if (!closed_.load(std::memory_order_acquire)) from_->pause(group_, me_);
    }
    // What its receiver was told of it has not asked for, and may not soon.
    void pass_on() {
        if (!closed_.load(std::memory_order_acquire)) from_->pass_on(group_, me_);
    }
    void close() override {
        if (closed_.exchange(true)) return;
        from_->leave(group_, me_);
        if (reply_name_.empty()) return;
        hub_->remove_reply_channel(reply_name_);
        from_->close();
    }

private:
    std::shared_ptr<hub_state> hub_;
    std::shared_ptr<channel_state> from_;
    std::string reply_name_;
    member me_;
    group& group_;
    std::atomic<bool> closed_{false};
};

} // namespace hub_detail

} // namespace fairway

#endif
