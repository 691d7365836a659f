// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_ABSENCE_WATCH_HPP
#define FAIRWAY_TRANSPORT_TCP_ABSENCE_WATCH_HPP

#include <fairway/env/clock.hpp>
#include <fairway/transport/hub/hub.hpp>
#include <fairway/transport/tcp/absences.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::tcp_detail {

// Forgets the groups of a hub's publish-subscribe channels that nobody has received for in a while: what nobody
// receives is not kept for ever. Used on one executor.
class absence_watch : public std::enable_shared_from_this<absence_watch> {
public:
    // `forgotten` is called with the channel of a group that was forgotten.
    absence_watch(asio::any_io_executor executor, std::shared_ptr<hub_detail::hub_state> hub, duration most,
        std::function<void(std::string const&)> forgotten)
        : executor_(std::move(executor)),
          clock_(env::clock::of(executor_)),
          hub_(std::move(hub)),
          absences_(most),
          forgotten_(std::move(forgotten)) {}

    // The members of a channel's groups have changed.
    void look(std::string_view name) {
        if (ended_) return;
        auto const channel = hub_->find(name);
        if (channel && channel->shape().kind != channel_kind::publish_subscribe) return;
        auto absent = channel ? channel->absent_groups() : std::vector<std::string>();
        absences_.look(std::string(name), std::move(absent), clock_.steady_now());
        set_alarm();
    }
    // How many messages a group has missed while it was forgotten; told once.
    std::optional<std::uint64_t> take_missed(std::string_view channel, std::string_view group) {
        return absences_.take_missed(channel, group);
    }
    // Forgets nobody any more. To be called before the execution context has ended.
    void end() noexcept {
        ended_ = true;
        alarm_.reset();
    }

private:
    void set_alarm() {
        auto const next = absences_.next();
        if (!next) {
            if (alarm_) alarm_->cancel();
            return;
        }
        if (!alarm_) alarm_ = clock_.make_alarm(executor_);
        alarm_->set(*next, [weak = weak_from_this()] {
            auto const self = weak.lock();
            if (self && !self->ended_) self->forget_absent();
        });
    }
    void forget_absent() {
        for (auto const& who : absences_.take_due(clock_.steady_now())) {
            auto const channel = hub_->find(who.first);
            if (!channel) continue;
            if (auto const n = channel->forget(who.second)) absences_.missed(who, *n);
            forgotten_(who.first);
            if (ended_) return;
        }
        set_alarm();
    }

    asio::any_io_executor executor_;
    env::clock& clock_;
    std::shared_ptr<hub_detail::hub_state> hub_;
    absences absences_;
    std::function<void(std::string const&)> forgotten_;
    std::unique_ptr<env::alarm> alarm_;
    bool ended_ = false;
};

} // namespace fairway::tcp_detail

#endif
