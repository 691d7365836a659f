// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_REPLY_ROAD_HPP
#define FAIRWAY_TRANSPORT_TCP_REPLY_ROAD_HPP

#include <fairway/env/run_loop.hpp>
#include <fairway/transport/hub/channel.hpp>
#include <fairway/transport/tcp/envelope_fields.hpp>
#include <fairway/transport/tcp/session.hpp>
#include <fairway/transport/tcp/stream_records.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace fairway::tcp_detail {

// The way to a reply channel of another node: a channel of its own, so that it has bounds and waiting senders like all
// others, whose only member puts the replies into the session. That one keeps them until they have arrived.
class reply_road final : public receiver, public env::runnable, public std::enable_shared_from_this<reply_road> {
public:
    // To the reply channel `number` of the node at the other end.
    reply_road(session& at, std::uint64_t number, hub_detail::bounds most, env::clock& clock)
        : session_(&at),
          number_(number),
          clock_(clock),
          channel_(
              std::make_shared<hub_detail::channel_state>(address{"reply", channel_kind::point_to_point, 0}, most)),
          me_(1, *this, most.messages) {}
    ~reply_road() override { end(); }

    // On the node's executor.
    void start(std::shared_ptr<env::run_loop> const& loop) {
        if (ended_) return;
        waker_.emplace(loop, weak_from_this());
        group_ = &channel_->join(me_, {});
    }
    std::shared_ptr<hub_detail::channel_state> const& channel() const noexcept { return channel_; }

    // Its requester needs it no more, or is gone.
    bool ended() const noexcept { return ended_; }
    // Ends as soon as it has sent what waits.
    void finish() {
        finishing_ = true;
        if (!ended_) ready();
    }

    void ready() noexcept override { waker_->wake(); }
    bool run() override {
        constexpr std::size_t most = 64;
        if (!group_) return false;
        waits_ = !session_->has_room();
        if (waits_) return false;
        std::size_t const n = channel_->receive(*group_, me_, batch_, most);
        auto const now = clock_.now();
        for (auto const& d : batch_) send(d.message(), now);
        if (n > 0) {
            settlement const all{batch_.front().tag(), true, static_cast<std::uint32_t>(n)};
            channel_->settle(*group_, me_, {&all, 1});
        }
        batch_.clear();
        if (n == most)
            ready();
        else if (finishing_)
            end();
        return n == most;
    }
    void go_on() {
        if (waits_) ready();
    }
    // The session is over: what waits has nowhere to go.
    void end() {
        ended_ = true;
        if (group_) channel_->leave(*std::exchange(group_, nullptr), me_);
        channel_->close();
    }

private:
    void send(envelope const& e, time_point now) {
        wire_envelope const body(e, now);
        reply_head const head{number_};
        session_->put(
            reply_head::type, wire_size(head) + body.size(), [&](char* to) { body.write(write_fields(to, head)); });
    }

    session* session_;
    std::uint64_t number_;
    env::clock& clock_;
    std::shared_ptr<hub_detail::channel_state> channel_;
    hub_detail::member me_;
    hub_detail::group* group_ = nullptr;
    std::optional<env::waker> waker_;
    std::vector<delivery> batch_;
    bool waits_ = false;
    bool finishing_ = false;
    bool ended_ = false;
};

} // namespace fairway::tcp_detail

#endif
