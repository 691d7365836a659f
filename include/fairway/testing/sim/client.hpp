// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_SIM_CLIENT_HPP
#define FAIRWAY_TESTING_SIM_CLIENT_HPP

#include <fairway/env/context_end.hpp>
#include <fairway/env/random.hpp>
#include <fairway/testing/sim/inbox.hpp>
#include <fairway/testing/sim/network.hpp>
#include <fairway/testing/sim/outbox.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace fairway::testing::sim_detail {

// A host's side of the broker's protocol: one connection for all its services, made when it is needed, and made again
// after a pause when it is lost. Used on the host's executor, or between steps.
class client final : public link_user, public env::keeper, public std::enable_shared_from_this<client> {
public:
    // `name` is the host's and its incarnation's.
    client(asio::any_io_executor executor, network& net, std::size_t host, std::string name)
        : executor_(std::move(executor)),
          clock_(env::clock::of(executor_)),
          random_(env::random::of(executor_)),
          alarm_(clock_.make_alarm(executor_)),
          net_(&net),
          host_(host),
          name_(std::move(name)),
          options_(net.options()),
          log_(net.center().options().log()),
          counts_attempts_(net.center().options().counts_attempts()),
          max_hold_(net.center().options().max_hold()) {}
    ~client() override {
        if (!net_) return;
        net_->plug(host_, nullptr);
        if (connection_ != 0) net_->disconnect(connection_);
    }

    void start() {
        env::context_end::tell(executor_, weak_from_this());
        net_->plug(host_, this);
        outbox_ =
            std::make_shared<outbox>(executor_, outbox_bounds{options_.unsent_messages(), options_.unsent_bytes()},
                [this](frame f) { return transmit(std::move(f)); });
    }

    asio::any_io_executor const& executor() const noexcept { return executor_; }
    capabilities describe() const {
        capabilities c;
        c.point_to_point = c.publish_subscribe = c.sharded = c.replies = true;
        c.delay = c.back_pressure = !log_;
        c.redelivers = c.duplicates = c.simulable = c.central = true;
        c.settles_prefix = log_;
        c.counts_attempts = counts_attempts_ && !log_;
        c.level = acceptance::broker;
        c.max_hold = max_hold_;
        return c;
    }

    template <class Shape>
    void declare(Shape const& what) {
        if (!net_ || closed_) fairway::detail::fail(errc::closed, "the simulated transport");
        net_->center().declare(what);
    }
    std::shared_ptr<outbox::road> open(address const& to) {
        need_connection();
        return outbox_->open(to);
    }
    std::shared_ptr<inbox> listen(subscription const& what, receiver& told) {
        auto in =
            std::make_shared<inbox>(++inboxes_made_, what, log_, told, clock_, [weak = weak_from_this()](frame f) {
                if (auto const self = weak.lock()) self->transmit(std::move(f));
            });
        inboxes_.push_back(in);
        if (state_ == state::connected)
            in->connected(generation_);
        else
            need_connection();
        return in;
    }
    void leave(std::shared_ptr<inbox> const& in) {
        in->close();
        std::erase(inboxes_, in);
    }
    std::string next_reply_address() {
        return std::string(reply_prefix) + name_ + "." + std::to_string(++replies_made_);
    }
    outbox& out() noexcept { return *outbox_; }
    bool closed() const noexcept { return closed_; }

    void close() {
        if (std::exchange(closed_, true)) return;
        for (auto const& in : std::exchange(inboxes_, {})) in->close();
        outbox_->close();
        hang_up();
    }
    void abandon() noexcept override {
        closed_ = true;
        // Nobody listens any more; what comes must not be posted into the context that goes.
        for (auto const& in : std::exchange(inboxes_, {})) in->close();
        hang_up();
        if (net_) net_->plug(host_, nullptr);
        net_ = nullptr;
        outbox_->abandon();
        alarm_.reset();
    }

    void on_frame(std::uint64_t connection, frame f) override {
        if (connection != connection_) return;
        if (f.kind == frame_kind::welcome) return connected();
        if (f.kind == frame_kind::closed) return ended();
        if (f.kind == frame_kind::confirm) return outbox_->confirm(f.number, f.error);
        for (auto const& in : inboxes_)
            if (in->number() == f.consumer) return in->take(std::move(f));
    }
    void on_lost(std::uint64_t connection) override {
        if (connection == connection_) ended();
    }
    void on_unplugged() noexcept override {
        net_ = nullptr;
        connection_ = 0;
        state_ = state::none;
    }

private:
    enum class state { none, connecting, connected, resting };

    bool transmit(frame f) {
        if (state_ != state::connected || !net_) return false;
        net_->send_up(connection_, std::move(f));
        return true;
    }
    void need_connection() {
        if (state_ == state::none && net_ && !closed_) connect();
    }
    void connect() {
        state_ = state::connecting;
        ++generation_;
        connection_ = net_->connect(host_);
        set_alarm(options_.dead_after());
    }
    void connected() {
        state_ = state::connected;
        attempts_ = 0;
        alarm_->cancel();
        for (auto const& in : inboxes_) in->connected(generation_);
        outbox_->connected();
    }
    // The connection is no more. The next one comes after a pause, longer with each attempt in vain (full jitter).
    void ended() {
        connection_ = 0;
        state_ = state::resting;
        outbox_->disconnected();
        for (auto const& in : inboxes_) in->disconnected();
        duration bound = options_.backoff();
        for (unsigned i = 0; i < attempts_ && bound < options_.max_backoff(); ++i) bound *= 2;
        bound = std::min(bound, options_.max_backoff());
        ++attempts_;
        auto const pause = random_.next() % static_cast<std::uint64_t>(bound.count());
        set_alarm(duration(static_cast<std::int64_t>(pause)));
    }
    void set_alarm(duration d) {
        alarm_->set(clock_.steady_now() + d, [weak = weak_from_this()] {
            if (auto const self = weak.lock()) self->ring();
        });
    }
    void ring() {
        if (closed_ || !net_) return;
        if (state_ == state::resting) return connect();
        if (state_ != state::connecting) return;
        net_->disconnect(connection_);
        ended();
    }
    void hang_up() noexcept {
        if (net_ && connection_ != 0) net_->disconnect(connection_);
        connection_ = 0;
        state_ = state::none;
        if (alarm_) alarm_->cancel();
    }

    asio::any_io_executor executor_;
    env::clock& clock_;
    env::random& random_;
    std::unique_ptr<env::alarm> alarm_;
    network* net_;
    std::size_t host_;
    std::string name_;
    link_options options_;
    bool log_;
    bool counts_attempts_;
    duration max_hold_;
    bool closed_ = false;
    state state_ = state::none;
    unsigned attempts_ = 0;
    std::uint64_t generation_ = 0;
    std::uint64_t connection_ = 0;
    std::uint64_t inboxes_made_ = 0;
    std::uint64_t replies_made_ = 0;
    std::shared_ptr<outbox> outbox_;
    std::vector<std::shared_ptr<inbox>> inboxes_;
};

} // namespace fairway::testing::sim_detail

#endif
