// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_INPROC_TRANSPORT_HPP
#define FAIRWAY_TRANSPORT_INPROC_TRANSPORT_HPP

#include <fairway/env/context_end.hpp>
#include <fairway/env/execute.hpp>
#include <fairway/transport/inproc/hub.hpp>
#include <fairway/transport/seam.hpp>
#include <fairway/transport/url.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway {

namespace inproc_detail {

// A transport's share in a hub: its context's clock releases delayed messages.
class attachment final : public env::keeper, public std::enable_shared_from_this<attachment> {
public:
    attachment(asio::any_io_executor executor, std::shared_ptr<hub_state> hub)
        : executor_(std::move(executor)),
          hub_(std::move(hub)),
          clock_(env::clock::of(executor_)),
          alarm_(clock_.make_alarm(executor_)) {}
    ~attachment() override { close(); }

    void start() {
        env::context_end::tell(executor_, weak_from_this());
        hub_->add_ticker(this, [weak = weak_from_this(), executor = executor_](time_point due) {
            env::post(executor, [weak, due] {
                if (auto const self = weak.lock()) self->arm(due);
            });
        });
    }
    void close() {
        if (!closed_.exchange(true)) hub_->remove_ticker(this);
    }

    void abandon() noexcept override {
        close();
        hub_->abandon(asio::query(executor_, asio::execution::context));
        alarm_.reset();
    }

    asio::any_io_executor const& executor() const noexcept { return executor_; }
    hub_state& hub() const noexcept { return *hub_; }
    std::shared_ptr<hub_state> const& shared_hub() const noexcept { return hub_; }
    bool closed() const noexcept { return closed_.load(std::memory_order_relaxed); }

private:
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
        bool plain = !through_->hub().options().paranoid;
        for (auto const& e : envelopes) plain = plain && !e.is_delayed();
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
        if (places.size() == outcomes.size())
            return to_->send(through_->executor(), through_, std::move(now), deadline, into, std::move(done));
        auto const slot = asio::get_associated_cancellation_slot(done);
        auto const part = std::make_shared<std::vector<outcome>>();
        auto merge = [part, &into, outcomes = std::move(outcomes), places = std::move(places),
                         done = std::move(done)]() mutable {
            for (std::size_t k = 0; k < places.size(); ++k) outcomes[places[k]] = (*part)[k];
            into = std::move(outcomes);
            env::resume(std::move(done));
        };
        to_->send(through_->executor(), through_, std::move(now), deadline, *part,
            asio::bind_cancellation_slot(slot, std::move(merge)));
    }

    bool accepts_at_once() const noexcept override { return true; }

    void flush(error_code& into, env::continuation done) override {
        into = {};
        env::post(through_->executor(), [done = std::move(done)]() mutable { env::resume(std::move(done)); });
    }

private:
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

} // namespace inproc_detail

/// The in-process transport: services of one program talk through a hub, across its threads and execution contexts.
///
/// A message is passed on as the object it is, without encoding it; the receiver sees a copy made when it was sent.
/// URL: `inproc://` is the hub of the executor's own context; `inproc://?paranoid=true` encodes and decodes every
/// message.
class inproc {
public:
    /// Its name in URLs.
    static constexpr std::string_view scheme = "inproc";

    /// How a hub behaves.
    struct options {
        // A constructor, so that a temporary of this type may stand beside co_await (g++ 12).
        /// Bounds as in `limits`, objects passed on.
        options() noexcept {} // NOLINT

        /// The most messages that wait for a group of a channel; more suspend their senders.
        std::size_t queue_messages = limits::queue_messages;
        /// The most bytes that wait for a group of a channel.
        std::size_t queue_bytes = limits::queue_bytes;
        /// Encode and decode every message, so that a test finds what a broker would find.
        bool paranoid = false;
    };

    /// Where services of several execution contexts meet; copies are the same hub.
    class hub {
    public:
        /// An empty hub.
        explicit hub(options const& o = {})
            : state_(std::make_shared<inproc_detail::hub_state>(
                  inproc_detail::hub_options{{o.queue_messages, o.queue_bytes}, o.paranoid})) {}

    private:
        friend class inproc;
        std::shared_ptr<inproc_detail::hub_state> state_;
    };

    /// The way of `executor`'s services into a hub.
    inproc(asio::any_io_executor executor, hub const& where) : inproc(std::move(executor), where.state_) {}

    /// The way into the hub that a URL names. Throws `errc::invalid_url` for an option it does not know.
    inproc(asio::any_io_executor const& executor, url const& where) : inproc(executor, of_context(executor, where)) {}

    /// Where its services run.
    asio::any_io_executor get_executor() const { return self_->executor(); }
    /// What it can do: everything, in memory.
    capabilities describe() const {
        capabilities c;
        c.point_to_point = c.publish_subscribe = c.sharded = c.replies = c.delay = true;
        c.redelivers = c.counts_attempts = c.simulable = true;
        c.level = acceptance::local;
        return c;
    }
    /// Makes a group known, so that its messages are kept.
    void declare(subscription const& from) { self_->hub().channel(from.from)->declare(from.group); }
    /// The way to a channel.
    std::shared_ptr<sink> open(address const& to) {
        return std::make_shared<inproc_detail::hub_sink>(self_, self_->hub().channel(to));
    }
    /// Joins a channel.
    std::shared_ptr<source> listen(subscription const& from, receiver& told) {
        return std::make_shared<inproc_detail::hub_source>(
            self_->shared_hub(), self_->hub().channel(from.from), from, told);
    }
    /// A reply channel of the caller's own.
    reply_channel open_replies(receiver& told) {
        auto [name, channel] = self_->hub().make_reply_channel();
        auto replies =
            std::make_shared<inproc_detail::hub_source>(self_->shared_hub(), channel, subscription{}, told, name);
        return {std::move(name), std::move(replies)};
    }
    /// The way to somebody's reply channel; null where it does not exist (any more).
    std::shared_ptr<sink> open_reply(std::string_view reply_to) {
        auto channel = self_->hub().reply_channel_at(reply_to);
        if (!channel) return nullptr;
        return std::make_shared<inproc_detail::hub_sink>(self_, std::move(channel));
    }
    /// Sends through it fail with `errc::closed` from now on.
    void close() { self_->close(); }

private:
    inproc(asio::any_io_executor executor, std::shared_ptr<inproc_detail::hub_state> where)
        : self_(std::make_shared<inproc_detail::attachment>(std::move(executor), std::move(where))) {
        self_->start();
    }
    static std::shared_ptr<inproc_detail::hub_state> of_context(
        asio::any_io_executor const& executor, url const& where) {
        if (!where.authority().empty() || !where.path().empty())
            detail::fail(errc::invalid_url, "inproc:// has neither host nor path; share an inproc::hub instead");
        inproc_detail::hub_options o;
        for (auto const& [name, value] : where.options()) {
            if (name != "paranoid" || (value != "true" && value != "false"))
                detail::fail(errc::invalid_url, "inproc:// knows one option: paranoid=true or paranoid=false");
            o.paranoid = value == "true";
        }
        auto& context = asio::query(executor, asio::execution::context);
        return asio::use_service<inproc_detail::context_hub>(context).get(o);
    }

    std::shared_ptr<inproc_detail::attachment> self_;
};

} // namespace fairway

#endif
